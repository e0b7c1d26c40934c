//! Letters as coverage masks, each rasterised once and kept: a live picture draws the same
//! few hundred letters thirty times a second.

use std::collections::HashMap;

use ab_glyph::{Font, GlyphId, PxScale, ScaleFont, point};
use embedded_graphics::{pixelcolor::Rgb888, prelude::RgbColor};

use super::{
    surface::Surface,
    text::{self, Text, Weight},
};

/// More masks than any screen needs. Beyond it everything is forgotten.
const MOST: usize = 4096;

/// A letter stands on quarters of a pixel.
const STEPS: f32 = 4.0;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    weight: Weight,
    glyph: GlyphId,
    size: u32,
    step: u8,
}

/// A letter's coverage, 0 to 255, row by row, and where it lies from its pen.
#[derive(Default)]
struct Mask {
    left: i32,
    top: i32,
    width: usize,
    cover: Vec<u8>,
}

/// The masks drawn so far.
#[derive(Default)]
pub(super) struct Glyphs {
    masks: HashMap<Key, Mask>,
}

/// Paints a text. No letter leaves its area.
pub(super) fn paint(surface: &mut Surface, text: &Text) {
    let mut glyphs = std::mem::take(&mut surface.glyphs);
    if glyphs.masks.len() > MOST {
        glyphs.masks.clear();
    }
    let font = text::font(text.weight);
    let scaled = font.as_scaled(PxScale::from(text.size));
    let (left, top, right, bottom) = text.area.pixels();
    for (line, x, y) in text.placed() {
        let base = (y + scaled.ascent()).round() as i32;
        let mut pen = x;
        for c in line.chars() {
            let glyph = scaled.glyph_id(c);
            let whole = pen.floor();
            let step = ((pen - whole) * STEPS) as u8;
            let key = Key {
                weight: text.weight,
                glyph,
                size: text.size.to_bits(),
                step,
            };
            let mask = glyphs
                .masks
                .entry(key)
                .or_insert_with(|| rasterise(key, text.size));
            let bounds = (left, top, right, bottom);
            stamp(surface, mask, (whole as i32, base), bounds, text.colour);
            pen += scaled.h_advance(glyph);
        }
    }
    surface.glyphs = glyphs;
}

fn rasterise(key: Key, size: f32) -> Mask {
    let pen = point(f32::from(key.step) / STEPS, 0.0);
    let glyph = key.glyph.with_scale_and_position(PxScale::from(size), pen);
    let Some(outline) = text::font(key.weight).outline_glyph(glyph) else {
        return Mask::default();
    };
    let bounds = outline.px_bounds();
    let (width, height) = (bounds.width() as usize, bounds.height() as usize);
    let mut cover = vec![0; width * height];
    outline.draw(|x, y, part| {
        if let Some(byte) = cover.get_mut(y as usize * width + x as usize) {
            *byte = (part.clamp(0.0, 1.0) * 255.0).round() as u8;
        }
    });
    Mask {
        left: bounds.min.x as i32,
        top: bounds.min.y as i32,
        width,
        cover,
    }
}

fn stamp(
    surface: &mut Surface,
    mask: &Mask,
    (x, y): (i32, i32),
    (left, top, right, bottom): (i32, i32, i32, i32),
    colour: Rgb888,
) {
    if mask.width == 0 {
        return;
    }
    let ink = [colour.r(), colour.g(), colour.b()];
    let from = x + mask.left;
    let (start, end) = (from.max(left).max(0), (from + mask.width as i32).min(right));
    for (dy, line) in mask.cover.chunks_exact(mask.width).enumerate() {
        let y = y + mask.top + dy as i32;
        if y < top || y >= bottom || start >= end {
            continue;
        }
        let line = line.get((start - from) as usize..).unwrap_or_default();
        for (pixel, &cover) in surface.row(y, start, end).chunks_exact_mut(3).zip(line) {
            let part = i32::from(cover);
            for (old, new) in pixel.iter_mut().zip(ink) {
                let (was, new) = (i32::from(*old), i32::from(new));
                *old = (was + (new - was) * part / 255) as u8;
            }
        }
    }
}
