//! What the gate measures, on the picture scaled to [`WIDTH`] × [`HEIGHT`]: colour, light,
//! texture and focus, and how far the lesion stands out of its surroundings.
//!
//! A close-up photograph shows the relief of the skin, its gleam and a depth of field; a
//! dermatoscope lights through the surface, has its glass on the skin and its own white balance.

mod channels;
mod colour;
mod field;
mod light;
mod plane;
mod pyramid;
mod quantile;
mod sums;
mod surroundings;
mod texture;

use image::RgbImage;

use crate::{
    assess::prepare::centred,
    frame::{Part, Scaler},
};
use channels::Channels;
use pyramid::Pyramid;

/// Analysis size. Small: the gate runs on every live frame.
const WIDTH: usize = 192;
const HEIGHT: usize = 144;

/// Number of features in the discriminant.
pub const FEATURES: usize =
    colour::FEATURES + light::FEATURES + surroundings::FEATURES + texture::FEATURES;

/// What was measured of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Median luma, 0 to 255.
    pub luma: f32,
    /// Share of pixels burnt out in all three channels.
    pub glare: f32,
    /// Share of pixels coloured like skin or a lesion: red about as strong as blue, or stronger,
    /// in the cool light of some devices as well.
    pub skin: f32,
    /// Mean gradient at the finest scale over that at a quarter of the size: high where edges
    /// are crisp, low where they were smeared.
    pub sharpness: f32,
    /// The discriminant's features.
    pub vector: [f32; FEATURES],
}

impl Features {
    /// Measures a picture; `None` for one without pixels to speak of.
    pub fn measure(picture: &RgbImage) -> Option<Features> {
        let (width, height) = picture.dimensions();
        if width < 8 || height < 8 {
            return None;
        }
        let rgb = scaled(picture)?;
        let luma = Pyramid::of(rgb.map(|r, g, b| 0.299 * r + 0.587 * g + 0.114 * b));
        let saturation = rgb.saturation();
        let levels = quantile::quantiles(&luma.light[0].values, [0.05, 0.25, 0.5, 0.75, 0.95]);
        // `&`, not `&&`: without branches eight pixels are tested at once.
        let glare = rgb.share(|r, g, b| (r >= 250.0) & (g >= 250.0) & (b >= 250.0));
        let skin = rgb.share(|r, g, b| {
            (1.2 * r + 6.0 >= b) & (r + 6.0 >= g) & (r > 30.0) & ((r - g).max(r - b) >= 6.0)
        });
        let sharpness = luma.gradients[0].mean() / (luma.gradients[2].mean() + 0.5);
        let parts = [
            colour::measure(&rgb, &saturation).to_vec(),
            light::measure(&luma.light[0], levels, glare).to_vec(),
            surroundings::measure(&rgb).to_vec(),
            texture::measure(&rgb, &saturation, &luma),
        ];
        Some(Features {
            luma: levels[2],
            glare,
            skin,
            sharpness,
            vector: parts.concat().try_into().ok()?,
        })
    }
}

/// The picture at the analysis size; of a field on black, its inside.
fn scaled(picture: &RgbImage) -> Option<Channels> {
    let size = (WIDTH as u32, HEIGHT as u32);
    let mut small = vec![0; WIDTH * HEIGHT * 3];
    let mut scaler = Scaler::default();
    scaler
        .scale(picture, Part::Centred, &mut small, size)
        .ok()?;
    if let Some(field) = field::inside(&small, WIDTH, HEIGHT) {
        let (left, top, width, height) = centred(picture.dimensions(), size);
        let [x, y, across, down] = field.map(f64::from);
        let part = Part::Rectangle(
            left + x * width,
            top + y * height,
            across * width,
            down * height,
        );
        scaler.scale(picture, part, &mut small, size).ok()?;
    }
    Some(Channels::of(&small, WIDTH, HEIGHT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn striped(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let wave = (x as f32 / width as f32 * 40.0).sin() * 30.0;
            let bump = if y < height / 3 { 25.0 } else { 0.0 };
            image::Rgb([170.0, 120.0, 110.0].map(|c| (c + wave + bump) as u8))
        })
    }

    #[test]
    fn every_feature_of_a_flat_black_and_white_picture_is_finite() {
        for value in [0, 128, 255] {
            let picture = RgbImage::from_pixel(64, 48, image::Rgb([value; 3]));
            let features = Features::measure(&picture).expect("large enough");
            assert!(features.vector.iter().all(|v| v.is_finite()), "{value}");
        }
    }

    #[test]
    fn the_features_hardly_depend_on_the_cameras_resolution() {
        let small = Features::measure(&striped(400, 300)).expect("large enough");
        let large = Features::measure(&striped(1600, 1200)).expect("large enough");
        for (i, (a, b)) in small.vector.iter().zip(&large.vector).enumerate() {
            assert!((a - b).abs() < 0.25, "feature {i}: {a} and {b}");
        }
    }

    #[test]
    fn a_round_field_on_black_is_measured_as_its_inside() {
        let whole = striped(800, 600);
        let mut round = whole.clone();
        for (x, y, pixel) in round.enumerate_pixels_mut() {
            if (x as f32 - 400.0).hypot(y as f32 - 300.0) > 300.0 {
                *pixel = image::Rgb([8, 7, 9]);
            }
        }
        let inside = image::imageops::crop_imm(&whole, 172, 129, 456, 342).to_image();
        let [round, inside, whole] =
            [round, inside, whole].map(|p| Features::measure(&p).expect("large enough"));
        assert!((round.luma - inside.luma).abs() < 3.0);
        assert!((round.sharpness - inside.sharpness).abs() < 0.1 * whole.sharpness);
        assert!((round.skin - 1.0).abs() < 0.01, "{}", round.skin);
    }

    #[test]
    fn a_picture_of_a_few_pixels_is_not_measured() {
        assert_eq!(Features::measure(&striped(7, 48)), None);
    }
}
