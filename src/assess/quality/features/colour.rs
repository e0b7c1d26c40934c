//! Colour: shares of the channels (white balance and skin), their spread, saturation.

use super::{
    channels::Channels,
    plane::Plane,
    quantile::quantile,
    sums::{deviation, sum_of_pairs},
};

pub const FEATURES: usize = 11;

pub fn measure(rgb: &Channels, saturation: &Plane) -> [f32; FEATURES] {
    let means = [rgb.red.mean(), rgb.green.mean(), rgb.blue.mean()];
    let total = means.iter().sum::<f32>().max(1.0);
    // The share of a channel in each pixel.
    let red = rgb.map(|r, g, b| r / (r + g + b + 1.0));
    let green = rgb.map(|r, g, b| g / (r + g + b + 1.0));
    let blue = rgb.map(|r, g, b| b / (r + g + b + 1.0));
    let apart = |a: &Plane, b: &Plane| {
        let sum = sum_of_pairs(&a.values, &b.values, |a, b| (a - b).abs());
        sum / a.values.len().max(1) as f32
    };
    [
        means[0] / total,
        means[1] / total,
        means[2] / total,
        quantile(&red.values, 0.5),
        quantile(&green.values, 0.5),
        quantile(&blue.values, 0.5),
        10.0 * deviation(&red.values),
        10.0 * deviation(&blue.values),
        apart(&rgb.red, &rgb.green) / 64.0,
        apart(&rgb.green, &rgb.blue) / 64.0,
        10.0 * deviation(&saturation.values),
    ]
}
