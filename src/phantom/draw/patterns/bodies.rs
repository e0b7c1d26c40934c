//! Blue-grey bodies: few and large are ovoid nests, many and small are globules.

use std::f32::consts::TAU;

use image::GrayImage;

use crate::phantom::draw::{
    canvas::{Canvas, Colour},
    shapes::{Chance, cloud, length, smooth},
};

/// Large, well-bordered ovals, close to each other and not joined to a body of pigment.
pub(in crate::phantom::draw) fn nests(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    chance: &mut Chance,
) {
    let bodies = scattered(chance, 8, 0.17, (0.05, 0.075), 1.5);
    draw(canvas, mask, &bodies, 0.85, 1.1, [74.0, 72.0, 90.0]);
}

/// Many small round dots.
pub(in crate::phantom::draw) fn globules(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    chance: &mut Chance,
) {
    let bodies = scattered(chance, 32, 0.2, (0.016, 0.032), 1.25);
    draw(canvas, mask, &bodies, 0.85, 1.2, [84.0, 72.0, 82.0]);
}

struct Body {
    centre: (f32, f32),
    radius: f32,
    turn: f32,
    long: f32,
    tone: f32,
}

fn scattered(
    chance: &mut Chance,
    count: usize,
    reach: f32,
    radius: (f32, f32),
    long: f32,
) -> Vec<Body> {
    (0..count)
        .map(|_| {
            let angle = chance.between(0.0, TAU);
            let away = chance.between(0.0, 1.0).sqrt() * reach;
            Body {
                centre: (away * angle.cos(), away * angle.sin()),
                radius: chance.between(radius.0, radius.1),
                turn: chance.between(0.0, TAU),
                long: chance.between(1.0, long),
                tone: chance.between(0.8, 1.25),
            }
        })
        .collect()
}

fn draw(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    bodies: &[Body],
    cover: f32,
    softness: f32,
    colour: Colour,
) {
    canvas.mix(Some(mask), |u, v| {
        let mut deepest = (f32::MIN, 1.0);
        for body in bodies {
            let (du, dv) = (u - body.centre.0, v - body.centre.1);
            if length(du, dv) > 1.3 * body.radius * body.long {
                continue;
            }
            let (sin, cos) = body.turn.sin_cos();
            let (a, b) = ((du * cos + dv * sin) / body.long, dv * cos - du * sin);
            let wobble = 0.5 * (cloud(u * 40.0, v * 40.0, 31) - 0.5);
            let depth = 1.0 + wobble - length(a, b) / body.radius;
            if depth > deepest.0 {
                deepest = (depth, body.tone);
            }
        }
        let mottle = deepest.1 * (0.75 + 0.5 * cloud(u * 60.0, v * 60.0, 32));
        (
            cover * smooth((deepest.0 + 0.1) / softness),
            colour.map(|c| c * mottle),
        )
    });
}
