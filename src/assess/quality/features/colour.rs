//! Colour: shares of the channels (white balance and skin), their spread, saturation.

use super::plane::{deviation, mean, quantile};

pub const FEATURES: usize = 11;

pub fn measure(pixels: &[[f32; 3]]) -> [f32; FEATURES] {
    let channel = |c: usize| mean(pixels.iter().map(move |p| p[c]));
    let means = [channel(0), channel(1), channel(2)];
    let total = means.iter().sum::<f32>().max(1.0);
    // The share of a channel in each pixel.
    let shares = |c: usize| -> Vec<f32> {
        let share = |p: &[f32; 3]| p[c] / (p.iter().sum::<f32>() + 1.0);
        pixels.iter().map(share).collect()
    };
    let [red, green, blue] = [shares(0), shares(1), shares(2)];
    let saturations: Vec<f32> = pixels.iter().map(saturation).collect();
    [
        means[0] / total,
        means[1] / total,
        means[2] / total,
        quantile(&red, 0.5),
        quantile(&green, 0.5),
        quantile(&blue, 0.5),
        10.0 * deviation(&red),
        10.0 * deviation(&blue),
        mean(pixels.iter().map(|p| (p[0] - p[1]).abs())) / 64.0,
        mean(pixels.iter().map(|p| (p[1] - p[2]).abs())) / 64.0,
        10.0 * deviation(&saturations),
    ]
}

/// 0 grey to 1.
pub fn saturation(&[r, g, b]: &[f32; 3]) -> f32 {
    let (low, high) = (r.min(g).min(b), r.max(g).max(b));
    (high - low) / (high + 1.0)
}
