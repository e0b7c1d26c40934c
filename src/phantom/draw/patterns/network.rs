//! Pigment network.

use image::GrayImage;

use crate::phantom::draw::{
    canvas::Canvas,
    shapes::{Chance, cloud, honeycomb, smooth},
    skin::Outline,
};

/// A brown mesh of thin lines around lighter holes, uneven, that fades towards the border.
pub(in crate::phantom::draw) fn network(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    outline: &Outline,
    chance: &mut Chance,
) {
    let scale = chance.between(50.0, 60.0);
    let (dx, dy) = (chance.between(0.0, 9.0), chance.between(0.0, 9.0));
    canvas.mix(Some(mask), |u, v| {
        let inside = smooth((0.01 - outline.distance(u, v)) / 0.11);
        if inside <= 0.0 {
            return (0.0, [0.0; 3]);
        }
        let (a, b) = (u + dx, v + dy);
        let bend = |stream| 2.0 * (cloud(a * 14.0, b * 14.0, stream) - 0.5);
        let gap = honeycomb(a * scale + bend(11), b * scale + bend(12), 15);
        let width = 0.30 + 0.5 * (cloud(a * 9.0, b * 9.0, 13) - 0.5);
        let line = smooth((width + 0.35 - gap) / 0.9);
        let blotch = smooth((cloud(a * 9.0, b * 9.0, 14) - 0.40) / 0.35);
        (
            (0.7 * line * (0.3 + blotch) + 0.1 * blotch).clamp(0.03, 0.85) * inside,
            [40.0, 22.0, 18.0],
        )
    });
}
