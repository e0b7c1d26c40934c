//! Golden pictures of the screens, under `tests/golden/WIDTHxHEIGHT/NAME.png`.
//!
//! All screens at 800x480 and 480x320, a choice at the other sizes. After a wanted change:
//! `BCCSCOPE_ACCEPT_GOLDEN=1 cargo test --test screens`, then look at every picture that changed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use bccscope::screen::{
    self, Surface,
    samples::{Sample, Samples},
};
use image::{Rgb, RgbImage};

/// Mean difference a channel, in 1/255: resampling and trigonometry round differently on
/// other processors.
const MEAN: f64 = 0.5;
/// A pixel that differs by more than this in any channel differs to the eye.
const SEEN: u8 = 40;
/// So many of them may: a contour of the heat map moves by a pixel where a level rounds
/// differently. A changed word has more.
const FEW: usize = 60;

/// Sizes with every screen, and sizes with a choice of them.
const ALL: [(u32, u32); 2] = [(800, 480), (480, 320)];
const CHOICE: [((u32, u32), &[&str]); 5] = [
    ((320, 240), &["result-suspected", "not-usable", "help"]),
    (
        (480, 800),
        &["result-suspected", "live-ready", "camera-lost"],
    ),
    ((1024, 600), &["result-disagree", "help"]),
    ((1280, 720), &["not-usable", "model-refused", "help"]),
    ((1920, 1080), &["camera-lost", "help"]),
];

#[test]
fn every_screen_looks_as_it_was_accepted() {
    let accept = std::env::var_os("BCCSCOPE_ACCEPT_GOLDEN").is_some_and(|v| v == "1");
    let samples = Samples::new();
    let mut wrong = vec![];
    for sample in samples.all() {
        let chosen = CHOICE
            .iter()
            .filter(|(_, names)| names.contains(&sample.name))
            .map(|(size, _)| *size);
        for size in ALL.into_iter().chain(chosen) {
            if let Err(why) = check(&sample, size, accept) {
                wrong.push(why);
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nLook at the pictures. If they are right: BCCSCOPE_ACCEPT_GOLDEN=1 cargo test --test screens",
        wrong.join("\n")
    );
}

#[test]
fn every_chosen_screen_exists() {
    let samples = Samples::new();
    let names: Vec<_> = samples.all().iter().map(|sample| sample.name).collect();
    for (_, chosen) in CHOICE {
        for name in chosen {
            assert!(names.contains(name), "{name}");
        }
    }
}

fn check(sample: &Sample<'_>, size: (u32, u32), accept: bool) -> Result<(), String> {
    let mut surface = Surface::new(size.0, size.1);
    screen::draw(&sample.scene, &sample.status, &mut surface);
    let actual = surface.into_picture();
    let folder = format!("{}x{}", size.0, size.1);
    let file = format!("{}.png", sample.name);
    let golden = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(&folder)
        .join(&file);
    let wanted = image::open(&golden).map(|picture| picture.to_rgb8());
    let why = match wanted {
        Ok(wanted) => match difference(&actual, &wanted) {
            None => return Ok(()),
            Some((why, _)) if accept => why,
            Some((why, diff)) => {
                let shown = Path::new(env!("CARGO_TARGET_TMPDIR"))
                    .join("screens")
                    .join(&folder);
                let actual_at = store(&shown.join(&file), &actual);
                let diff_at = store(&shown.join(format!("{}.diff.png", sample.name)), &diff);
                return Err(format!(
                    "{folder}/{file}: {why}; now {} difference {}",
                    actual_at.display(),
                    diff_at.display()
                ));
            }
        },
        Err(why) => why.to_string(),
    };
    if accept {
        store(&golden, &actual);
        return Ok(());
    }
    Err(format!("{}: {why}", golden.display()))
}

/// In words, and as a picture, where two screens differ more than they may.
fn difference(actual: &RgbImage, wanted: &RgbImage) -> Option<(String, RgbImage)> {
    if actual.dimensions() != wanted.dimensions() {
        let why = format!(
            "{:?} where {:?} is wanted",
            actual.dimensions(),
            wanted.dimensions()
        );
        return Some((why, RgbImage::new(1, 1)));
    }
    let mut sum = 0u64;
    let mut seen = 0;
    let mut diff = RgbImage::new(actual.width(), actual.height());
    for ((a, b), out) in actual.pixels().zip(wanted.pixels()).zip(diff.pixels_mut()) {
        let by: [u8; 3] = std::array::from_fn(|c| a.0[c].abs_diff(b.0[c]));
        sum += by.iter().map(|v| u64::from(*v)).sum::<u64>();
        seen += usize::from(by.iter().any(|v| *v > SEEN));
        *out = Rgb(by.map(|v| v.saturating_mul(4)));
    }
    let mean = sum as f64 / (actual.as_raw().len().max(1)) as f64;
    (mean > MEAN || seen > FEW).then(|| {
        let why = format!("mean difference {mean:.2} (at most {MEAN}), {seen} pixels differ to the eye (at most {FEW})");
        (why, diff)
    })
}

/// Writes a PNG as small as it gets without loss: with a palette where 256 colours do.
fn store(path: &Path, picture: &RgbImage) -> PathBuf {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).expect("the folder can be made");
    }
    let mut palette: Vec<[u8; 3]> = vec![];
    let mut places = std::collections::HashMap::new();
    let mut indices = Vec::with_capacity((picture.width() * picture.height()) as usize);
    for pixel in picture.pixels() {
        let index = *places.entry(pixel.0).or_insert_with(|| {
            palette.push(pixel.0);
            palette.len() - 1
        });
        indices.push(index as u8);
    }
    let file = fs::File::create(path).expect("the picture can be written");
    let mut encoder = png::Encoder::new(
        std::io::BufWriter::new(file),
        picture.width(),
        picture.height(),
    );
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let data = if palette.len() <= 256 {
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(palette.concat());
        encoder.set_filter(png::Filter::NoFilter);
        indices.as_slice()
    } else {
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_filter(png::Filter::Adaptive);
        picture.as_raw()
    };
    let mut writer = encoder.write_header().expect("the header can be written");
    writer
        .write_image_data(data)
        .expect("the pixels can be written");
    path.to_path_buf()
}
