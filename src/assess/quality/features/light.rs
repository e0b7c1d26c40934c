//! Light: level and range of the luma, how it falls off to the border, black corners.

use super::plane::{Plane, TILES, deviation, mean, quantile, quantiles};

pub const FEATURES: usize = 13;

pub fn measure(luma: &Plane, glare: f32) -> [f32; FEATURES] {
    let [q05, q25, q50, q75, q95] = quantiles(&luma.values, [0.05, 0.25, 0.5, 0.75, 0.95]);
    let corners = luma.mean_where(|x, y| x.abs() > 0.4 && y.abs() > 0.4);
    let edges = luma.mean_where(|x, y| (x.abs() > 0.4) != (y.abs() > 0.4));
    let centre = luma.mean_where(|x, y| x.abs() <= 0.4 && y.abs() <= 0.4);
    let halves = [
        luma.mean_where(|x, _| x < 0.0) - luma.mean_where(|x, _| x > 0.0),
        luma.mean_where(|_, y| y < 0.0) - luma.mean_where(|_, y| y > 0.0),
    ];
    let darkest_corner = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)]
        .map(|(sx, sy)| luma.mean_where(|x, y| x * sx > 0.4 && y * sy > 0.4))
        .into_iter()
        .fold(f32::INFINITY, f32::min);
    let black = mean(luma.values.iter().map(|&v| f32::from(v < 25.0)));
    let (tilt, fall_off) = field(luma);
    [
        q50 / 255.0,
        q05 / 255.0,
        q95 / 255.0,
        deviation(&luma.values) / 64.0,
        (q75 - q25) / 64.0,
        (corners - centre) / 64.0,
        (edges - centre) / 64.0,
        (halves[0].abs() + halves[1].abs()) / 64.0,
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
    let tiles = luma.tiles();
    let bright: Vec<f32> = tiles.iter().map(|t| quantile(t, 0.75)).collect();
    let (half_x, half_y) = ((TILES.0 - 1) as f32 / 2.0, (TILES.1 - 1) as f32 / 2.0);
    let place = |i: usize| ((i % TILES.0) as f32 - half_x, (i / TILES.0) as f32 - half_y);
    let squared = |i: usize| (place(i).0 / half_x).powi(2) + (place(i).1 / half_y).powi(2);
    let n = bright.len();
    let middle = mean((0..n).map(squared));
    // The grid is symmetric: the three terms do not depend on one another.
    let slope = |term: &dyn Fn(usize) -> f32| {
        let along: f32 = (0..n).map(|i| term(i) * bright[i]).sum();
        along / (0..n).map(|i| term(i).powi(2)).sum::<f32>()
    };
    let (x, y) = (slope(&|i| place(i).0), slope(&|i| place(i).1));
    (x.hypot(y), slope(&|i| squared(i) - middle))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vignette_is_a_fall_off_and_a_side_light_is_a_tilt() {
        let round = Plane::from_fn(192, 144, |x, y| {
            let (u, v) = (x as f32 / 192.0 - 0.5, y as f32 / 144.0 - 0.5);
            200.0 - 200.0 * (u * u + v * v)
        });
        let (tilt, fall_off) = field(&round);
        assert!(tilt < 0.5 && fall_off < -20.0, "{tilt} {fall_off}");
        let side = Plane::from_fn(192, 144, |x, _| 100.0 + x as f32 / 2.0);
        let (tilt, fall_off) = field(&side);
        assert!(tilt > 10.0 && fall_off.abs() < 0.5, "{tilt} {fall_off}");
    }
}
