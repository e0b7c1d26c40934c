//! Any file the program reads, spoilt at random: it answers or says a sentence, and never panics, dies
//! of a signal or hangs. A few rounds each here; thousands with `SPOILT_ROUNDS=2000 cargo test
//! --release --test cli spoilt`. What broke it lies in cargo's folder for tests (`CARGO_TARGET_TMPDIR`).

use std::{env, fs, path::Path};

use bccscope::model::package::sha256_hex;
use image::ImageFormat;
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use crate::model::Copy;
use crate::support::{
    Ran, analyze, bccscope, encoded, folder, picture, program, put, ran, shipped,
};

fn rounds() -> u64 {
    env::var("SPOILT_ROUNDS").map_or(4, |n| n.parse().expect("SPOILT_ROUNDS is a number"))
}

/// Numbers left to chance, the same for the same file and round.
struct Chance(ChaCha8Rng);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        (self.0.next_u64() % end.max(1) as u64) as usize
    }

    fn one_of<'a>(&mut self, all: &[&'a [u8]]) -> &'a [u8] {
        all[self.below(all.len())]
    }
}

/// What stands in hand-made and half-written files, and at the ends of numbers.
const TEXTS: [&[u8]; 14] = [
    b"-1",
    b"nan",
    b"inf",
    b"1e999",
    b"0",
    b"99999999999999999999",
    b"\"",
    b",",
    b"\n",
    b"\xff\xfe",
    b"=",
    b"[",
    b"../..",
    b"",
];
const BYTES: [&[u8]; 6] = [
    &[0xff, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0x7f],
    &[0, 0, 0, 0x80],
    &[0, 0, 0, 0],
    &[0xff, 0xd8],
    &[1],
];

/// The file with one to four of its parts changed, cut, doubled or replaced.
fn spoil(sound: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len());
        let end = (at + 1 + chance.below(12)).min(bytes.len());
        match chance.below(7) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << chance.below(8),
            1 if !bytes.is_empty() => bytes[at] = chance.below(256) as u8,
            2 => bytes.truncate(at),
            3 => drop(bytes.splice(at..end, [])),
            4 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
            5 => drop(bytes.splice(at..end, chance.one_of(&TEXTS).to_vec())),
            _ => drop(bytes.splice(at..end, chance.one_of(&BYTES).to_vec())),
        }
    }
    bytes
}

/// Spoils `sound` again and again and hands each to `use_it`, with the file's place.
fn each(kind: &str, sound: &[u8], mut use_it: impl FnMut(&[u8]) -> Ran) {
    assert!(use_it(sound).code == 0, "{kind} as it should be");
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("spoilt-{kind}"));
    for round in 0..rounds() {
        let mut rng = ChaCha8Rng::seed_from_u64(round);
        rng.set_stream(
            kind.bytes()
                .fold(7, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b))),
        );
        let bytes = spoil(sound, &mut Chance(rng));
        fs::write(&kept, &bytes).expect("the spoilt file is kept");
        // Shown where the test fails.
        println!("{kind}, round {round}: {}", kept.display());
        let ran = use_it(&bytes);
        assert!(
            [0, 1, 2].contains(&ran.code),
            "exit code {}: {}",
            ran.code,
            ran.err
        );
        if ran.code != 0 {
            assert!(
                ran.err.lines().count() <= 12,
                "not one sentence: {}",
                ran.err
            );
            assert!(!ran.err.is_empty() || !ran.out.is_empty(), "no word");
        }
    }
    let _ = fs::remove_file(&kept);
}

#[test]
fn spoilt_pictures() {
    for (name, format) in [
        ("a.jpg", ImageFormat::Jpeg),
        ("a.png", ImageFormat::Png),
        ("a.bmp", ImageFormat::Bmp),
        ("a.tiff", ImageFormat::Tiff),
        ("a.webp", ImageFormat::WebP),
    ] {
        let folder = folder();
        let small = image::imageops::thumbnail(&picture(), 240, 180);
        each(name, &encoded(small, format), |bytes| {
            let ran = analyze([put(&folder, name, bytes)]);
            let [line] = ran.json().try_into().expect("one line a picture");
            assert_eq!(line.get("error").is_some(), ran.code == 1, "{line}");
            ran
        });
    }
}

#[test]
fn spoilt_models() {
    let copy = Copy::new();
    for name in ["manifest.toml", "gate.toml", "known_answers.toml"] {
        let sound = fs::read(copy.dir.path().join(name)).expect("a file of the model");
        each(name, &sound, |bytes| {
            put(&copy.dir, name, bytes);
            copy.verify()
        });
        put(&copy.dir, name, &sound);
    }
    // With hashes that are right, so that the graph itself is looked at, and run where it can be.
    let sound = fs::read(copy.dir.path().join("model.tflite")).expect("a model");
    each("model.tflite", &sound, |bytes| {
        let hash = format!("{:?}", sha256_hex(bytes));
        copy.replace_model(bytes)
            .set("known_answers.toml", "model_sha256", &hash)
            .verify()
    });
    each("lint.tflite", &sound, |bytes| {
        let path = put(&copy.dir, "lint.tflite", bytes);
        bccscope([Path::new("model"), Path::new("lint"), &path])
    });
}

#[test]
fn spoilt_settings() {
    let sound =
        fs::read(crate::support::repository().join("board/bccscope.toml")).expect("settings");
    let folder = folder();
    each("bccscope.toml", &sound, |bytes| {
        let path = put(&folder, "bccscope.toml", bytes);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_bccscope"));
        ran(command
            .arg("--config")
            .arg(&path)
            .args(["model", "info", "--model"])
            .arg(shipped()))
    });
}

#[test]
fn spoilt_recordings() {
    let folder = folder();
    let run = folder.path().join("run");
    let recorded = ran(program()
        .args([
            "record",
            "--frames",
            "3",
            "--source",
            "phantom:size=320x240",
        ])
        .arg(&run));
    assert_eq!(recorded.code, 0, "{}", recorded.err);
    let files: Vec<_> = fs::read_dir(&run)
        .expect("a recording")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.is_file())
        .collect();
    assert!(files.len() >= 2, "an index and frames: {files:?}");
    for path in files {
        let sound = fs::read(&path).expect("a file of the recording");
        let kind = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        each(&format!("recorded-{kind}"), &sound, |bytes| {
            fs::write(&path, bytes).expect("spoilt");
            ran(program().args(["replay", "--json"]).arg(&run))
        });
        fs::write(&path, &sound).expect("mended");
    }
}

#[test]
fn spoilt_cases() {
    let folder = folder();
    let small = image::imageops::thumbnail(&picture(), 240, 180);
    let jpeg = encoded(small, ImageFormat::Jpeg);
    let case = folder.path().join("cases/20261118-110640-abababab");
    fs::create_dir_all(&case).expect("a folder");
    fs::write(case.join("frame.jpg"), &jpeg).expect("a frame");
    // What a case holds is the line of `analyze` and a few more fields.
    let mut line = analyze([case.join("frame.jpg")]).json().swap_remove(0);
    line["schema"] = 1.into();
    line["captured_at"] = "2026-11-18T11:06:40Z".into();
    line["files"] = serde_json::json!(["frame.jpg"]);
    line["burst"] = serde_json::json!({"frames": 5, "scored": 5, "lowest": 0.1, "highest": 0.2});
    let json = serde_json::to_vec_pretty(&line).expect("JSON");
    fs::write(case.join("case.json"), &json).expect("a case");
    for (name, sound) in [("case.json", &json), ("frame.jpg", &jpeg)] {
        each(&format!("stored-{name}"), sound, |bytes| {
            fs::write(case.join(name), bytes).expect("spoilt");
            let listed = ran(program().arg("cases").arg(folder.path().join("cases")));
            // Another frame than the assessed one is never passed over.
            let same = name != "frame.jpg" || bytes == &**sound;
            assert!(same || listed.code == 1, "{}", listed.out);
            listed
        });
        fs::write(case.join(name), sound).expect("mended");
    }
}

#[test]
fn spoilt_tables() {
    let folder = folder();
    let mut readings = String::from("file,reader,bcc,quality,PN,UL,ON,MG,ML,SW,AT,UL_cells\n");
    for image in 0..20 {
        for reader in ["A", "B", "C"] {
            let ul = u8::from(image % 3 == 0);
            let cells = if ul == 1 { "56" } else { "" };
            readings += &format!("p{image}.jpg,{reader},{ul},ok,0,{ul},0,0,0,0,1,{cells}\n");
        }
    }
    let out = folder.path().join("out");
    each("readings.csv", readings.as_bytes(), |bytes| {
        let _ = fs::remove_dir_all(&out);
        let path = put(&folder, "readings.csv", bytes);
        let consensus = ran(program()
            .args(["study", "consensus", "--rounds", "10"])
            .arg(&path)
            .arg("--out")
            .arg(&out));
        let written = out.join("consensus.csv").exists();
        assert_eq!(
            written,
            consensus.code == 0,
            "half-written: {}",
            consensus.err
        );
        consensus
    });
}
