//! Ulceration.

use image::GrayImage;

use crate::phantom::draw::{
    canvas::Canvas,
    shapes::{Chance, cloud, length, noise, smooth},
};

/// Raw, wet red without structure, under clots and crusts from amber to nearly black.
pub(in crate::phantom::draw) fn ulceration(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    chance: &mut Chance,
) {
    let (cx, cy) = (chance.between(-0.07, 0.07), chance.between(-0.05, 0.05));
    let size = chance.between(0.085, 0.115);
    let (dx, dy) = (chance.between(0.0, 9.0), chance.between(0.0, 9.0));
    canvas.mix(Some(mask), |u, v| {
        let away = length(u - cx, v - cy);
        if away > 2.0 * size {
            return (0.0, [0.0; 3]);
        }
        let (a, b) = (u + dx, v + dy);
        let edge = size * (0.55 + 0.9 * cloud(a * 13.0, b * 13.0, 21));
        let depth = edge - away;
        let clot = cloud(a * 26.0, b * 26.0, 22) + 0.6 * depth / size;
        let crust = smooth((clot - 0.84) / 0.2);
        let amber = cloud(a * 20.0, b * 20.0, 23);
        let raw = [196.0 - 40.0 * amber, 70.0 + 34.0 * amber, 66.0];
        let dry = 0.7 + 0.6 * noise(a * 90.0, b * 90.0, 24);
        let dark = [70.0 * dry, 26.0 * dry, 24.0 * dry];
        let colour = std::array::from_fn(|c| raw[c] + (dark[c] - raw[c]) * crust);
        (0.92 * smooth(depth / 0.025), colour)
    });
}
