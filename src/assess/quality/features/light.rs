//! Light: level and range of the luma, how it falls off to the border, black corners.

use super::{
    plane::{Plane, TILES, run},
    quantile::quantile,
    sums::{deviation, mean_of, sum},
};

pub const FEATURES: usize = 13;

/// `levels`: the luma's 5th, 25th, 50th, 75th and 95th percentile.
pub fn measure(luma: &Plane, levels: [f32; 5], glare: f32) -> [f32; FEATURES] {
    let [q05, q25, q50, q75, q95] = levels;
    let [top, middle, bottom] = luma.zones();
    let corners = [top[0], top[2], bottom[0], bottom[2]];
    let edges = mean_of([top[1], middle[0], middle[2], bottom[1]]);
    let centre = mean_of([middle[1]]);
    let halves = |length: usize| [run(length, |o| o < 0.0), run(length, |o| o > 0.0)];
    let quarters = luma.totals(halves(luma.height), halves(luma.width));
    let [[upper_left, upper_right], [lower_left, lower_right]] = quarters;
    let across = mean_of([upper_left, lower_left]) - mean_of([upper_right, lower_right]);
    let down = mean_of([upper_left, upper_right]) - mean_of([lower_left, lower_right]);
    let darkest_corner = corners
        .map(|corner| mean_of([corner]))
        .into_iter()
        .fold(f32::INFINITY, f32::min);
    let black = sum(&luma.values, |v| f32::from(v < 25.0)) / luma.values.len() as f32;
    let (tilt, fall_off) = field(luma);
    [
        q50 / 255.0,
        q05 / 255.0,
        q95 / 255.0,
        deviation(&luma.values) / 64.0,
        (q75 - q25) / 64.0,
        (mean_of(corners) - centre) / 64.0,
        (edges - centre) / 64.0,
        (across.abs() + down.abs()) / 64.0,
        darkest_corner / 255.0,
        (1.0 + 100.0 * black).ln(),
        (1.0 + 1000.0 * glare).ln(),
        tilt / 8.0,
        fall_off / 32.0,
    ]
}

/// The light on the skin between hairs and spots, as the bright quarter of each tile: its slope
/// over the picture, and its change with the squared distance from the middle (least squares).
fn field(luma: &Plane) -> (f32, f32) {
    let bright = bright_quarters(luma);
    let (half_x, half_y) = ((TILES.0 - 1) as f32 / 2.0, (TILES.1 - 1) as f32 / 2.0);
    let place = |i: usize| ((i % TILES.0) as f32 - half_x, (i / TILES.0) as f32 - half_y);
    let squared = |i: usize| (place(i).0 / half_x).powi(2) + (place(i).1 / half_y).powi(2);
    let n = bright.len();
    let middle = (0..n).map(squared).sum::<f32>() / n as f32;
    // The grid is symmetric: the three terms do not depend on one another.
    let slope = |term: &dyn Fn(usize) -> f32| {
        let along: f32 = (0..n).map(|i| term(i) * bright[i]).sum();
        along / (0..n).map(|i| term(i).powi(2)).sum::<f32>()
    };
    let (x, y) = (slope(&|i| place(i).0), slope(&|i| place(i).1));
    (x.hypot(y), slope(&|i| squared(i) - middle))
}

/// The 75th percentile of each tile, row by row.
fn bright_quarters(luma: &Plane) -> Vec<f32> {
    let (rows, columns) = luma.tile_runs();
    let mut tile = Vec::new();
    let mut bright = Vec::with_capacity(TILES.0 * TILES.1);
    for rows in rows {
        for columns in columns.clone() {
            tile.clear();
            for y in rows.clone() {
                tile.extend_from_slice(&luma.row(y)[columns.clone()]);
            }
            bright.push(quantile(&tile, 0.75));
        }
    }
    bright
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vignette_is_a_fall_off_and_a_side_light_is_a_tilt() {
        let drawn = |value: fn(f32, f32) -> f32| {
            Plane::by_rows(192, 144, |y, row| {
                for (x, out) in row.iter_mut().enumerate() {
                    *out = value(x as f32, y as f32);
                }
            })
        };
        let round = drawn(|x, y| {
            let (u, v) = (x / 192.0 - 0.5, y / 144.0 - 0.5);
            200.0 - 200.0 * (u * u + v * v)
        });
        let (tilt, fall_off) = field(&round);
        assert!(tilt < 0.5 && fall_off < -20.0, "{tilt} {fall_off}");
        let side = drawn(|x, _| 100.0 + x / 2.0);
        let (tilt, fall_off) = field(&side);
        assert!(tilt > 10.0 && fall_off.abs() < 0.5, "{tilt} {fall_off}");
    }
}
