//! What a screendump shows, judged by its pixels alone.

use bccscope::screen::theme;
use embedded_graphics::{pixelcolor::Rgb888, prelude::RgbColor};
use image::RgbImage;

/// A verdict, told by the colour of its band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Vermillion.
    Suspected,
    /// Blue.
    NoSigns,
    /// Yellow.
    Uncertain,
}

/// Share of the screen a verdict's band takes at least; nothing else is so large in its colour.
const BAND: f32 = 0.01;

/// Share of the screen that changes at least between two frames of the camera; a clock or a
/// message changes less.
const MOTION: f32 = 0.02;

/// The verdict on the screen.
pub fn verdict(screen: &RgbImage) -> Option<Verdict> {
    let share = |colour: Rgb888| {
        let wanted = [colour.r(), colour.g(), colour.b()];
        let hits = screen.pixels().filter(|p| p.0 == wanted).count();
        hits as f32 / (screen.width() * screen.height()) as f32
    };
    [
        (theme::SUSPECTED, Verdict::Suspected),
        (theme::NO_SIGNS, Verdict::NoSigns),
        (theme::UNCERTAIN, Verdict::Uncertain),
    ]
    .into_iter()
    .find(|(colour, _)| share(*colour) >= BAND)
    .map(|(_, verdict)| verdict)
}

/// Whether so much differs that a camera's picture moves.
pub fn moved(one: &RgbImage, other: &RgbImage) -> bool {
    let differing = one.pixels().zip(other.pixels()).filter(|(a, b)| a != b);
    let share = differing.count() as f32 / (one.width() * one.height()) as f32;
    one.dimensions() != other.dimensions() || share >= MOTION
}
