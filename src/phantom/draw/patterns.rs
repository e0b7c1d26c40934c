//! The seven patterns as dermatology describes them, each with its mask.

use std::f32::consts::TAU;

use image::GrayImage;

use super::{
    canvas::Canvas,
    shapes::{self, Chance, Point, honeycomb, length, noise, smooth, to_segment},
    skin::Outline,
};

/// Brown honeycomb of thin lines that fades towards the border.
pub(super) fn network(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    outline: &Outline,
    chance: &mut Chance,
) {
    let scale = chance.between(26.0, 34.0);
    let (dx, dy) = (chance.between(0.0, 9.0), chance.between(0.0, 9.0));
    canvas.mix(Some(mask), |u, v| {
        let inside = smooth((-outline.distance(u, v) - 0.01) / 0.06);
        if inside <= 0.0 {
            return (0.0, [0.0; 3]);
        }
        let warp = 0.35 * (noise(u * 12.0 + dx, v * 12.0 + dy, 11) - 0.5);
        let gap = honeycomb(u * scale + dx + warp, v * scale + dy - warp);
        let line = smooth((0.24 - gap) / 0.16);
        (0.12f32.max(0.85 * line) * inside, [88.0, 54.0, 36.0])
    });
}

/// Structureless red-orange area with a dark crust.
pub(super) fn ulceration(canvas: &mut Canvas, mask: &mut GrayImage, chance: &mut Chance) {
    let (cx, cy) = (chance.between(-0.08, 0.08), chance.between(-0.06, 0.06));
    let size = chance.between(0.09, 0.12);
    canvas.mix(Some(mask), |u, v| {
        let edge = size * (0.75 + 0.6 * noise((u - cx) * 16.0, (v - cy) * 16.0, 21));
        let depth = edge - length(u - cx, v - cy);
        let crust = noise(u * 38.0, v * 38.0, 22);
        let colour = if crust > 0.56 {
            [92.0, 38.0, 26.0]
        } else {
            [196.0 - 60.0 * crust, 82.0, 46.0]
        };
        (0.94 * smooth(depth / 0.02), colour)
    });
}

/// Blue-grey round or oval bodies: few and large are ovoid nests, many and small are globules.
pub(super) fn blobs(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    chance: &mut Chance,
    count: usize,
    size: (f32, f32),
) {
    let bodies: Vec<_> = (0..count)
        .map(|_| {
            let (angle, away) = (
                chance.between(0.0, TAU),
                chance.between(0.0, 1.0).sqrt() * 0.19,
            );
            let radius = chance.between(size.0, size.1);
            let turn = chance.between(0.0, TAU);
            let long = chance.between(1.0, 1.6);
            (away * angle.cos(), away * angle.sin(), radius, turn, long)
        })
        .collect();
    canvas.mix(Some(mask), |u, v| {
        let depth = bodies
            .iter()
            .map(|&(x, y, radius, turn, long)| {
                let (du, dv) = (u - x, v - y);
                let (a, b) = (
                    (du * turn.cos() + dv * turn.sin()) / long,
                    dv * turn.cos() - du * turn.sin(),
                );
                1.0 - length(a, b) / radius
            })
            .fold(f32::MIN, f32::max);
        (0.85 * smooth(depth / 0.35), [78.0, 84.0, 112.0])
    });
}

/// Bulbous brown to grey-blue extensions from a base at the border.
pub(super) fn maple_leaf(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    outline: &Outline,
    chance: &mut Chance,
) {
    let start = chance.between(0.0, TAU);
    let lobes: Vec<_> = (0..3)
        .flat_map(|leaf| {
            let angle = start + leaf as f32 * TAU / 3.0;
            let (x, y) = (
                outline.radius * 0.72 * angle.cos(),
                outline.radius * 0.72 * angle.sin(),
            );
            (-2i8..=2).map(move |lobe| (x, y, angle + f32::from(lobe) * 0.42))
        })
        .map(|(x, y, angle)| (x, y, angle, chance.between(0.06, 0.085)))
        .collect();
    canvas.mix(Some(mask), |u, v| {
        let depth = lobes
            .iter()
            .map(|&(x, y, angle, length)| {
                let (du, dv) = (u - x, v - y);
                let along = (du * angle.cos() + dv * angle.sin()).clamp(0.0, length);
                let away = shapes::length(du - along * angle.cos(), dv - along * angle.sin());
                0.007 + 0.012 * along / length - away
            })
            .fold(f32::MIN, f32::max);
        (0.88 * smooth(depth / 0.008), [96.0, 72.0, 66.0])
    });
}

/// Radial lines that meet at a darker hub.
pub(super) fn spoke_wheel(canvas: &mut Canvas, mask: &mut GrayImage, chance: &mut Chance) {
    let wheels: Vec<_> = (0..3)
        .map(|i| {
            let angle = i as f32 * TAU / 3.0 + chance.between(0.0, 1.0);
            let away = chance.between(0.1, 0.16);
            (
                away * angle.cos(),
                away * angle.sin(),
                chance.between(0.055, 0.075),
                chance.between(0.0, TAU),
            )
        })
        .collect();
    canvas.mix(Some(mask), |u, v| {
        let mut cover = 0.0f32;
        for &(x, y, radius, turn) in &wheels {
            let (du, dv) = (u - x, v - y);
            let distance = length(du, dv);
            if distance > radius {
                continue;
            }
            let spoke = (8.0 * dv.atan2(du) + turn).cos();
            let line = smooth((spoke - 0.3) / 0.5) * smooth((radius - distance) / 0.012);
            cover = cover
                .max(line * 0.8)
                .max(smooth((0.016 - distance) / 0.008));
        }
        (cover, [98.0, 64.0, 58.0])
    });
}

/// Sharp bright-red stems that branch into ever finer vessels.
pub(super) fn vessels(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    outline: &Outline,
    chance: &mut Chance,
) {
    let mut segments = Vec::new();
    for stem in 0..4 {
        let angle = stem as f32 * TAU / 4.0 + chance.between(-0.5, 0.5);
        let reach = outline.radius * 0.9;
        let from = (reach * angle.cos(), reach * angle.sin());
        let inward = angle + TAU / 2.0 + chance.between(-0.3, 0.3);
        grow(&mut segments, chance, from, inward, 0.0075, 0);
    }
    canvas.mix(Some(mask), |u, v| {
        let depth = segments
            .iter()
            .map(|&(a, b, width)| width - to_segment((u, v), a, b))
            .fold(f32::MIN, f32::max);
        (0.9 * smooth(depth / 0.003), [178.0, 28.0, 38.0])
    });
}

/// One vessel from its stem on, and the finer ones that leave it.
fn grow(
    segments: &mut Vec<(Point, Point, f32)>,
    chance: &mut Chance,
    from: Point,
    mut angle: f32,
    width: f32,
    depth: u32,
) {
    let mut at = from;
    for step in 0..5 {
        angle += chance.between(-0.45, 0.45);
        let length = chance.between(0.02, 0.036);
        let next = (at.0 + length * angle.cos(), at.1 + length * angle.sin());
        segments.push((at, next, width));
        at = next;
        if depth < 2 && step % 2 == 1 {
            let side = if chance.between(0.0, 1.0) < 0.5 {
                -0.8
            } else {
                0.8
            };
            grow(segments, chance, at, angle + side, width * 0.6, depth + 1);
        }
    }
}
