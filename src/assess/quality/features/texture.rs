//! Texture at four scales: energy of edges, of colour against light, skewness (gleam is bright,
//! hair is dark), direction (folds), and how the focus changes over the picture.

use super::{
    channels::Channels,
    plane::{Plane, run},
    pyramid::{Pyramid, SCALES},
    quantile::quantiles,
    sums::{deviation, mean, mean_of, sum, sum_of_pairs},
};

const PER_SCALE: usize = 9;
pub const FEATURES: usize = SCALES * PER_SCALE + 2 + 5 + 5 + 3;

/// Keeps ratios of energies finite, in steps of the byte range.
const NOISE: f32 = 0.3;

pub fn measure(rgb: &Channels, saturation: &Plane, luma: &Pyramid) -> Vec<f32> {
    let mut out = Vec::with_capacity(FEATURES);
    let mut colours = [
        rgb.map(|r, g, _| r - g),
        rgb.map(|r, g, b| (r + g) / 2.0 - b),
    ];
    let energies = luma.gradients.each_ref().map(Plane::mean);
    for (n, energy) in energies.into_iter().enumerate() {
        if n > 0 {
            colours = colours.map(|plane| plane.half());
        }
        out.extend(scale(&luma.light[n], &luma.gradients[n], energy, &colours));
    }
    out.push(energies[0] / (energies[2] + 1.0));
    out.push(energies[1] / (energies[3] + 1.0));
    out.extend(focus(&luma.gradients[0], &luma.gradients[2]));
    out.extend(gleam(&luma.light[0], &luma.light[1], saturation));
    out.extend(folds(&luma.light[0]));
    out
}

fn scale(light: &Plane, gradient: &Plane, energy: f32, colours: &[Plane; 2]) -> [f32; PER_SCALE] {
    let [quiet, usual, busy] = quantiles(&gradient.tile_means(), [0.25, 0.5, 0.9]);
    let [red_green, blue_yellow] = colours.each_ref().map(|p| p.gradient().mean());
    let laplacian = light.laplacian().values;
    let spread = deviation(&laplacian) + NOISE;
    let count = laplacian.len() as f32;
    let third = sum(&laplacian, |v| (v / spread).powi(3)) / count;
    let fourth = sum(&laplacian, |v| (v / spread).powi(4)) / count;
    let (across, down) = light.steps();
    [
        (1.0 + energy).ln(),
        (1.0 + quiet).ln(),
        (1.0 + usual).ln(),
        (1.0 + busy).ln(),
        ((red_green + NOISE) / (energy + NOISE)).ln(),
        ((blue_yellow + NOISE) / (energy + NOISE)).ln(),
        third.cbrt(),
        (fourth + 0.1).ln(),
        ((across + NOISE) / (down + NOISE)).ln(),
    ]
}

/// Edge energy of the border over the middle, fine and coarse; fine over coarse in the tiles.
fn focus(fine: &Plane, coarse: &Plane) -> [f32; 5] {
    let border = |p: &Plane| {
        let [top, [left, _, right], bottom] = p.zones();
        let outer = mean_of(top.into_iter().chain(bottom).chain([left, right]));
        let middle = |length: usize| [run(length, |o| o.abs() < 0.25)];
        let [[inner]] = p.totals(middle(p.height), middle(p.width));
        ((outer + NOISE) / (mean_of([inner]) + NOISE)).ln()
    };
    let (a, b) = (fine.tile_means(), coarse.tile_means());
    let ratio = |(a, b): (&f32, &f32)| ((a + NOISE) / (b + NOISE)).ln();
    let crisp: Vec<f32> = a.iter().zip(&b).map(ratio).collect();
    let [low, middle, high] = quantiles(&crisp, [0.1, 0.5, 0.9]);
    [border(fine), border(coarse), low, middle, high]
}

/// Bright against dark detail at two scales, and how colourless the brightest is.
fn gleam(luma: &Plane, half: &Plane, saturation: &Plane) -> [f32; 5] {
    let extremes = |detail: &Plane| quantiles(&detail.values, [0.005, 0.02, 0.98, 0.995]);
    let ratios =
        |[a, b, c, d]: [f32; 4]| [((d + 1.0) / (1.0 - a)).ln(), ((c + 1.0) / (1.0 - b)).ln()];
    let detail = luma.detail();
    let ends = extremes(&detail);
    let [one, two] = ratios(ends);
    let [three, four] = ratios(extremes(&half.detail()));
    let bright = ends[2];
    let of_bright: f32 = (0..detail.height)
        .map(|y| {
            let colour = &saturation.row(y + 2)[2..];
            sum_of_pairs(
                detail.row(y),
                colour,
                |d, s| if d > bright { s } else { 0.0 },
            )
        })
        .sum();
    let count = sum(&detail.values, |d| f32::from(d > bright));
    let white = 10.0 * (of_bright / count.max(1.0) - saturation.mean());
    [one, two, three, four, white]
}

/// How much the gradients of a tile, and of the picture, point one way: 0 to 1.
fn folds(luma: &Plane) -> [f32; 3] {
    // The products of the slopes across and down.
    let tiles = |product: fn(f32, f32) -> f32| {
        let products = Plane::by_rows(luma.width - 2, luma.height - 2, |y, out| {
            let (upper, here, lower) = (luma.row(y), luma.row(y + 1), luma.row(y + 2));
            let across = here.iter().zip(&here[2..]);
            let down = upper[1..].iter().zip(&lower[1..]);
            for ((out, (left, right)), (up, down)) in out.iter_mut().zip(across).zip(down) {
                *out = product((right - left) / 2.0, (down - up) / 2.0);
            }
        });
        products.tile_means()
    };
    let (xx, yy, xy) = (
        tiles(|x, _| x * x),
        tiles(|_, y| y * y),
        tiles(|x, y| x * y),
    );
    let one_way = |a: f32, b: f32, c: f32| ((a - b).powi(2) + 4.0 * c * c).sqrt() / (a + b + 0.25);
    let each: Vec<f32> = (0..xx.len())
        .map(|i| one_way(xx[i], yy[i], xy[i]))
        .collect();
    let [usual, strong] = quantiles(&each, [0.5, 0.85]);
    [usual, strong, one_way(mean(&xx), mean(&yy), mean(&xy))]
}
