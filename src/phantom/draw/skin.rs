//! Skin, the lesion on it, and hairs over both.

use std::f32::consts::TAU;

use super::{
    canvas::{Canvas, Colour},
    shapes::{Chance, cloud, length, noise, smooth},
};
use crate::model::Task;

/// The lesion's outline: a circle whose radius varies with the angle, ragged.
pub(super) struct Outline {
    pub radius: f32,
    /// How often round, how far, from where.
    pub waves: [(f32, f32, f32); 4],
    /// Seed of its raggedness.
    pub seed: u64,
}

impl Outline {
    /// Signed distance, roughly: below 0 inside.
    pub fn distance(&self, x: f32, y: f32) -> f32 {
        let angle = y.atan2(x);
        let wobble: f32 = self
            .waves
            .iter()
            .map(|(n, size, phase)| size * (n * angle + phase).sin())
            .sum();
        let ragged = 0.09 * (cloud(x * 14.0, y * 14.0, self.seed ^ 7) - 0.5);
        length(x, y) - self.radius * (1.0 + wobble) - ragged
    }
}

/// What pigment takes out of each channel, and what blood does: skin varies by these two, not in
/// grey.
const MELANIN: Colour = [0.75, 1.0, 1.3];
const BLOOD: Colour = [0.25, 1.0, 0.8];

/// What the lesion is made of beside its patterns.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ground {
    /// Translucent, with blood in it.
    Pink,
    /// The same with some pigment, under the pigmented patterns of a BCC.
    Dusky,
    /// Pigment throughout, under a network.
    Brown,
}

impl Ground {
    pub fn under(patterns: &[Task]) -> Ground {
        let pigmented = [
            Task::OvoidNests,
            Task::MultipleGlobules,
            Task::MapleLeaf,
            Task::SpokeWheel,
        ];
        if patterns.contains(&Task::PigmentNetwork) {
            Ground::Brown
        } else if pigmented.iter().any(|task| patterns.contains(task)) {
            Ground::Dusky
        } else {
            Ground::Pink
        }
    }
}

pub(super) fn skin(canvas: &mut Canvas, seed: u64) {
    let base: Colour = [224.0, 186.0, 176.0];
    canvas.mix(None, |u, v| {
        let lines = (noise(
            u * 46.0 + 9.0 * noise(u * 5.0, v * 5.0, seed),
            v * 16.0,
            seed ^ 3,
        ) - 0.5)
            .abs();
        let spots = |cells: f32, stream: u64| noise(u * cells, v * cells, seed ^ stream) - 0.5;
        let melanin = 16.0 * spots(3.0, 1)
            + 9.0 * spots(24.0, 2)
            + 5.0 * spots(110.0, 4)
            + 7.0 * (lines - 0.25);
        let blood = 15.0 * spots(5.0, 12)
            + 15.0 * spots(12.0, 17)
            + 10.0 * spots(30.0, 13)
            + 5.0 * spots(90.0, 14);
        let light = -22.0 * (u * u + v * v);
        (1.0, tinted(base, melanin, blood).map(|c| c + light))
    });
}

pub(super) fn body(canvas: &mut Canvas, outline: &Outline, seed: u64, ground: Ground) {
    let base: Colour = match ground {
        Ground::Pink => [206.0, 140.0, 136.0],
        Ground::Dusky => [194.0, 144.0, 132.0],
        Ground::Brown => [160.0, 106.0, 70.0],
    };
    canvas.mix(None, |u, v| {
        let cover = smooth(-outline.distance(u, v) / 0.07);
        if cover <= 0.0 {
            return (0.0, base);
        }
        let spots = |cells: f32, stream: u64| noise(u * cells, v * cells, seed ^ stream) - 0.5;
        let melanin = 40.0 * (cloud(u * 9.0, v * 9.0, seed ^ 5) - 0.5) + 7.0 * spots(60.0, 6);
        let blood = 40.0 * (cloud(u * 13.0, v * 13.0, seed ^ 18) - 0.5);
        (0.8 * cover, tinted(base, melanin, blood))
    });
}

/// A colour, lighter by so much less pigment and blood.
fn tinted(base: Colour, melanin: f32, blood: f32) -> Colour {
    std::array::from_fn(|c| base[c] + MELANIN[c] * melanin + BLOOD[c] * blood)
}

/// A few fine hairs, as parabolas.
pub(super) fn hairs(canvas: &mut Canvas, chance: &mut Chance) {
    let hairs: Vec<_> = (0..6)
        .map(|_| {
            let (angle, turn) = (chance.between(0.0, TAU), chance.between(0.0, TAU));
            let away = chance.between(0.3, 0.55);
            let (x, y) = (away * angle.cos(), away * angle.sin());
            let reach = chance.between(0.1, 0.2);
            (
                x,
                y,
                turn.cos(),
                turn.sin(),
                reach,
                chance.between(-1.2, 1.2),
            )
        })
        .collect();
    canvas.mix(None, |u, v| {
        let depth = hairs
            .iter()
            .map(|&(x, y, cos, sin, reach, bend)| {
                let (along, across) =
                    ((u - x) * cos + (v - y) * sin, (v - y) * cos - (u - x) * sin);
                let width = 0.0035 * (1.0 - along * along / (reach * reach));
                width - (across - bend * along * along).abs()
            })
            .fold(f32::MIN, f32::max);
        (0.6 * smooth(depth / 0.002), [104.0, 76.0, 62.0])
    });
}
