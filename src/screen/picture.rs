//! The picture pane: the frame fitted in, the heat map over it.

use embedded_graphics::primitives::Rectangle;
use image::{RgbImage, imageops::FilterType};

use super::{Surface, theme};
use crate::{assess::Assessment, model::Task};

/// Where the picture came to lie: left, top, width, height in pixels.
pub(super) type Placed = (u32, u32, u32, u32);

/// Fits the picture into the pane, upper edges aligned, and draws it.
pub(super) fn place(surface: &mut Surface, picture: &RgbImage, pane: Rectangle) -> Placed {
    let (pw, ph) = (
        picture.width().max(1) as f32,
        picture.height().max(1) as f32,
    );
    let scale = (pane.size.width as f32 / pw).min(pane.size.height as f32 / ph);
    let width = ((pw * scale) as u32).clamp(1, pane.size.width);
    let height = ((ph * scale) as u32).clamp(1, pane.size.height);
    let left = pane.top_left.x.max(0) as u32 + (pane.size.width - width) / 2;
    let top = pane.top_left.y.max(0) as u32;
    let fitted = image::imageops::resize(picture, width, height, FilterType::Triangle);
    image::imageops::replace(&mut surface.picture, &fitted, left.into(), top.into());
    (left, top, width, height)
}

/// Lays a task's heat map over the placed picture. Skin stays visible: cover grows with the
/// evidence, up to two thirds.
pub(super) fn overlay(surface: &mut Surface, assessment: &Assessment, task: Task, placed: Placed) {
    let Some(maps) = &assessment.maps else { return };
    let (left, top, width, height) = placed;
    let map = maps.picture(task, assessment.frame_size, width, height);
    for (x, y, value) in map.enumerate_pixels() {
        let evidence = f32::from(value.0[0]) / 255.0;
        let cover = 0.66 * (evidence * 1.6).min(1.0);
        if cover < 0.02 {
            continue;
        }
        let heat = theme::heat(evidence);
        if let Some(pixel) = surface.picture.get_pixel_mut_checked(left + x, top + y) {
            for (old, new) in pixel.0.iter_mut().zip(heat) {
                *old = (f32::from(*old) * (1.0 - cover) + new * cover) as u8;
            }
        }
    }
}
