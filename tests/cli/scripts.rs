//! What the scripts that build for the board decide, with a tool of our own in the system's place.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use crate::support::{folder, ran, repository};

/// `bash -c` in the repository, with these folders to look for programs in.
fn bash(path: &str, script: &str) -> Command {
    let mut command = Command::new("bash");
    command.current_dir(repository()).env("PATH", path);
    command.args(["-euo", "pipefail", "-c", script]);
    command
}

/// A `readelf` that says a program needs these versions.
fn readelf(folder: &Path, versions: &[&str]) -> String {
    let path = folder.join("readelf");
    let mut script = "#!/bin/sh\n".to_owned();
    for version in versions {
        script += &format!("echo '  0x0010:   Name: {version}  Flags: none  Version: 5'\n");
    }
    fs::write(&path, script).expect("a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
    format!("{}:/usr/bin:/bin", folder.display())
}

const GLIBC: &str = ". scripts/debian-12.sh; glibc_of bin/bccscope lib/tflite.so";

#[test]
fn the_package_demands_the_newest_c_library_that_its_programs_do() {
    let folder = folder();
    let others = ["GLIBC_ABI_DT_RELR", "GLIBCXX_3.4.30", "VERS_9.0"];
    let path = readelf(
        folder.path(),
        &[&["GLIBC_2.4", "GLIBC_2.35", "GLIBC_2.17"], &others[..]].concat(),
    );
    let ran = ran(&mut bash(&path, GLIBC));
    assert_eq!((ran.code, ran.out.as_str()), (0, "2.35\n"), "{}", ran.err);
}

#[test]
fn a_bundle_that_would_not_start_on_debian_12_is_refused() {
    let folder = folder();
    let path = readelf(folder.path(), &["GLIBC_2.36", "GLIBC_2.39", "GLIBC_2.4"]);
    let words = ["glibc 2.39", "would not start on Debian 12", "bin/bccscope"];
    ran(&mut bash(&path, GLIBC)).refused(1, &words);
    // Neither does a file pass of which nothing is known.
    let path = readelf(folder.path(), &[]);
    ran(&mut bash(&path, GLIBC)).refused(1, &["no version of glibc"]);
}

#[test]
fn tools_that_debian_keeps_for_root_are_found_by_a_user_with_sudo() {
    let ran = ran(&mut bash(
        "/usr/bin:/bin",
        r#". scripts/env.sh; echo ":$PATH:""#,
    ));
    assert!(ran.out.contains(":/usr/sbin:"), "{}", ran.out);
}
