//! The file compiled for the Edge TPU: how it is made, and how it is refused.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::support::{Ran, bccscope, ended, folder, repository, shipped};

/// What the compiler says of a model that it maps whole.
const WHOLE: &str = "Edge TPU Compiler version 16.0.384591198

Model compiled successfully in 1234 ms.

Input model: model.tflite
On-chip memory used for caching model parameters: 2.43MiB
On-chip memory remaining for caching model parameters: 5.20MiB
Off-chip memory used for streaming uncached model parameters: 0.00B
Number of Edge TPU subgraphs: 1
Total number of operations: 64

Operator                       Count      Status

CONV_2D                        36         Mapped to Edge TPU
DEPTHWISE_CONV_2D              17         Mapped to Edge TPU
ADD                            10         Mapped to Edge TPU
MEAN                           1          Mapped to Edge TPU
";

/// A copy of the shipped model and a compiler that says what it is told.
struct Bench {
    dir: TempDir,
}

impl Bench {
    fn new(says: &str) -> Bench {
        let dir = folder();
        fs::create_dir(dir.path().join("model")).unwrap();
        for entry in fs::read_dir(shipped()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(
                entry.path(),
                dir.path().join("model").join(entry.file_name()),
            )
            .unwrap();
        }
        fs::write(dir.path().join("says"), says).unwrap();
        let compiler = dir.path().join("edgetpu_compiler");
        // The last argument is the model, the one before the output folder.
        let script = "#!/bin/sh\ncat \"$(dirname \"$0\")/says\"\n\
                      cp \"$4\" \"$3/model_edgetpu.tflite\"\n";
        fs::write(&compiler, script).unwrap();
        fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).unwrap();
        Bench { dir }
    }

    fn model(&self) -> PathBuf {
        self.dir.path().join("model")
    }

    fn manifest(&self) -> String {
        fs::read_to_string(self.model().join("manifest.toml")).unwrap()
    }

    fn compile(&self) -> Ran {
        let path = std::env::var("PATH").unwrap();
        script(
            &self.model(),
            &format!("{}:{path}", self.dir.path().display()),
        )
    }
}

fn script(model: &Path, path: &str) -> Ran {
    let output = Command::new("bash")
        .arg(repository().join("scripts/compile-edgetpu.sh"))
        .arg(model)
        .env("PATH", path)
        .output();
    ended(&output.expect("bash is there"))
}

#[test]
fn without_the_compiler_the_script_says_how_to_get_it() {
    script(&shipped(), "/usr/bin:/bin").refused(
        1,
        &[
            "edgetpu_compiler is not installed",
            "apt-get install edgetpu-compiler",
            "docker run",
            "bccscope model lint",
        ],
    );
    script(Path::new("/nonexistent"), "/usr/bin:/bin").refused(2, &["no manifest.toml"]);
}

#[test]
fn what_compiles_whole_is_entered_in_the_manifest_once() {
    let bench = Bench::new(WHOLE);
    for _ in 0..2 {
        let ran = bench.compile();
        assert_eq!(ran.code, 0, "{}", ran.err);
        let manifest = bench.manifest();
        assert_eq!(manifest.matches("[files.edgetpu]").count(), 1);
        assert!(manifest.contains("64 of 64 operations mapped, 2.43MiB on the chip"));
        assert!(bench.model().join("model_edgetpu.tflite").is_file());
        assert!(bench.model().join("model_edgetpu.log").is_file());
        // What the pretended compiler wrote is the plain model: everything but that is right.
        bccscope([
            "model",
            "verify",
            "--model",
            bench.model().to_str().unwrap(),
        ])
        .refused(
            1,
            &["model_edgetpu.tflite", "not compiled for the Edge TPU"],
        );
    }
}

#[test]
fn what_is_not_mapped_whole_changes_nothing() {
    for (from, to, words) in [
        (
            "MEAN                           1          Mapped to Edge TPU",
            "MEAN                           1          Operation version not supported",
            "1 x MEAN: Operation version not supported",
        ),
        ("subgraphs: 1", "subgraphs: 2", "in 2 subgraphs"),
        ("operations: 64", "operations: 70", "64 of 70 operations"),
        ("Number of", "", "does not say the number of subgraphs"),
    ] {
        assert!(WHOLE.contains(from));
        let bench = Bench::new(&WHOLE.replace(from, to));
        let before = bench.manifest();
        bench.compile().refused(1, &[words]);
        assert_eq!(bench.manifest(), before);
        assert!(!bench.model().join("model_edgetpu.tflite").exists());
    }
}

#[test]
fn an_entry_that_makes_no_sense_is_refused() {
    let sha = "0".repeat(64);
    for (path, sha, bound, words) in [
        (
            "../x.tflite",
            sha.as_str(),
            "0.2",
            "in the model's own folder",
        ),
        ("x.tflite", "abc", "0.2", "64 hexadecimal digits"),
        ("x.tflite", sha.as_str(), "nan", "max_difference"),
        ("x.tflite", sha.as_str(), "0.0", "max_difference"),
        ("x.tflite", sha.as_str(), "9.0", "max_difference"),
        (
            "none.tflite",
            sha.as_str(),
            "0.2",
            "none.tflite: cannot be read",
        ),
        ("model.tflite", sha.as_str(), "0.2", "changed or damaged"),
    ] {
        let bench = Bench::new("");
        let entry = format!(
            "[files.edgetpu]\npath = {path:?}\nsha256 = {sha:?}\nmax_difference = {bound}\n\n[input]"
        );
        let text = bench.manifest().replacen("[input]", &entry, 1);
        fs::write(bench.model().join("manifest.toml"), text).unwrap();
        bccscope([
            "model",
            "verify",
            "--model",
            bench.model().to_str().unwrap(),
        ])
        .refused(1, &[words]);
    }
}
