//! Temperature (kernel: thermal sysfs ABI, thousandths of a degree).

use std::path::Path;

use super::{entries, read};

/// The hottest thermal zone, in °C; `None` where the board has none.
pub fn hottest(sys: &Path) -> Option<f32> {
    entries(&sys.join("class/thermal"))
        .into_iter()
        .filter_map(|zone| read(&zone.join("temp"))?.parse::<i32>().ok())
        .map(|thousandths| thousandths as f32 / 1000.0)
        .reduce(f32::max)
}
