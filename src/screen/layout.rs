//! Where the parts of every screen are: alerts on top, the scene's body, buttons, the status
//! line. Everything follows from the screen's size.

use super::area::Area;

/// Height of an alert strip at least, in pixels, where no more than a fifth of the screen's goes to
/// all of them.
const LEGIBLE: f32 = 29.0;

/// The parts of a screen.
pub(super) struct Layout {
    /// Pixels a unit: 1/480 of the height, held back on narrow screens.
    pub unit: f32,
    /// Higher than wide: what stands side by side otherwise stands one below the other.
    pub portrait: bool,
    /// One strip an alert line, full width.
    pub alerts: Vec<Area>,
    /// The scene's own.
    pub body: Area,
    /// The row of buttons.
    pub buttons: Area,
    /// The line at the bottom.
    pub status: Area,
}

impl Layout {
    /// For a screen of this size with so many alert lines.
    pub fn of(size: (u32, u32), alerts: usize) -> Layout {
        let (width, height) = (size.0.max(1) as f32, size.1.max(1) as f32);
        let portrait = height > width * 0.95;
        let unit = if portrait {
            (width / 440.0).min(height / 800.0)
        } else {
            (height / 480.0).min(width / 720.0)
        };
        let mut rest = Area::new(0.0, 0.0, width, height);
        // On a small screen what must not be overlooked has room for two lines that can be read.
        let room = LEGIBLE.min(height * 0.2 / alerts.max(1) as f32);
        let strip = (if portrait { 42.0 } else { 28.0 } * unit).max(room);
        let alerts = (0..alerts).map(|_| rest.cut_top(strip)).collect();
        let status = rest.cut_bottom(if portrait { 56.0 } else { 30.0 } * unit);
        rest.cut_bottom(6.0 * unit);
        let buttons = rest.cut_bottom(button_height(width, height, portrait));
        let rim = 8.0 * unit;
        Layout {
            unit,
            portrait,
            alerts,
            body: rest.inset(rim, rim),
            buttons: buttons.inset(rim, 0.0),
            status,
        }
    }
}

/// At least 9 mm for a gloved finger: an eighth of a 3.5 to 7 inch panel's height. A portrait
/// screen of the same diagonal is higher, so a tenth does where it is not tiny.
fn button_height(width: f32, height: f32, portrait: bool) -> f32 {
    if portrait && height > 480.0 {
        (height / 10.0).max(width / 8.0).ceil()
    } else {
        (height / 8.0).ceil()
    }
}
