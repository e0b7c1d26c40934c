//! Where things are: everything follows from the screen's size.

use embedded_graphics::{prelude::*, primitives::Rectangle};

/// The parts of a screen.
pub(super) struct Layout {
    /// Pixels a unit (1/480 of the height, held back on narrow screens).
    pub unit: f32,
    /// The picture's pane.
    pub picture: Rectangle,
    /// The column beside it.
    pub panel: Rectangle,
    /// The line at the bottom.
    pub status: Rectangle,
}

impl Layout {
    pub fn of(size: Size) -> Layout {
        let (width, height) = (size.width as f32, size.height as f32);
        let unit = (height / 480.0).min(width / 720.0);
        let margin = 10.0 * unit;
        let status_height = 34.0 * unit;
        let body = height - status_height - 2.0 * margin;
        let picture_width = (width * 0.5).min(body * 4.0 / 3.0);
        let panel_left = picture_width + 2.0 * margin;
        Layout {
            unit,
            picture: rectangle(margin, margin, picture_width - margin, body),
            panel: rectangle(panel_left, margin, width - panel_left - margin, body),
            status: rectangle(0.0, height - status_height, width, status_height),
        }
    }
}

pub(super) fn rectangle(x: f32, y: f32, width: f32, height: f32) -> Rectangle {
    Rectangle::new(
        Point::new(x.round() as i32, y.round() as i32),
        Size::new(
            width.max(1.0).round() as u32,
            height.max(1.0).round() as u32,
        ),
    )
}
