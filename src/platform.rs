//! The board itself: voltage, battery, temperature, clock (plain reads of sysfs under a root
//! that tests replace), the service manager's watchdog, GPIO lines and the lamp (pins behind
//! embedded-hal's traits).

mod clock;
pub mod gpio;
mod lamp;
mod permission;
mod power;
mod thermal;
mod watchdog;

pub use clock::{local_time, plausible};
pub use lamp::Lamp;
pub use permission::{is_sandbox, permission_advice};
pub use power::{Battery, batteries, undervoltage};
pub use thermal::hottest;
pub use watchdog::{Watchdog, Word};

use std::{path::Path, time::SystemTime};

/// A processor slows itself down from here on (Raspberry Pi: 80 °C, soft limit).
pub const HOT: f32 = 80.0;
/// A battery is low below this.
const LOW: u8 = 15;

/// What a person at the device must know of its power, temperature and clock; `None` when all is
/// well or the board tells nothing.
pub fn warning(sys: &Path, now: SystemTime) -> Option<String> {
    let mut parts = Vec::new();
    if undervoltage(sys) == Some(true) {
        parts.push("POWER SUPPLY TOO WEAK".to_owned());
    }
    for battery in batteries(sys) {
        if battery.percent < LOW && !battery.charging {
            parts.push(format!("BATTERY {} %", battery.percent));
        }
    }
    if let Some(degrees) = hottest(sys).filter(|degrees| *degrees >= HOT) {
        parts.push(format!("HOT {degrees:.0} °C"));
    }
    // Cases are stored under this time.
    if !plausible(now) {
        parts.push("CLOCK NOT SET".to_owned());
    }
    (!parts.is_empty()).then(|| parts.join("  "))
}

/// A sysfs file's text, trimmed; `None` where it is missing or unreadable.
fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path)
        .ok()
        .map(|text| text.trim().to_owned())
}

/// The entries of a sysfs folder, in the order of their names.
fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .map(|dir| dir.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, time::Duration};

    fn sys(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a file lies in a folder"))
                .expect("a folder is made");
            fs::write(path, text).expect("a file is written");
        }
        root
    }

    /// A clock that is set.
    fn set() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000)
    }

    #[test]
    fn a_clock_that_is_not_set_is_named_until_it_is() {
        let (sys, woken) = (Path::new("/nonexistent"), SystemTime::UNIX_EPOCH);
        assert_eq!(warning(sys, woken).as_deref(), Some("CLOCK NOT SET"));
        assert_eq!(warning(sys, set()), None);
    }

    #[test]
    fn a_healthy_board_warns_of_nothing() {
        let root = sys(&[
            ("class/thermal/thermal_zone0/temp", "52300\n"),
            ("class/hwmon/hwmon1/name", "rpi_volt\n"),
            ("class/hwmon/hwmon1/in0_lcrit_alarm", "0\n"),
            ("class/power_supply/bat/type", "Battery\n"),
            ("class/power_supply/bat/capacity", "80\n"),
            ("class/power_supply/bat/status", "Discharging\n"),
        ]);
        assert_eq!(warning(root.path(), set()), None);
    }

    #[test]
    fn a_weak_supply_an_empty_battery_and_heat_are_all_named() {
        let root = sys(&[
            ("class/thermal/thermal_zone0/temp", "52300\n"),
            ("class/thermal/thermal_zone1/temp", "84000\n"),
            ("class/hwmon/hwmon0/name", "nvme\n"),
            ("class/hwmon/hwmon1/name", "rpi_volt\n"),
            ("class/hwmon/hwmon1/in0_lcrit_alarm", "1\n"),
            ("class/power_supply/bat/type", "Battery\n"),
            ("class/power_supply/bat/capacity", "9\n"),
            ("class/power_supply/bat/status", "Discharging\n"),
        ]);
        let words = warning(root.path(), set()).expect("a warning");
        for part in ["POWER SUPPLY TOO WEAK", "BATTERY 9 %", "HOT 84 °C"] {
            assert!(words.contains(part), "{words}");
        }
    }

    #[test]
    fn a_board_that_tells_nothing_or_nonsense_is_no_fault() {
        assert_eq!(warning(Path::new("/nonexistent"), set()), None);
        let root = sys(&[
            ("class/thermal/thermal_zone0/temp", "hot\n"),
            ("class/power_supply/bat/type", "Battery\n"),
            ("class/power_supply/bat/capacity", "-3\n"),
        ]);
        assert_eq!(warning(root.path(), set()), None);
    }
}
