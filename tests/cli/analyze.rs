//! `analyze` on what it may be given by mistake or malice: a clear sentence for each, no
//! panic, no hang, and the rest analysed.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{
        ffi::OsStrExt,
        fs::{PermissionsExt, symlink},
        process::CommandExt,
    },
    process::Command,
};

use image::{ImageBuffer, ImageFormat, Luma, RgbImage};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{analyze, bccscope, encoded, folder, lesion, picture, put, ran, shipped};

/// A whole PNG of 12,000 x 9,000 pixels: one bit a pixel, so that it is cheap to make.
fn huge_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 12_000, 9_000);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![0; 1500 * 9000]).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A JPEG whose header claims 12,000 x 9,000 pixels.
fn huge_jpeg() -> Vec<u8> {
    let mut bytes = lesion();
    let frame = bytes.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    bytes[frame + 5..frame + 7].copy_from_slice(&9_000u16.to_be_bytes());
    bytes[frame + 7..frame + 9].copy_from_slice(&12_000u16.to_be_bytes());
    bytes
}

/// The lesion as a print file: inverted inks, black left full.
fn print_file() -> Vec<u8> {
    let picture = picture();
    let inks: Vec<u8> = picture
        .pixels()
        .flat_map(|p| [p.0[0], p.0[1], p.0[2], 255])
        .collect();
    let image = turbojpeg::Image {
        pixels: inks.as_slice(),
        width: 400,
        pitch: 1600,
        height: 300,
        format: turbojpeg::PixelFormat::CMYK,
    };
    let subsampling = turbojpeg::Subsamp::None;
    turbojpeg::compress(image, 90, subsampling)
        .unwrap()
        .to_vec()
}

fn error_of<'a>(lines: &'a [Value], name: &str) -> &'a str {
    line_of(lines, name)["error"]
        .as_str()
        .unwrap_or_else(|| panic!("{name} was analysed"))
}

fn line_of<'a>(lines: &'a [Value], name: &str) -> &'a Value {
    let ends_so = |line: &&Value| line["path"].as_str().unwrap().ends_with(name);
    let found = lines.iter().find(ends_so);
    found.unwrap_or_else(|| panic!("no line for {name}"))
}

#[test]
fn each_bad_file_of_a_folder_gets_its_sentence_and_the_rest_is_analysed() {
    let dir = folder();
    let jpeg = lesion();
    let grey = ImageBuffer::<Luma<u16>, _>::from_pixel(400, 300, Luma([30_000]));
    let bad: [(&str, Vec<u8>, &str); 8] = [
        ("empty.jpg", vec![], "the file is empty"),
        ("text.jpg", b"hello".to_vec(), "is not a picture"),
        ("cut.jpg", jpeg[..jpeg.len() / 2].to_vec(), "damaged"),
        ("start.jpg", jpeg[..4].to_vec(), "damaged"),
        ("huge.png", huge_png(), "12000x9000 (108 megapixels)"),
        ("huge.jpg", huge_jpeg(), "12000x9000 (108 megapixels)"),
        (
            "cut.png",
            encoded(picture(), ImageFormat::Png)[..9000].to_vec(),
            "damaged",
        ),
        ("cut-print.jpg", print_file()[..8000].to_vec(), "damaged"),
    ];
    let good: [(&str, Vec<u8>); 6] = [
        ("good.jpg", jpeg.clone()),
        ("a-png-named.jpg", encoded(picture(), ImageFormat::Png)),
        ("print.jpg", print_file()),
        ("grey16.png", encoded(grey, ImageFormat::Png)),
        ("dot.png", encoded(RgbImage::new(1, 1), ImageFormat::Png)),
        ("UPPER.JPEG", jpeg.clone()),
    ];
    for (name, bytes, _) in &bad {
        put(&dir, name, bytes);
    }
    for (name, bytes) in &good {
        put(&dir, name, bytes);
    }
    symlink("nowhere.jpg", dir.path().join("dangling.jpg")).unwrap();
    symlink("loop.jpg", dir.path().join("loop.jpg")).unwrap();
    symlink(dir.path(), dir.path().join("circle")).unwrap();

    let ran = analyze([dir.path().as_os_str(), "--recursive".as_ref()]);
    let lines = ran.json();
    assert_eq!(lines.len(), bad.len() + good.len() + 2, "{}", ran.out);
    for (name, _, words) in &bad {
        let error = error_of(&lines, &format!("/{name}"));
        assert!(error.contains(words), "{name}: {error}");
        assert!(!error.contains('\n'), "{name}: {error}");
    }
    for name in ["dangling.jpg", "loop.jpg"] {
        assert!(error_of(&lines, name).contains("cannot be read"), "{name}");
    }
    for (name, _) in &good {
        let line = line_of(&lines, &format!("/{name}"));
        assert!(line["verdict"].is_string(), "{name}: {line}");
    }
    let dot = line_of(&lines, "/dot.png");
    assert_eq!(dot["verdict"], json!("not_usable"));
    assert_eq!(dot["quality"]["reasons"], json!(["too_small"]));
    ran.refused(1, &["10 of 16 images could not be analysed"]);
}

#[test]
fn a_print_file_is_scored_as_the_same_picture_in_rgb() {
    let dir = folder();
    let print = put(&dir, "print.jpg", print_file());
    let plain = put(&dir, "plain.png", encoded(picture(), ImageFormat::Png));
    // What a print file read the wrong way round would look like.
    let mut negative = picture();
    image::imageops::invert(&mut negative);
    let wrong = put(&dir, "wrong.png", encoded(negative, ImageFormat::Png));
    let files = [&print, &plain, &wrong].map(|path| path.as_os_str());
    let lines = analyze(files.into_iter().chain(["--no-gate".as_ref()])).json();
    let scores = lines.iter().map(|l| l["bcc"]["score"].as_f64().unwrap());
    let [print, plain, wrong] = scores.collect::<Vec<_>>().try_into().unwrap();
    assert!(
        (print - plain).abs() * 3.0 < (wrong - plain).abs(),
        "{print} and {plain}, where the negative has {wrong}"
    );
}

#[test]
fn a_missing_path_and_an_empty_folder_are_named() {
    let dir = folder();
    let good = put(&dir, "good.jpg", lesion());
    let missing = dir.path().join("missing.jpg");
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let ran = analyze([&missing, &empty, &good]);
    ran.refused(1, &["2 of 3 images"]);
    let lines = ran.json();
    assert!(error_of(&lines, "missing.jpg").contains("No such file"));
    assert!(error_of(&lines, "empty").contains("no pictures"));
    assert!(line_of(&lines, "good.jpg")["verdict"].is_string());
}

#[test]
fn a_fifo_or_a_device_is_refused_and_not_waited_for() {
    let dir = folder();
    let fifo = dir.path().join("fifo.jpg");
    let made = Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo is there").success());
    let ran = analyze([fifo.as_os_str(), "/dev/zero".as_ref()]);
    assert_eq!(ran.code, 1);
    let lines = ran.json();
    assert_eq!(error_of(&lines, "fifo.jpg"), "is not a file");
    assert_eq!(error_of(&lines, "zero"), "is not a file");
}

/// The program, its library and its model where another user can reach them.
fn for_everybody(dir: &TempDir) -> Command {
    let open = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    open(dir.path(), 0o755);
    let built = std::path::Path::new(env!("CARGO_BIN_EXE_bccscope"));
    for name in ["bccscope", "libtensorflowlite_c.so"] {
        let copy = dir.path().join(name);
        fs::copy(built.with_file_name(name), &copy).unwrap();
        open(&copy, 0o755);
    }
    let model = dir.path().join("models/bcc8-mnv2");
    fs::create_dir_all(&model).unwrap();
    for folder in [dir.path().join("models"), model.clone()] {
        open(&folder, 0o755);
    }
    for entry in fs::read_dir(shipped()).unwrap() {
        let entry = entry.unwrap();
        let copy = model.join(entry.file_name());
        fs::copy(entry.path(), &copy).unwrap();
        open(&copy, 0o644);
    }
    Command::new(dir.path().join("bccscope"))
}

#[test]
fn a_file_or_folder_without_permission_is_named_and_the_rest_analysed() {
    let dir = folder();
    let mut command = for_everybody(&dir);
    let pictures = dir.path().join("pictures");
    let closed = dir.path().join("closed");
    for made in [&pictures, &closed] {
        fs::create_dir(made).unwrap();
        fs::set_permissions(made, fs::Permissions::from_mode(0o755)).unwrap();
    }
    for name in ["good.jpg", "secret.jpg"] {
        fs::write(pictures.join(name), lesion()).unwrap();
    }
    fs::write(closed.join("x.jpg"), lesion()).unwrap();
    let none = fs::Permissions::from_mode(0o000);
    fs::set_permissions(pictures.join("secret.jpg"), none.clone()).unwrap();
    fs::set_permissions(&closed, none).unwrap();
    // Root may read everything, so root runs it as nobody.
    if fs::read(pictures.join("secret.jpg")).is_ok() {
        command.uid(65_534).gid(65_534);
    }
    command.args(["analyze", "--json"]);
    let ran = ran(command
        .arg(&pictures)
        .arg(&closed)
        .arg(closed.join("x.jpg")));
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    ran.refused(1, &["3 of 4 images"]);
    let lines = ran.json();
    for name in ["secret.jpg", "closed", "x.jpg"] {
        assert!(
            error_of(&lines, name).contains("Permission denied"),
            "{name}"
        );
    }
    assert!(line_of(&lines, "good.jpg")["verdict"].is_string());
}

#[test]
fn a_name_that_is_not_utf8_or_steers_terminals_does_no_harm() {
    let dir = folder();
    let odd = put(&dir, OsStr::from_bytes(b"l\xffsion.jpg"), lesion());
    let evil = put(&dir, "a\u{1b}[2J\nb.jpg", lesion());
    let lines = analyze([&odd, &evil]).json();
    assert_eq!(lines.len(), 2);
    assert!(line_of(&lines, "l\u{fffd}sion.jpg")["verdict"].is_string());
    let shown = dir.path().join("shown");
    let analyze = [OsStr::new("analyze"), odd.as_os_str(), evil.as_os_str()];
    let screens = [OsStr::new("--screens"), shown.as_os_str()];
    let text = bccscope(analyze.into_iter().chain(screens));
    assert_eq!(text.code, 0);
    assert!(!text.out.contains('\u{1b}'), "{:?}", text.out);
    for words in ["a\\u{1b}[2J\\nb.jpg", "0002-a\\u{1b}[2J\\nb.screen.png"] {
        assert!(text.out.contains(words), "{}", text.out);
    }
    // And where a file's name is in a complaint.
    fs::remove_dir_all(&shown).unwrap();
    fs::create_dir_all(shown.join("0001-a\u{1b}[2J\nb.screen.png")).unwrap();
    let [command, _, evil] = analyze;
    let text = bccscope([command, evil].into_iter().chain(screens));
    text.refused(1, &["a\\u{1b}[2J", "cannot be written"]);
    assert!(!text.err.contains('\u{1b}'), "{:?}", text.err);
}

#[test]
fn a_picture_with_the_longest_of_names_is_analysed_with_its_maps_and_so_is_the_next() {
    let dir = folder();
    let long = put(&dir, format!("{}.jpg", "x".repeat(251)), lesion());
    let next = put(&dir, "y.jpg", lesion());
    let maps = dir.path().join("maps");
    let outputs = [
        "--heatmaps".as_ref(),
        maps.as_os_str(),
        "--screens".as_ref(),
        maps.as_os_str(),
    ];
    let pictures = [long.as_os_str(), next.as_os_str(), "--no-gate".as_ref()];
    let ran = analyze(pictures.into_iter().chain(outputs));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines = ran.json();
    for name in ["xxx.jpg", "/y.jpg"] {
        let map = line_of(&lines, name)["heatmaps"]["BCC"].as_str().unwrap();
        assert!(fs::exists(map).unwrap(), "{map}");
    }
}

#[test]
fn an_output_folder_that_cannot_be_written_ends_the_run_with_its_name() {
    let dir = folder();
    let path = put(&dir, "lesion.jpg", lesion());
    let below_a_file = path.join("maps");
    for option in ["--heatmaps", "--screens"] {
        let ran = analyze([path.as_os_str(), option.as_ref(), below_a_file.as_os_str()]);
        ran.refused(1, &["lesion.jpg/maps: cannot be made"]);
    }
    let maps = dir.path().join("maps");
    fs::create_dir_all(maps.join("0001-lesion.BCC.png")).unwrap();
    let ran = analyze([
        path.as_os_str(),
        "--no-gate".as_ref(),
        "--heatmaps".as_ref(),
        maps.as_os_str(),
    ]);
    ran.refused(1, &["0001-lesion.BCC.png: cannot be written"]);
    // The verdict is not lost with it.
    assert!(line_of(&ran.json(), "lesion.jpg")["verdict"].is_string());
}

#[test]
fn wrong_arguments_end_with_2_and_help_with_0() {
    bccscope(["analyze"]).refused(2, &["<PATH>"]);
    bccscope(["analyze", "--jsn", "x.jpg"]).refused(2, &["--jsn"]);
    bccscope(["analyze", "x.jpg", "--screens", "s", "--size", "9x9"]).refused(2, &["9x9"]);
    bccscope(["phantom", "x.png", "--pattern", "XX"]).refused(2, &["PN, UL"]);
    let help = bccscope(["analyze", "--help"]);
    assert_eq!(help.code, 0);
    assert!(help.out.contains("Examples:"), "{}", help.out);
}
