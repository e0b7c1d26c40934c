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

/// Shares of the screen that a message's box and its cross take at least; no other screen has both.
const BOX: f32 = 0.2;
const CROSS: f32 = 0.003;

/// Share of the screen that changes at least between two frames of the camera; a clock or a
/// message changes less.
const MOTION: f32 = 0.02;

/// Share of the screen that has exactly this colour.
fn share(screen: &RgbImage, colour: Rgb888) -> f32 {
    let wanted = [colour.r(), colour.g(), colour.b()];
    let hits = screen.pixels().filter(|p| p.0 == wanted).count();
    hits as f32 / (screen.width() * screen.height()) as f32
}

/// Whether the screen says what is wrong, in place of the picture.
pub fn message(screen: &RgbImage) -> bool {
    share(screen, theme::GROUND) >= BOX && share(screen, theme::ALERT) >= CROSS
}

/// The verdict on the screen.
pub fn verdict(screen: &RgbImage) -> Option<Verdict> {
    [
        (theme::SUSPECTED, Verdict::Suspected),
        (theme::NO_SIGNS, Verdict::NoSigns),
        (theme::UNCERTAIN, Verdict::Uncertain),
    ]
    .into_iter()
    .find(|(colour, _)| share(screen, *colour) >= BAND)
    .map(|(_, verdict)| verdict)
}

/// Whether so much differs that a camera's picture moves.
pub fn moved(one: &RgbImage, other: &RgbImage) -> bool {
    let differing = one.pixels().zip(other.pixels()).filter(|(a, b)| a != b);
    let share = differing.count() as f32 / (one.width() * one.height()) as f32;
    one.dimensions() != other.dimensions() || share >= MOTION
}

/// Share of the pixels that differ by more than rounding on another processor makes, between
/// 0 and 1.
pub fn difference(one: &RgbImage, other: &RgbImage) -> f32 {
    assert_eq!(one.dimensions(), other.dimensions());
    let differs = |a: &[u8; 3], b: &[u8; 3]| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > 24);
    let differing = one.pixels().zip(other.pixels());
    let differing = differing.filter(|(a, b)| differs(&a.0, &b.0)).count();
    differing as f32 / (one.width() * one.height()) as f32
}

/// A binary PPM of 8 bits, as QEMU writes it.
pub fn ppm(bytes: &[u8]) -> Option<RgbImage> {
    let mut fields = Vec::new();
    let mut at = 0;
    while fields.len() < 4 {
        let rest = bytes.get(at..)?;
        let end = rest.iter().position(u8::is_ascii_whitespace)?;
        fields.push(std::str::from_utf8(&rest[..end]).ok()?.to_owned());
        at += end + 1;
    }
    if fields[0] != "P6" || fields[3] != "255" {
        return None;
    }
    let (width, height) = (fields[1].parse().ok()?, fields[2].parse().ok()?);
    RgbImage::from_raw(width, height, bytes.get(at..)?.to_vec())
}
