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

/// Whether a case could be stored.
pub(super) fn storage(config: &Config) -> Vec<Check> {
    const PART: &str = "storage";
    let folder = &config.records.folder;
    if let Err(e) = probe(folder) {
        return vec![Check::fail(
            PART,
            format!(
                "{}: {e}: no case can be stored there; set [records] folder",
                folder.display()
            ),
        )];
    }
    let check = match rustix::fs::statvfs(folder) {
        Ok(stat) => {
            let free = stat.f_bavail.saturating_mul(stat.f_frsize);
            let words = format!("{}: {} MB free", folder.display(), free >> 20);
            if free < FREE_ENOUGH {
                Check::fail(PART, format!("{words}: make room"))
            } else {
                Check::pass(PART, words)
            }
        }
        Err(e) => Check::fail(PART, format!("{}: {e}", folder.display())),
    };
    vec![check]
}

fn probe(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
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
