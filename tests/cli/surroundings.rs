//! Where there is nearly nothing: no stdin, no HOME, no working directory, nobody reading.

use std::{
    ffi::{OsStr, OsString},
    path::Path,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::support::{ended, folder, lesion, put, ran, shipped};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bccscope");

/// The program under `sh`, which can do what `Command` cannot.
fn under_sh(script: &str, picture: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script, PROGRAM]).arg(picture);
    command
}

#[test]
fn without_stdin_home_or_environment_an_image_is_analysed() {
    let dir = folder();
    let picture = put(&dir, "lesion.jpg", lesion());
    let ran = ran(under_sh(r#"exec "$0" analyze --json "$1" <&-"#, &picture).env_clear());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.json().len(), 1);
}

#[test]
fn from_a_folder_that_was_deleted_an_image_is_analysed() {
    let dir = folder();
    let picture = put(&dir, "lesion.jpg", lesion());
    let gone = dir.path().join("gone");
    std::fs::create_dir(&gone).unwrap();
    let script = r#"rmdir "$PWD" && exec "$0" analyze --json "$1""#;
    let ran = ran(under_sh(script, &picture).current_dir(&gone));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.json().len(), 1);
}

/// Every `study` command, on one picture that two readers have read.
fn studies(dir: &TempDir) -> Vec<Vec<OsString>> {
    put(dir, "read.jpg", lesion());
    let labels = put(dir, "labels.csv", "file,diagnosis,bcc\nread.jpg,BCC,1\n");
    let head = "file,reader,PN,UL,ON,MG,ML,SW,AT,UL_cells\n";
    let rows = "read.jpg,A,0,1,0,0,0,0,0,5\nread.jpg,B,0,1,0,0,0,0,0,5\n";
    let readings = put(dir, "readings.csv", format!("{head}{rows}"));
    let (model, out) = (shipped(), dir.path().join("out"));
    let common = |action: &str, more: &[&str]| -> Vec<OsString> {
        let mut args: Vec<OsString> = ["study", action].map(OsString::from).into();
        if action == "consensus" {
            args.push(readings.clone().into());
        } else {
            let files = [
                ("--labels", &labels),
                ("--readings", &readings),
                ("--model", &model),
            ];
            for (name, path) in files {
                args.extend([name.into(), path.clone().into()]);
            }
        }
        args.extend(["--out".into(), out.clone().into()]);
        args.extend(["--rounds", "100"].iter().chain(more).map(OsString::from));
        args
    };
    vec![
        common("consensus", &[]),
        common("evaluate", &[]),
        common("explain", &["--phantoms", "0", "--limit", "0"]),
    ]
}

#[test]
fn a_reader_that_has_gone_ends_a_command_without_a_word() {
    let dir = folder();
    let picture = put(&dir, "lesion.jpg", lesion());
    let model = shipped();
    let target = dir.path().join("target.png");
    let fixed: [&[&OsStr]; 4] = [
        &["analyze".as_ref(), picture.as_ref()],
        &[
            "model".as_ref(),
            "info".as_ref(),
            "--model".as_ref(),
            model.as_ref(),
        ],
        &[
            "model".as_ref(),
            "verify".as_ref(),
            "--model".as_ref(),
            model.as_ref(),
        ],
        &[
            "phantom".as_ref(),
            target.as_ref(),
            "--size".as_ref(),
            "200x160".as_ref(),
        ],
    ];
    let fixed = fixed.map(|args| args.iter().map(|&a| a.to_owned()).collect());
    for args in fixed.into_iter().chain(studies(&dir)) {
        let mut child = Command::new(PROGRAM)
            .args(&args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran = ended(&child.wait_with_output().unwrap());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_full_disk_under_stdout_is_a_failure() {
    let dir = folder();
    let picture = put(&dir, "lesion.jpg", lesion());
    let ran = ran(&mut under_sh(
        r#"exec "$0" analyze "$1" >/dev/full"#,
        &picture,
    ));
    ran.refused(1, &["stdout", "No space left"]);
    for args in studies(&dir) {
        let mut command = Command::new("sh");
        command.args(["-c", r#"exec "$0" "$@" >/dev/full"#, PROGRAM]);
        let ran = crate::support::ran(command.args(&args));
        ran.refused(1, &["stdout", "No space left"]);
    }
}

#[test]
fn a_closed_stderr_does_not_change_the_exit_code() {
    let dir = folder();
    let picture = put(&dir, "empty.jpg", "");
    let mut child = Command::new(PROGRAM)
        .arg("analyze")
        .arg(&picture)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
