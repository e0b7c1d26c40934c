//! Models that must not be trusted: each is refused by name of what is wrong.

use std::{fs, os::unix::fs::symlink, path::PathBuf, process::Command};

use bccscope::model::package::sha256_hex;
use tempfile::TempDir;
use tflite_file::spoil;

use crate::support::{Ran, bccscope, coral, folder, lesion, put, shipped};

/// A copy of the shipped model to spoil.
pub struct Copy {
    pub dir: TempDir,
}

impl Copy {
    pub fn new() -> Copy {
        let dir = folder();
        for entry in fs::read_dir(shipped()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
        }
        Copy { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Replaces text in one of its files; the text must be there.
    fn edit(&self, file: &str, from: &str, to: &str) -> &Copy {
        let path = self.path(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from:?}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        self
    }

    /// Gives the value of the first line of `file` that begins with `key = `.
    pub fn set(&self, file: &str, key: &str, value: &str) -> &Copy {
        let text = fs::read_to_string(self.path(file)).unwrap();
        let start = format!("{key} = ");
        let line = text.lines().find(|line| line.starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("{file} has no {key}"));
        self.edit(file, line, &format!("{start}{value}"))
    }

    /// Puts other bytes in the model file's place, with a manifest that says they are right.
    pub fn replace_model(&self, bytes: &[u8]) -> &Copy {
        fs::write(self.path("model.tflite"), bytes).unwrap();
        self.set(
            "manifest.toml",
            "sha256",
            &format!("{:?}", sha256_hex(bytes)),
        )
    }

    pub fn verify(&self) -> Ran {
        let model = ["model", "verify", "--model"].map(AsRef::as_ref);
        bccscope(model.into_iter().chain([self.dir.path().as_os_str()]))
    }

    fn refused(&self, words: &[&str]) {
        self.verify().refused(1, words);
    }
}

#[test]
fn the_shipped_model_is_sound() {
    let ran = Copy::new().verify();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("is sound"), "{}", ran.out);
}

#[test]
fn a_refused_model_analyses_nothing() {
    let copy = Copy::new();
    let picture = put(&copy.dir, "lesion.jpg", lesion());
    copy.set("manifest.toml", "schema", "1");
    let ran = bccscope([
        "analyze".as_ref(),
        picture.as_os_str(),
        "--model".as_ref(),
        copy.dir.path().as_os_str(),
    ]);
    ran.refused(1, &["manifest.toml", "schema 1 where this program reads 2"]);
    assert_eq!(ran.out, "");
}

#[test]
fn one_changed_byte_is_seen() {
    let copy = Copy::new();
    let path = copy.path("model.tflite");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    copy.refused(&["model.tflite", "sha256", "changed or damaged"]);
}

#[test]
fn a_manifest_that_makes_no_sense_is_refused_by_name() {
    for (key, value, words) in [
        ("schema", "1", "schema 1 where this program reads 2"),
        ("name", "\"\"", "name and version"),
        ("width", "0", "input 0x"),
        ("colour", "\"BGR\"", "BGR"),
        ("resize", "\"nearest\"", "nearest"),
        ("maps", "[1, 6, 8, 7]", "outputs.maps [1, 6, 8, 7]"),
        ("maps", "[1, 0, 8, 8]", "outputs.maps [1, 0, 8, 8]"),
        ("logits", "[8]", "logits"),
        ("temperature", "nan", "task bcc: temperature"),
        ("temperature", "0.0", "task bcc: temperature"),
        (
            "bias",
            "inf",
            "task bcc: temperature must be above 0 and bias",
        ),
        ("low", "nan", "task bcc: thresholds"),
        ("high", "nan", "task bcc: thresholds"),
        ("high", "1.5", "task bcc: thresholds"),
        ("low", "0.99", "task bcc: thresholds"),
        ("sha256", "\"abc\"", "64 hexadecimal digits"),
        (
            "role",
            "\"positive-criterion\"",
            "task bcc has the wrong role",
        ),
        ("code", "\"PN\"", "task bcc (PN) stands where bcc (BCC)"),
    ] {
        let copy = Copy::new();
        copy.set("manifest.toml", key, value);
        copy.refused(&["manifest.toml", words]);
    }
    let copy = Copy::new();
    copy.edit(
        "manifest.toml",
        "schema = 2\n",
        "schema = 2\ntreshold = 1\n",
    );
    copy.refused(&["manifest.toml", "treshold", "line "]);
}

#[test]
fn a_manifest_of_another_layout_is_refused_by_its_number_whatever_it_holds() {
    let copy = Copy::new();
    copy.edit(
        "manifest.toml",
        "schema = 2\n",
        "schema = 7\nunheard_of = true\n",
    );
    copy.refused(&["manifest.toml", "schema 7 where this program reads 2"]);
    copy.edit("manifest.toml", "schema = 7\n", "");
    copy.refused(&["manifest.toml", "missing field `schema`"]);
}

#[test]
fn a_manifest_cannot_point_outside_its_folder() {
    for path in [
        "../model.tflite",
        "/etc/passwd",
        "sub/model.tflite",
        "..",
        ".",
        "",
        "./model.tflite",
    ] {
        let copy = Copy::new();
        copy.set("manifest.toml", "path", &format!("{path:?}"));
        copy.refused(&["manifest.toml", "in the model's own folder"]);
    }
}

#[test]
fn a_file_that_is_missing_or_none_is_named() {
    for name in [
        "manifest.toml",
        "model.tflite",
        "gate.toml",
        "known_answers.toml",
    ] {
        let copy = Copy::new();
        fs::remove_file(copy.path(name)).unwrap();
        copy.refused(&[name, "No such file"]);

        fs::create_dir(copy.path(name)).unwrap();
        copy.refused(&[name, "is not a file"]);

        fs::remove_dir(copy.path(name)).unwrap();
        symlink(name, copy.path(name)).unwrap();
        copy.refused(&[name, "symbolic links"]);

        fs::remove_file(copy.path(name)).unwrap();
        let made = Command::new("mkfifo").arg(copy.path(name)).status();
        assert!(made.expect("mkfifo is there").success());
        copy.refused(&[name, "is not a file"]);
    }
}

#[test]
fn a_file_where_a_folder_is_wanted_is_named() {
    let file = shipped().join("model.tflite");
    let ran = bccscope([
        "model".as_ref(),
        "verify".as_ref(),
        "--model".as_ref(),
        file.as_os_str(),
    ]);
    ran.refused(1, &["is a file", "the model's folder"]);
    bccscope(["model", "verify", "--model", "no-such"]).refused(1, &["no model named no-such"]);
}

#[test]
fn another_shape_than_the_manifests_is_refused() {
    let copy = Copy::new();
    copy.set("manifest.toml", "width", "224");
    copy.refused(&[
        "model.tflite",
        "its input is int8 [1, ",
        "where the manifest says int8 [1, ",
    ]);
    let copy = Copy::new();
    copy.set("manifest.toml", "maps", "[1, 7, 7, 8]");
    copy.refused(&[
        "model.tflite",
        "no output is int8 [1, 7, 7, 8] (maps in the manifest)",
    ]);
}

#[test]
fn a_float_model_is_refused() {
    let copy = Copy::new();
    let mut bytes = fs::read(copy.path("model.tflite")).unwrap();
    spoil::make_input_float(&mut bytes);
    copy.replace_model(&bytes)
        .refused(&["model.tflite", "its input is float32"]);
}

#[test]
fn a_model_compiled_for_the_edge_tpu_is_refused_by_the_cpu() {
    let copy = Copy::new();
    let mut bytes = fs::read(copy.path("model.tflite")).unwrap();
    spoil::name_every_operator(&mut bytes, "edgetpu-custom-op");
    copy.replace_model(&bytes)
        .refused(&["model.tflite", "compiled for the Edge TPU"]);
}

#[test]
fn an_operator_the_runtime_does_not_know_is_refused() {
    let copy = Copy::new();
    let mut bytes = fs::read(copy.path("model.tflite")).unwrap();
    spoil::name_every_operator(&mut bytes, "no-such-operator");
    copy.replace_model(&bytes)
        .refused(&["model.tflite", "TensorFlow Lite refused the model"]);
}

#[test]
fn other_files_in_a_models_place_are_refused() {
    let whole = fs::read(shipped().join("model.tflite")).unwrap();
    for (bytes, words) in [
        (&b""[..], "no TFL3 mark"),
        (&b"\x89PNG\r\n\x1a\n0000"[..], "no TFL3 mark"),
        (&whole[..whole.len() / 2], "damaged"),
        (&b"\x08\0\0\0TFL3\0\0\0\0"[..], "damaged"),
    ] {
        let copy = Copy::new();
        copy.replace_model(bytes).refused(&["model.tflite", words]);
    }
}

#[test]
fn the_quality_gate_of_a_model_is_checked_too() {
    for (key, value, words) in [
        ("sharpness", "nan", "thresholds must be numbers"),
        ("dark", "250.0", "dark below bright"),
        ("dermoscopic", "nan", "finite numbers"),
        ("weights", "[1.0]", "weights: 1 values"),
        ("sharpnes", "1.0", "sharpnes"),
    ] {
        let copy = Copy::new();
        if key == "sharpnes" {
            copy.edit("gate.toml", "sharpness = ", "sharpnes = ");
        } else {
            copy.set("gate.toml", key, value);
        }
        copy.refused(&["gate.toml", words]);
    }
}

#[test]
fn known_answers_that_are_not_given_again_refuse_the_model() {
    for (key, value, words) in [
        ("model_sha256", "\"00\"", "another model file"),
        ("tolerance", "nan", "a tolerance of 0 to"),
        ("tolerance", "9.0", "a tolerance of 0 to"),
        ("chart", "[]", "samples of the chart"),
        (
            "scores",
            "[9.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]",
            "should score 9.00 for BCC",
        ),
        (
            "scores",
            "[nan, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]",
            "should score NaN for BCC",
        ),
        ("patterns", "[\"XX\"]", "unknown pattern XX"),
    ] {
        let copy = Copy::new();
        copy.set("known_answers.toml", key, value);
        copy.refused(&["known_answers.toml", words]);
    }
    let copy = Copy::new();
    let flat = vec!["0"; 64].join(", ");
    copy.set("known_answers.toml", "chart", &format!("[{flat}]"));
    copy.refused(&[
        "known_answers.toml",
        "samples of the test chart are prepared differently",
    ]);
}

#[test]
fn recorded_answers_are_those_of_the_repository() {
    let copy = Copy::new();
    let before = fs::read_to_string(copy.path("known_answers.toml")).unwrap();
    fs::remove_file(copy.path("known_answers.toml")).unwrap();
    let model = ["model", "record-answers", "--model"].map(AsRef::as_ref);
    let ran = bccscope(model.into_iter().chain([copy.dir.path().as_os_str()]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(copy.verify().code, 0);
    // Scores may differ in their last digits on another machine, the rest may not.
    let after = fs::read_to_string(copy.path("known_answers.toml")).unwrap();
    assert_eq!(after.lines().count(), before.lines().count());
}

#[test]
fn corals_own_models_are_refused_by_what_they_are() {
    for (name, words) in [
        (
            "mobilenet_v2_1.0_224_quant_edgetpu.tflite",
            "compiled for the Edge TPU",
        ),
        (
            "mobilenet_v2_1.0_224_quant.tflite",
            "its input is uint8 [1, 224, 224, 3]",
        ),
        ("tf2_mobilenet_v2_1.0_224_ptq.tflite", "its input is "),
    ] {
        let Some(bytes) = coral(name) else { continue };
        Copy::new()
            .replace_model(&bytes)
            .refused(&["model.tflite", words]);
    }
}
