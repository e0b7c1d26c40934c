//! Storage, clock, power and temperature.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
    time::SystemTime,
};

use super::Check;
use crate::{config::Config, platform};

/// Cases are some hundred kilobytes; below this a day's work may not fit.
const FREE_ENOUGH: u64 = 200 << 20;

/// Whether a case could be stored. Nothing is left made: this may run as root, and the service's
/// own user could not store cases in a folder of root's.
pub(super) fn storage(config: &Config) -> Vec<Check> {
    const PART: &str = "storage";
    let folder = &config.records.folder;
    let tried = existing(folder).and_then(|there| {
        probe(there)?;
        Ok((there, rustix::fs::statvfs(there)?))
    });
    let check = match tried {
        Ok((there, stat)) => {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize);
            let mut words = format!("{}: {} MB free", folder.display(), free >> 20);
            if there != folder {
                words += ", made with the first case";
            }
            if free < FREE_ENOUGH {
                Check::fail(PART, format!("{words}: make room"))
            } else {
                Check::pass(PART, words)
            }
        }
        Err(e) => Check::fail(
            PART,
            format!(
                "{}: {e}: no case can be stored there; set [records] folder",
                folder.display()
            ),
        ),
    };
    vec![check]
}

/// The folder, or the nearest one above it that there is.
fn existing(folder: &Path) -> io::Result<&Path> {
    for path in folder.ancestors() {
        // What a relative path begins in.
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        match fs::symlink_metadata(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(e),
            Ok(_) => return Ok(path),
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

fn probe(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".selftest-{}", std::process::id()));
    let written = File::create_new(&path).and_then(|mut file| {
        file.write_all(b"bccscope selftest")?;
        file.sync_all()
    });
    let removed = match fs::remove_file(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    written.and(removed)
}

/// Clock, supply, batteries, temperature.
pub(super) fn board(_config: &Config) -> Vec<Check> {
    let sys = Path::new("/sys");
    let now = SystemTime::now();
    let time = platform::local_time();
    let clock = if platform::plausible(now) {
        Check::pass("clock", time)
    } else {
        Check::fail(
            "clock",
            format!("{time}, before this version was made: set the clock, or fit its battery"),
        )
    };
    let supply = match platform::undervoltage(sys) {
        Some(false) => Check::pass("supply", "voltage is good"),
        Some(true) => Check::fail("supply", "voltage is too low: use the board's own supply"),
        None => Check::skip("supply", "this board does not tell its supply voltage"),
    };
    let batteries = platform::batteries(sys);
    let battery = if batteries.is_empty() {
        Check::skip("battery", "this board has none")
    } else {
        let words: Vec<_> = batteries
            .iter()
            .map(|b| {
                let state = if b.charging {
                    "on supply"
                } else {
                    "discharging"
                };
                format!("{} %, {state}", b.percent)
            })
            .collect();
        Check::pass("battery", words.join("; "))
    };
    let temperature = match platform::hottest(sys) {
        Some(degrees) if degrees < platform::HOT => {
            Check::pass("temperature", format!("{degrees:.0} °C"))
        }
        Some(degrees) => Check::fail(
            "temperature",
            format!("{degrees:.0} °C: the processor slows down; let air in"),
        ),
        None => Check::skip("temperature", "this board does not tell it"),
    };
    vec![clock, supply, battery, temperature]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selftest::Outcome;

    fn storage_at(folder: &Path) -> Check {
        let mut config = Config::default();
        config.records.folder = folder.to_path_buf();
        storage(&config).remove(0)
    }

    #[test]
    fn a_folder_that_is_not_there_yet_passes_and_is_not_made() {
        let root = tempfile::tempdir().expect("a folder");
        let check = storage_at(&root.path().join("bccscope/cases"));
        assert_eq!(check.outcome, Outcome::Pass, "{check:?}");
        assert!(check.words.contains("bccscope/cases: "), "{check:?}");
        assert!(
            check.words.ends_with("made with the first case"),
            "{check:?}"
        );
        assert_eq!(root.path().read_dir().expect("a folder").count(), 0);
    }

    #[test]
    fn a_folder_that_could_not_be_made_fails() {
        let root = tempfile::tempdir().expect("a folder");
        let file = root.path().join("file");
        fs::write(&file, "").expect("a file");
        assert_eq!(storage_at(&file.join("cases")).outcome, Outcome::Fail);
        let astray = root.path().join("astray");
        std::os::unix::fs::symlink("nowhere", &astray).expect("a link");
        assert_eq!(storage_at(&astray.join("cases")).outcome, Outcome::Fail);
    }
}
