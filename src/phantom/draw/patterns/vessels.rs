//! Arborizing telangiectasia.

use std::f32::consts::TAU;

use image::GrayImage;

use crate::phantom::draw::{
    canvas::Canvas,
    shapes::{Chance, Point, cloud, smooth, to_segment},
    skin::Outline,
};

/// Width at which a vessel starts and below which it ends, in units of the shorter side.
const STEM: f32 = 0.0068;
const HAIR: f32 = 0.0011;

/// Sharp bright-red stems that branch into ever finer vessels.
pub(in crate::phantom::draw) fn vessels(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    outline: &Outline,
    chance: &mut Chance,
) {
    let mut segments = Vec::new();
    for stem in 0..6 {
        let angle = stem as f32 * TAU / 6.0 + chance.between(-0.5, 0.5);
        let reach = outline.radius * 0.9;
        let from = (reach * angle.cos(), reach * angle.sin());
        let inward = angle + TAU / 2.0 + chance.between(-0.3, 0.3);
        grow(&mut segments, chance, from, inward, STEM);
    }
    canvas.mix(Some(mask), |u, v| {
        let depth = segments
            .iter()
            .filter(|(a, _, _)| (u - a.0).abs() < 0.04 && (v - a.1).abs() < 0.04)
            .map(|&(a, b, width)| (width - to_segment((u, v), a, b)) / (0.4 * width + 0.001))
            .fold(f32::MIN, f32::max);
        let fresh = cloud(u * 20.0, v * 20.0, 61);
        (
            0.85 * smooth(depth),
            [150.0 + 50.0 * fresh, 30.0 + 30.0 * fresh, 46.0],
        )
    });
}

/// One vessel from its stem on, and the finer ones that leave it.
fn grow(
    segments: &mut Vec<(Point, Point, f32)>,
    chance: &mut Chance,
    from: Point,
    mut angle: f32,
    mut width: f32,
) {
    let mut at = from;
    for step in 0..14 {
        if width < HAIR {
            return;
        }
        angle += chance.between(-0.5, 0.5);
        let length = chance.between(0.013, 0.025);
        let next = (at.0 + length * angle.cos(), at.1 + length * angle.sin());
        segments.push((at, next, width));
        at = next;
        width *= 0.92;
        if step % 2 == 1 {
            let side = if chance.between(0.0, 1.0) < 0.5 {
                -0.8
            } else {
                0.8
            };
            grow(segments, chance, at, angle + side, width * 0.65);
        }
    }
}
