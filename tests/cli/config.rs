//! A wrong configuration is wrong use: exit code 2, with file, line and key.

use crate::support::{Ran, folder, put, ran, shipped};
use std::{ffi::OsStr, process::Command};

fn with_config(path: &OsStr) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bccscope"));
    command.arg("--config").arg(path);
    ran(command.args(["model", "info", "--model"]).arg(shipped()))
}

#[test]
fn a_wrong_line_is_named_with_file_line_and_key() {
    let dir = folder();
    for (text, words) in [
        ("[engine]\nthreds = 2\n", ["line 2", "threds"]),
        ("\n[enigne]\nthreads = 2\n", ["line 2", "enigne"]),
        ("[engine]\nthreads = \"two\"\n", ["line 2", "threads"]),
        ("[engine]\nthreads = -1\n", ["line 2", "threads"]),
        ("[engine]\nthreads = 1.5\n", ["line 2", "threads"]),
        (
            "[engine]\nthreads = 65\n",
            ["[engine] threads = 65", "0 to 64"],
        ),
        ("[app]\nburst = 0\n", ["[app] burst = 0", "1 to 20"]),
        ("[model]\npath = 7\n", ["line 2", "path"]),
        ("[display]\nrotate = 45\n", ["line 2", "rotate"]),
        ("[display.drm]\ncrad = \"x\"\n", ["line 2", "crad"]),
        ("[input.keys]\nKEY_S = \"svae\"\n", ["line 2", "svae"]),
        ("model = 7\n", ["line 1", "model"]),
        ("camera = 5\n", ["line 1", "expected the part [camera]"]),
        (
            "[records]\nfolder = \"cases\"\n",
            ["[records] folder = \"cases\"", "absolute path"],
        ),
        (
            "[records]\nfolder = \"\"\n",
            ["[records] folder = \"\"", "absolute path"],
        ),
        (
            "[app]\nburst = 20\n",
            ["[app] burst = 20", "below analysis_ms = 20000"],
        ),
        ("[engine\n", ["line 1", "[engine"]),
        (
            "[engine]\nthreads = 1\nthreads = 2\n",
            ["line 3", "threads"],
        ),
    ] {
        let file = put(&dir, "bccscope.toml", text);
        let ran = with_config(file.as_os_str());
        ran.refused(2, &["bccscope.toml", words[0], words[1]]);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_never_passed_over() {
    let dir = folder();
    let missing = dir.path().join("missing.toml");
    with_config(missing.as_os_str()).refused(2, &["missing.toml", "No such file"]);
    with_config(dir.path().as_os_str()).refused(2, &["is not a file"]);
    with_config("/dev/zero".as_ref()).refused(2, &["/dev/zero: is not a file"]);
    let binary = put(&dir, "binary.toml", [0xff, 0xfe, 0x00]);
    with_config(binary.as_os_str()).refused(2, &["binary.toml: is not UTF-8 text"]);
}

#[test]
fn an_empty_file_means_every_default() {
    let dir = folder();
    let file = put(&dir, "empty.toml", "");
    assert_eq!(with_config(file.as_os_str()).code, 0);
}
