//! How far the lesion stands out of the skin at the border: a dermatoscope sees it large, a
//! close-up sees a small spot in much skin.

use super::plane::{Plane, mean, quantile};

pub const FEATURES: usize = 4;

/// Distance of colour, summed over the channels, below which a pixel is still skin.
const SKIN: f32 = 20.0;
/// Above it, lesion.
const LESION: f32 = 60.0;

pub fn measure(pixels: &[[f32; 3]]) -> [f32; FEATURES] {
    let channels = [0, 1, 2].map(|c| Plane::of(pixels, |p| p[c]).half().half());
    let border = channels.each_ref().map(|plane| {
        let placed = plane.placed().filter(|&(x, y, _)| at_border(x, y));
        quantile(&placed.map(|p| p.2).collect::<Vec<_>>(), 0.5)
    });
    let distance = Plane::from_fn(channels[0].width, channels[0].height, |x, y| {
        let apart = |c: usize| (channels[c].at(x, y) - border[c]).abs();
        apart(0) + apart(1) + apart(2)
    });
    let (mut weight, mut moment) = (50.0, 0.0);
    for (x, y, d) in distance.placed() {
        let w = (d - SKIN).max(0.0);
        weight += w;
        moment += w * ((x * 4.0 / 3.0).powi(2) + y * y);
    }
    [
        (1.0 + distance.mean() / 8.0).ln(),
        mean(distance.values.iter().map(|&d| f32::from(d > LESION))),
        (moment / weight).sqrt(),
        (1.0 + distance.mean_where(at_border) / 8.0).ln(),
    ]
}

fn at_border(x: f32, y: f32) -> bool {
    x.abs() > 0.4 || y.abs() > 0.4
}
