//! The service file, as systemd itself reads it. Where there is no systemd this says so and skips.

use std::{fs, path::PathBuf, process::Command};

use tempfile::TempDir;

use crate::support::{folder, repository};

/// The unit beside what it starts, in a folder of its own.
fn unit(change: impl Fn(String) -> String) -> (TempDir, PathBuf) {
    unit_of("bccscope.service", change)
}

fn shipped(name: &str) -> String {
    fs::read_to_string(repository().join("board").join(name)).expect("the unit")
}

fn unit_of(name: &str, change: impl Fn(String) -> String) -> (TempDir, PathBuf) {
    let folder = folder();
    let text = shipped(name);
    let program = env!("CARGO_BIN_EXE_bccscope");
    assert!(text.contains("\nExecStart=/usr/bin/bccscope "));
    let text = text.replace("/usr/bin/bccscope", program);
    let path = folder.path().join(name);
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
fn the_self_test_is_shut_in_line_by_line_as_the_service_is() {
    let sandbox = |name: &str| {
        let text = shipped(name);
        let (_, rest) = text.split_once("\n# --- who it is").expect("its beginning");
        let end = rest.find("\n[Install]").unwrap_or(rest.len());
        rest[..end].trim_end().to_owned()
    };
    let service = sandbox("bccscope.service");
    assert!(service.contains("DynamicUser=yes"), "{service}");
    assert_eq!(sandbox("bccscope-selftest.service"), service);

    let (_folder, path) = unit_of("bccscope-selftest.service", |text| text);
    let Some((fine, said)) = systemd_analyze(&["verify", "--man=no"], &path) else {
        return;
    };
    assert!(fine && !said.contains("bccscope-selftest"), "{said}");
}

#[test]
fn what_makes_the_devices_the_sandbox_allows_is_loaded_before_it_is_closed() {
    // Of these kinds the kernels of Debian and Raspberry Pi OS have the driver as a module.
    let modules = [
        ("char-video4linux", "videodev"),
        ("char-drm", "drm"),
        ("char-usb_device", "usbcore"),
        ("char-apex", "apex"),
        ("char-spi", "spidev"),
    ];
    let built_in = ["char-fb", "char-input", "char-gpiochip"];
    for name in ["bccscope.service", "bccscope-selftest.service"] {
        let text = shipped(name);
        let words_of = |key: &str| -> Vec<String> {
            let lines = text.lines().filter_map(|line| line.strip_prefix(key));
            lines
                .flat_map(str::split_whitespace)
                .map(str::to_owned)
                .collect()
        };
        let (wants, after) = (words_of("Wants="), words_of("After="));
        for line in text
            .lines()
            .filter_map(|line| line.strip_prefix("DeviceAllow="))
        {
            let kind = line.split(' ').next().unwrap_or_default();
            if built_in.contains(&kind) {
                continue;
            }
            let (_, module) = modules.iter().find(|(of, _)| *of == kind).expect(kind);
            let loader = format!("modprobe@{module}.service");
            assert!(wants.contains(&loader), "{name} does not want {loader}");
            assert!(after.contains(&loader), "{name} does not wait for {loader}");
        }
    }
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
