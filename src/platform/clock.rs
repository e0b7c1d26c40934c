//! Wall-clock time. A board without a battery clock wakes in the past.

use std::time::SystemTime;

use jiff::{Timestamp, Zoned};

/// No device of this version was made before this day.
const MADE: &str = "2026-11-01T00:00:00Z";

/// The local time as the screen shows it.
pub fn local_time() -> String {
    Zoned::now().strftime("%H:%M").to_string()
}

/// Whether a time can be right: not before this version was made.
pub fn plausible(time: SystemTime) -> bool {
    let made: Option<Timestamp> = MADE.parse().ok();
    Timestamp::try_from(time).ok() >= made && made.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_woke_in_1970_is_not_believed() {
        assert!(!plausible(SystemTime::UNIX_EPOCH));
        let later = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(2_000_000_000);
        assert!(plausible(later));
    }
}
