//! Texture at four scales: energy of edges, of colour against light, skewness (gleam is bright,
//! hair is dark), direction (folds), and how the focus changes over the picture.

use super::{
    colour::saturation,
    plane::{Plane, deviation, mean, quantile, quantiles},
};

const SCALES: usize = 4;
const PER_SCALE: usize = 9;
pub const FEATURES: usize = SCALES * PER_SCALE + 2 + 5 + 5 + 3;

/// Keeps ratios of energies finite, in steps of the byte range.
const NOISE: f32 = 0.3;

pub fn measure(pixels: &[[f32; 3]], luma: &Plane) -> Vec<f32> {
    let mut out = Vec::with_capacity(FEATURES);
    let mut light = luma.clone();
    let mut colours = [
        Plane::of(pixels, |[r, g, _]| r - g),
        Plane::of(pixels, |[r, g, b]| (r + g) / 2.0 - b),
    ];
    let mut energies = [0.0; SCALES];
    for energy in &mut energies {
        let gradient = light.gradient();
        *energy = gradient.mean();
        out.extend(scale(&light, &gradient, &colours));
        light = light.half();
        colours = colours.map(|plane| plane.half());
    }
    out.push(energies[0] / (energies[2] + 1.0));
    out.push(energies[1] / (energies[3] + 1.0));
    out.extend(focus(luma));
    out.extend(gleam(luma, &luma.half(), pixels));
    out.extend(folds(luma));
    out
}

fn scale(light: &Plane, gradient: &Plane, colours: &[Plane; 2]) -> [f32; PER_SCALE] {
    let energy = gradient.mean();
    let [quiet, usual, busy] = quantiles(&gradient.tile_means(), [0.25, 0.5, 0.9]);
    let [red_green, blue_yellow] = colours.each_ref().map(|p| p.gradient().mean());
    let laplacian = light.laplacian();
    let spread = deviation(&laplacian.values) + NOISE;
    let moment = |power: i32| mean(laplacian.values.iter().map(|v| (v / spread).powi(power)));
    let across = mean_step(light, 1, 0);
    let down = mean_step(light, 0, 1);
    [
        (1.0 + energy).ln(),
        (1.0 + quiet).ln(),
        (1.0 + usual).ln(),
        (1.0 + busy).ln(),
        ((red_green + NOISE) / (energy + NOISE)).ln(),
        ((blue_yellow + NOISE) / (energy + NOISE)).ln(),
        moment(3).cbrt(),
        (moment(4) + 0.1).ln(),
        ((across + NOISE) / (down + NOISE)).ln(),
    ]
}

fn mean_step(p: &Plane, dx: usize, dy: usize) -> f32 {
    let step = |x, y| (p.at(x + dx, y + dy) - p.at(x, y)).abs();
    Plane::from_fn(p.width - dx, p.height - dy, step).mean()
}

/// Edge energy of the border over the middle, fine and coarse; fine over coarse in the tiles.
fn focus(luma: &Plane) -> [f32; 5] {
    let fine = luma.gradient();
    let coarse = luma.half().half().gradient();
    let border = |p: &Plane| {
        let outer = p.mean_where(|x, y| x.abs() > 0.4 || y.abs() > 0.4);
        let inner = p.mean_where(|x, y| x.abs() < 0.25 && y.abs() < 0.25);
        ((outer + NOISE) / (inner + NOISE)).ln()
    };
    let (a, b) = (fine.tile_means(), coarse.tile_means());
    let ratio = |(a, b): (&f32, &f32)| ((a + NOISE) / (b + NOISE)).ln();
    let crisp: Vec<f32> = a.iter().zip(&b).map(ratio).collect();
    let [low, middle, high] = quantiles(&crisp, [0.1, 0.5, 0.9]);
    [border(&fine), border(&coarse), low, middle, high]
}

/// Bright against dark detail at two scales, and how colourless the brightest is.
fn gleam(luma: &Plane, half: &Plane, pixels: &[[f32; 3]]) -> [f32; 5] {
    let ratios = |detail: &Plane| {
        let [a, b, c, d] = quantiles(&detail.values, [0.005, 0.02, 0.98, 0.995]);
        [((d + 1.0) / (1.0 - a)).ln(), ((c + 1.0) / (1.0 - b)).ln()]
    };
    let detail = luma.detail();
    let [one, two] = ratios(&detail);
    let [three, four] = ratios(&half.detail());
    let bright = quantile(&detail.values, 0.98);
    let saturations = Plane::of(pixels, |p| saturation(&p));
    let of_bright = detail
        .values
        .iter()
        .enumerate()
        .filter(|(_, v)| **v > bright);
    let of_bright =
        of_bright.map(|(i, _)| saturations.at(i % detail.width + 2, i / detail.width + 2));
    let white = 10.0 * (mean(of_bright) - saturations.mean());
    [one, two, three, four, white]
}

/// How much the gradients of a tile, and of the picture, point one way: 0 to 1.
fn folds(luma: &Plane) -> [f32; 3] {
    let (w, h) = (luma.width - 2, luma.height - 2);
    let x = |i: usize, j: usize| (luma.at(i + 2, j + 1) - luma.at(i, j + 1)) / 2.0;
    let y = |i: usize, j: usize| (luma.at(i + 1, j + 2) - luma.at(i + 1, j)) / 2.0;
    let xx = Plane::from_fn(w, h, |i, j| x(i, j) * x(i, j)).tile_means();
    let yy = Plane::from_fn(w, h, |i, j| y(i, j) * y(i, j)).tile_means();
    let xy = Plane::from_fn(w, h, |i, j| x(i, j) * y(i, j)).tile_means();
    let one_way = |a: f32, b: f32, c: f32| ((a - b).powi(2) + 4.0 * c * c).sqrt() / (a + b + 0.25);
    let tiles = xx.iter().zip(&yy).zip(&xy);
    let tiles: Vec<f32> = tiles.map(|((a, b), c)| one_way(*a, *b, *c)).collect();
    let [usual, strong] = quantiles(&tiles, [0.5, 0.85]);
    let sum = |v: &[f32]| mean(v.iter().copied());
    [usual, strong, one_way(sum(&xx), sum(&yy), sum(&xy))]
}
