//! Chance, distances, smooth steps and noise: what the drawing is made of.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

pub(super) type Point = (f32, f32);

/// Numbers left to chance, from a generator whose stream is specified.
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Chance(rng)
    }

    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.0.next_u32() >> 8) as f32 / (1u32 << 24) as f32
    }
}

/// Distance of a point to the line from `a` to `b`.
pub(super) fn to_segment(p: Point, a: Point, b: Point) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let t = (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    length(p.0 - a.0 - t * dx, p.1 - a.1 - t * dy)
}

/// Distance to the border between the two nearest cells of a hexagonal lattice whose centres are
/// moved by up to a quarter of a cell.
pub(super) fn honeycomb(x: f32, y: f32, seed: u64) -> f32 {
    let row_height = 0.866;
    let row = (y / row_height).floor();
    let (mut nearest, mut second) = (f32::MAX, f32::MAX);
    for r in -1i8..=2 {
        let r = row + f32::from(r);
        let shift = 0.5 * (r.rem_euclid(2.0));
        let column = (x - shift).round();
        for c in -1i8..=1 {
            let c = column + f32::from(c);
            let centre = (
                c + shift + 0.5 * (hashed(c as i64, r as i64, seed) - 0.5),
                r * row_height + 0.5 * (hashed(c as i64, r as i64, !seed) - 0.5),
            );
            let distance = length(x - centre.0, y - centre.1);
            if distance < nearest {
                second = nearest;
                nearest = distance;
            } else if distance < second {
                second = distance;
            }
        }
    }
    second - nearest
}

/// Square root and not the C library's `hypot`: three times as fast, and the same everywhere.
pub(super) fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

/// From 0 at 0 to 1 at 1, level at both ends.
pub(super) fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Three octaves of [`noise`], 0 to 1: edges and tones as tissue has them.
pub(super) fn cloud(x: f32, y: f32, seed: u64) -> f32 {
    (noise(x, y, seed) * 4.0
        + noise(2.0 * x, 2.0 * y, seed ^ 101) * 2.0
        + noise(4.0 * x, 4.0 * y, seed ^ 202))
        / 7.0
}

/// Value noise, 0 to 1, smooth, one cell a unit.
pub(super) fn noise(x: f32, y: f32, seed: u64) -> f32 {
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (smooth(x - x0), smooth(y - y0));
    let corner = |dx: i64, dy: i64| hashed(x0 as i64 + dx, y0 as i64 + dy, seed);
    let upper = corner(0, 0) * (1.0 - fx) + corner(1, 0) * fx;
    let lower = corner(0, 1) * (1.0 - fx) + corner(1, 1) * fx;
    upper * (1.0 - fy) + lower * fy
}

/// A number from 0 to 1 for a point of the grid.
fn hashed(x: i64, y: i64, seed: u64) -> f32 {
    let mut h = seed ^ (x as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    h = (h ^ (h >> 29)).wrapping_add((y as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9));
    h = (h ^ (h >> 32)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (h >> 40) as f32 / (1u64 << 24) as f32
}
