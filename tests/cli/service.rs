//! The service file, as systemd itself reads it. Where there is no systemd this says so and skips.

use std::{fs, path::PathBuf, process::Command};

use tempfile::TempDir;

use crate::support::{folder, repository};

/// The unit beside what it starts, in a folder of its own.
fn unit(change: impl Fn(String) -> String) -> (TempDir, PathBuf) {
    let folder = folder();
    let text = fs::read_to_string(repository().join("board/bccscope.service")).expect("the unit");
    let program = env!("CARGO_BIN_EXE_bccscope");
    assert!(text.contains("ExecStart=/usr/bin/bccscope run\n"));
    let text = text.replace("/usr/bin/bccscope", program);
    let path = folder.path().join("bccscope.service");
    fs::write(&path, change(text)).expect("a copy");
    (folder, path)
}

/// What `systemd-analyze` says and whether it is content; `None` where there is none.
fn systemd_analyze(arguments: &[&str], unit: &PathBuf) -> Option<(bool, String)> {
    let Ok(output) = Command::new("systemd-analyze")
        .args(arguments)
        .arg(unit)
        .output()
    else {
        eprintln!("SKIPPED: no systemd-analyze on this machine");
        return None;
    };
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Some((output.status.success(), said))
}

#[test]
fn systemd_knows_every_line_of_the_unit() {
    let (_folder, path) = unit(|text| text);
    let Some((fine, said)) = systemd_analyze(&["verify", "--man=no"], &path) else {
        return;
    };
    assert!(fine && !said.contains("bccscope.service"), "{said}");
    // It would say so of a line that it does not know.
    let (_folder, path) = unit(|text| text.replace("WatchdogSec=", "WatchdogSecs="));
    let (_, said) = systemd_analyze(&["verify", "--man=no"], &path).expect("as before");
    assert!(said.contains("WatchdogSecs"), "{said}");
}

#[test]
fn the_service_is_shut_in() {
    let (_folder, path) = unit(|text| text);
    // Exposure from 0.0 to 10.0, here times ten; a unit without any protection has 9.6.
    let strict = ["security", "--offline=true", "--threshold=10", "--no-pager"];
    let Some((fine, said)) = systemd_analyze(&strict, &path) else {
        return;
    };
    if said.contains("nrecognized option") {
        eprintln!("SKIPPED: this systemd-analyze judges no unit offline");
        return;
    }
    assert!(fine, "{said}");
    let (_folder, path) = unit(|text| text.replace("PrivateNetwork=yes", "PrivateNetwork=no"));
    let (fine, said) = systemd_analyze(
        &["security", "--offline=true", "--threshold=5", "--no-pager"],
        &path,
    )
    .expect("as before");
    assert!(!fine, "an open network went unnoticed: {said}");
}
