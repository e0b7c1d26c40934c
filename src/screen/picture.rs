//! The camera's picture: fitted into its place, the part the model does not see dimmed, the
//! heat map over it, copied row by row.

use image::RgbImage;

use crate::frame::{Part, Scaler};

use super::{area::Area, heat, sheet::Picture, surface::Surface};

/// What is kept between two pictures.
#[derive(Default)]
pub(super) struct Fitter {
    scaler: Scaler,
    fitted: Vec<u8>,
}

/// Where a picture of `size` comes to lie in a pane: as large as fits, at its top, in the
/// middle of its width, on whole pixels.
pub(super) fn place(size: (u32, u32), pane: Area) -> Area {
    let (width, height) = (size.0.max(1) as f32, size.1.max(1) as f32);
    let (left, top, right, bottom) = pane.pixels();
    let room = ((right - left).max(1) as f32, (bottom - top).max(1) as f32);
    let scale = (room.0 / width).min(room.1 / height);
    let w = (width * scale).round().clamp(1.0, room.0);
    let h = (height * scale).round().clamp(1.0, room.1);
    Area::new(left as f32 + ((room.0 - w) / 2.0).floor(), top as f32, w, h)
}

/// A part of a picture of size `whole`, carried over to a picture of `size` pixels.
pub(super) fn carried(
    part: &crate::assess::Region,
    whole: (u32, u32),
    size: (usize, usize),
) -> Area {
    let (sx, sy) = (
        size.0 as f32 / whole.0.max(1) as f32,
        size.1 as f32 / whole.1.max(1) as f32,
    );
    Area::new(
        part.x as f32 * sx,
        part.y as f32 * sy,
        part.width as f32 * sx,
        part.height as f32 * sy,
    )
}

impl Picture<'_> {
    /// Paints it; black where it cannot be shown, never what stood there before.
    pub fn paint(&self, surface: &mut Surface) {
        let (left, top, right, bottom) = self.area.pixels();
        let (width, height) = (
            (right - left).max(0) as usize,
            (bottom - top).max(0) as usize,
        );
        let mut fitter = std::mem::take(&mut surface.fitter);
        if fitter.fit(self.image, width, height) {
            let pixels = fitter.fitted.as_mut_slice();
            if let Some((maps, tasks, frame)) = &self.heat {
                heat::overlay(pixels, width, height, maps, tasks, *frame, self.stroke);
            }
            if let Some((region, whole)) = &self.seen {
                let seen = carried(region, *whole, (width, height));
                mark_seen(pixels, (width, height), seen, self.stroke);
            }
            for (y, line) in (top..).zip(pixels.chunks_exact(width * 3)) {
                let row = surface.row(y, left, right);
                if row.len() == line.len() {
                    row.copy_from_slice(line);
                }
            }
        } else {
            (top..bottom).for_each(|y| surface.row(y, left, right).fill(0));
        }
        surface.fitter = fitter;
    }
}

impl Fitter {
    /// Brings the picture to size; `false` where there is nothing to show.
    fn fit(&mut self, image: &RgbImage, width: usize, height: usize) -> bool {
        let length = width * height * 3;
        if length == 0 || image.is_empty() {
            return false;
        }
        self.fitted.resize(length, 0);
        if (width, height) == (image.width() as usize, image.height() as usize) {
            self.fitted.copy_from_slice(image.as_raw());
            return true;
        }
        let size = (width as u32, height as u32);
        self.scaler
            .scale(image, Part::Whole, &mut self.fitted, size)
            .is_ok()
    }
}

/// Dims what the model does not see and sets corner marks around what it sees.
fn mark_seen(pixels: &mut [u8], (width, height): (usize, usize), seen: Area, stroke: f32) {
    let (left, top, right, bottom) = seen.pixels();
    let (left, right) = (left.clamp(0, width as i32), right.clamp(0, width as i32));
    let (top, bottom) = (top.clamp(0, height as i32), bottom.clamp(0, height as i32));
    for (y, row) in pixels.chunks_exact_mut(width * 3).enumerate() {
        let inside = (top..bottom).contains(&(y as i32));
        let split = |x: i32| x as usize * 3;
        let (from, to) = if inside {
            (split(left), split(right))
        } else {
            (0, 0)
        };
        let dim = |bytes: &mut [u8]| bytes.iter_mut().for_each(|byte| *byte = *byte / 5 * 2);
        dim(&mut row[..from]);
        dim(&mut row[to..]);
    }
    let thick = stroke.round().max(1.0) as i32;
    let arm = ((right - left).min(bottom - top) / 9).max(thick);
    let mut fill = |x0: i32, y0: i32, x1: i32, y1: i32| {
        for y in y0.max(top)..y1.min(bottom) {
            let (x0, x1) = (x0.max(left) as usize, x1.min(right).max(left) as usize);
            let row = y as usize * width;
            if let Some(bytes) = pixels.get_mut((row + x0) * 3..(row + x1.max(x0)) * 3) {
                bytes.fill(255);
            }
        }
    };
    for (x, x_arm) in [(left, left), (right - thick, right - arm)] {
        for (y, y_arm) in [(top, top), (bottom - thick, bottom - arm)] {
            fill(x_arm, y, x_arm + arm, y + thick);
            fill(x, y_arm, x + thick, y_arm + arm);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_picture_of_any_shape_stays_in_its_pane(
            w in 1u32..5000, h in 1u32..5000, pw in 1.0f32..900.0, ph in 1.0f32..900.0,
        ) {
            let pane = Area::new(7.3, 4.6, pw, ph);
            let at = place((w, h), pane);
            let (left, top, right, bottom) = pane.pixels();
            prop_assert!(at.x >= left as f32 && at.y >= top as f32);
            prop_assert!(at.right() <= right.max(left + 1) as f32);
            prop_assert!(at.bottom() <= bottom.max(top + 1) as f32);
        }

        #[test]
        fn marks_never_leave_the_picture(
            w in 1usize..80, h in 1usize..80, x in 0.0f32..90.0, y in 0.0f32..90.0,
            rw in 0.0f32..90.0, rh in 0.0f32..90.0, stroke in 0.0f32..9.0,
        ) {
            let mut pixels = vec![100; w * h * 3];
            mark_seen(&mut pixels, (w, h), Area::new(x, y, rw, rh), stroke);
        }
    }

    #[test]
    fn a_picture_that_cannot_be_shown_leaves_nothing_of_the_last_one() {
        let mut surface = Surface::new(8, 6);
        for image in [
            RgbImage::from_pixel(4, 3, image::Rgb([200; 3])),
            RgbImage::new(0, 0),
        ] {
            let picture = Picture {
                area: Area::new(0.0, 0.0, 8.0, 6.0),
                image: &image,
                heat: None,
                seen: None,
                stroke: 1.0,
            };
            picture.paint(&mut surface);
            let shown = if image.is_empty() { 0 } else { 200 };
            assert!(surface.picture().as_raw().iter().all(|&v| v == shown));
        }
    }

    #[test]
    fn the_part_the_model_does_not_see_is_dimmed() {
        let mut pixels = vec![200; 160 * 90 * 3];
        mark_seen(
            &mut pixels,
            (160, 90),
            Area::new(20.0, 0.0, 120.0, 90.0),
            2.0,
        );
        let at = |x: usize, y: usize| pixels[(y * 160 + x) * 3];
        assert_eq!((at(5, 45), at(80, 45), at(155, 45)), (80, 200, 80));
        assert_eq!(at(20, 0), 255);
    }
}
