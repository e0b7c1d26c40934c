//! Antialiased text in the bundled Inter (SIL Open Font License).

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use embedded_graphics::pixelcolor::{Rgb888, RgbColor};
use image::Rgb;

use super::Surface;

/// Weight of the letters.
#[derive(Clone, Copy)]
pub(super) enum Weight {
    Medium,
    Bold,
}

fn font(weight: Weight) -> FontRef<'static> {
    let bytes: &'static [u8] = match weight {
        Weight::Medium => include_bytes!("fonts/Inter-Medium.otf"),
        Weight::Bold => include_bytes!("fonts/Inter-Bold.otf"),
    };
    FontRef::try_from_slice(bytes).expect("the bundled font is a font: compiled in and tested")
}

/// Width of a line in pixels.
pub(super) fn width(text: &str, size: f32, weight: Weight) -> f32 {
    let font = font(weight);
    let scaled = font.as_scaled(PxScale::from(size));
    text.chars()
        .map(|c| scaled.h_advance(scaled.glyph_id(c)))
        .sum()
}

/// Draws one line; `x`, `y` is the upper left corner of the line's box.
pub(super) fn line(
    surface: &mut Surface,
    text: &str,
    (x, y): (f32, f32),
    size: f32,
    weight: Weight,
    colour: Rgb888,
) {
    let font = font(weight);
    let scaled = font.as_scaled(PxScale::from(size));
    let mut pen = x;
    let picture = &mut surface.picture;
    let ink = [colour.r(), colour.g(), colour.b()].map(f32::from);
    for c in text.chars() {
        let mut glyph = scaled.scaled_glyph(c);
        glyph.position = point(pen, y + scaled.ascent());
        pen += scaled.h_advance(glyph.id);
        let Some(outline) = font.outline_glyph(glyph) else {
            continue;
        };
        let bounds = outline.px_bounds();
        outline.draw(|dx, dy, cover| {
            let (px, py) = (
                bounds.min.x as i64 + i64::from(dx),
                bounds.min.y as i64 + i64::from(dy),
            );
            let (Ok(px), Ok(py)) = (u32::try_from(px), u32::try_from(py)) else {
                return;
            };
            if let Some(Rgb(old)) = picture.get_pixel_mut_checked(px, py) {
                for (old, new) in old.iter_mut().zip(ink) {
                    *old = (f32::from(*old) + (new - f32::from(*old)) * cover.min(1.0)) as u8;
                }
            }
        });
    }
}

/// One line that shrinks, at most to `least`, and then ends in an ellipsis rather than being
/// cut in silence.
pub(super) fn fitted(
    surface: &mut Surface,
    text: &str,
    at: (f32, f32),
    room: f32,
    (size, least): (f32, f32),
    weight: Weight,
    colour: Rgb888,
) {
    let mut size = size;
    while size > least && width(text, size, weight) > room {
        size = (size - 1.0).max(least);
    }
    let mut shown = text.to_owned();
    while !shown.is_empty() && width(&shown, size, weight) > room {
        shown.pop();
        shown.pop();
        shown.push('…');
        if shown == "…" {
            break;
        }
    }
    line(surface, &shown, at, size, weight, colour);
}

/// Breaks a text into lines of at most `room` pixels.
pub(super) fn wrapped(text: &str, room: f32, size: f32, weight: Weight) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(last) if width(&format!("{last} {word}"), size, weight) <= room => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
