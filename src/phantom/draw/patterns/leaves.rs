//! Maple leaf-like and spoke-wheel areas: brown extensions from a base, and around a hub.

use std::f32::consts::TAU;

use image::GrayImage;

use crate::phantom::draw::{
    canvas::Canvas,
    shapes::{self, Chance, cloud, length, smooth},
    skin::Outline,
};

/// Bulbous brown to grey-blue extensions from a base at the border.
pub(in crate::phantom::draw) fn maple_leaf(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    outline: &Outline,
    chance: &mut Chance,
) {
    let start = chance.between(0.0, TAU);
    let lobes: Vec<_> = (0..3)
        .flat_map(|leaf| {
            let angle = start + leaf as f32 * TAU / 3.0;
            let away = outline.radius * 0.35;
            let base = (away * angle.cos(), away * angle.sin());
            (-2i8..=2).map(move |lobe| (base, angle + f32::from(lobe) * 0.55))
        })
        .map(|(base, angle)| (base, angle, chance.between(0.08, 0.12)))
        .collect();
    canvas.mix(Some(mask), |u, v| {
        let wobble = 0.012 * (cloud(u * 40.0, v * 40.0, 41) - 0.5);
        let depth = lobes
            .iter()
            .map(|&((x, y), angle, long)| {
                let (du, dv) = (u - x, v - y);
                let along = (du * angle.cos() + dv * angle.sin()).clamp(0.0, long);
                let away = shapes::length(du - along * angle.cos(), dv - along * angle.sin());
                0.016 + 0.022 * along / long - away
            })
            .fold(f32::MIN, f32::max);
        let mottle = 0.75 + 0.5 * cloud(u * 50.0, v * 50.0, 42);
        (
            0.8 * smooth((depth + wobble + 0.015) / 0.05),
            [84.0, 58.0, 50.0].map(|c| c * mottle),
        )
    });
}

/// Radial brown projections that meet at a darker hub.
pub(in crate::phantom::draw) fn spoke_wheel(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    chance: &mut Chance,
) {
    let wheels: Vec<_> = (0..5)
        .map(|i| {
            let angle = (i as f32 + chance.between(0.0, 0.5)) * TAU / 5.0;
            let away = chance.between(0.12, 0.19);
            (
                (away * angle.cos(), away * angle.sin()),
                chance.between(0.085, 0.115),
                chance.between(0.0, TAU),
            )
        })
        .collect();
    canvas.mix(Some(mask), |u, v| {
        let mut deepest = (0.0f32, 0.0f32);
        for &((x, y), radius, turn) in &wheels {
            let (du, dv) = (u - x, v - y);
            let distance = length(du, dv);
            if distance > 1.2 * radius {
                continue;
            }
            let spoke = 0.5 + 0.5 * (9.0 * dv.atan2(du) + turn).cos();
            let reach = radius * (0.72 + 0.28 * spoke);
            let blade = smooth((reach - distance) / (0.6 * radius)) * (0.42 + 0.38 * spoke);
            let hub = smooth((0.42 * radius - distance) / (0.4 * radius));
            deepest = (deepest.0.max(blade), deepest.1.max(hub));
        }
        let mottle = 0.8 + 0.4 * cloud(u * 50.0, v * 50.0, 51);
        let hub = deepest.1;
        let tan = [124.0, 86.0, 70.0];
        let dark = [62.0, 46.0, 50.0];
        (
            deepest.0.max(0.9 * hub),
            std::array::from_fn(|c| (tan[c] + (dark[c] - tan[c]) * hub) * mottle),
        )
    });
}
