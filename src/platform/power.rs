//! Supply voltage and batteries (kernel: hwmon and power_supply ABI).

use std::path::Path;

use super::{entries, read};

/// A battery as the kernel sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Battery {
    /// Charge, 0 to 100.
    pub percent: u8,
    /// Charging or full, that is: on a supply.
    pub charging: bool,
}

/// Whether the supply voltage is too low, as the Raspberry Pi's `rpi_volt` driver tells;
/// `None` on a board without it.
pub fn undervoltage(sys: &Path) -> Option<bool> {
    entries(&sys.join("class/hwmon"))
        .into_iter()
        .find(|hwmon| read(&hwmon.join("name")).as_deref() == Some("rpi_volt"))
        .and_then(|hwmon| read(&hwmon.join("in0_lcrit_alarm")))
        .map(|alarm| alarm == "1")
}

/// Every battery that tells its charge.
pub fn batteries(sys: &Path) -> Vec<Battery> {
    entries(&sys.join("class/power_supply"))
        .into_iter()
        .filter(|supply| read(&supply.join("type")).as_deref() == Some("Battery"))
        // A mouse's or a pen's battery is not the device's.
        .filter(|supply| read(&supply.join("scope")).as_deref() != Some("Device"))
        .filter_map(|supply| {
            let percent = read(&supply.join("capacity"))?.parse::<u8>().ok()?;
            let status = read(&supply.join("status")).unwrap_or_default();
            Some(Battery {
                percent: percent.min(100),
                charging: status != "Discharging",
            })
        })
        .collect()
}
