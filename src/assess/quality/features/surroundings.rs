//! How far the lesion stands out of the skin at the border: a dermatoscope sees it large, a
//! close-up sees a small spot in much skin.

use super::{
    channels::Channels,
    plane::{Plane, offset, thirds},
    quantile::quantile,
    sums::{mean_of, sum},
};

pub const FEATURES: usize = 4;

/// Distance of colour, summed over the channels, below which a pixel is still skin.
const SKIN: f32 = 20.0;
/// Above it, lesion.
const LESION: f32 = 60.0;

pub fn measure(rgb: &Channels) -> [f32; FEATURES] {
    let small = |plane: &Plane| plane.half().half();
    let rgb = Channels {
        red: small(&rgb.red),
        green: small(&rgb.green),
        blue: small(&rgb.blue),
    };
    let border = [&rgb.red, &rgb.green, &rgb.blue].map(|plane| quantile(&at_border(plane), 0.5));
    let distance =
        rgb.map(|r, g, b| (r - border[0]).abs() + (g - border[1]).abs() + (b - border[2]).abs());
    let (mut weight, mut moment) = (50.0, 0.0);
    for y in 0..distance.height {
        let down = offset(y, distance.height);
        for (x, d) in distance.row(y).iter().enumerate() {
            let across = offset(x, distance.width) * 4.0 / 3.0;
            let w = (d - SKIN).max(0.0);
            weight += w;
            moment += w * (across * across + down * down);
        }
    }
    let lesion = sum(&distance.values, |d| f32::from(d > LESION));
    let [top, [left, _, right], bottom] = distance.zones();
    let outside = mean_of(top.into_iter().chain(bottom).chain([left, right]));
    [
        (1.0 + distance.mean() / 8.0).ln(),
        lesion / distance.values.len() as f32,
        (moment / weight).sqrt(),
        (1.0 + outside / 8.0).ln(),
    ]
}

/// The values in the outer tenth on every side.
fn at_border(plane: &Plane) -> Vec<f32> {
    let [_, rows, _] = thirds(plane.height);
    let [left, _, right] = thirds(plane.width);
    let mut values = Vec::with_capacity(plane.values.len());
    for y in 0..plane.height {
        let row = plane.row(y);
        if rows.contains(&y) {
            values.extend_from_slice(&row[left.clone()]);
            values.extend_from_slice(&row[right.clone()]);
        } else {
            values.extend_from_slice(row);
        }
    }
    values
}
