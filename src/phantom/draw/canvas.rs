//! What is drawn on: pixels in floating point, mixed shade by shade.

use image::{GrayImage, Luma, Rgb, RgbImage};

pub(super) type Colour = [f32; 3];

/// With this a lesion, of radius 0.27 to 0.33, takes two thirds of the picture's height, as in a
/// dermatoscope's picture that is filled well.
const UNIT: f32 = 1.18;

/// Coordinates are in [`UNIT`]s of the shorter side, from the picture's middle.
pub(super) struct Canvas {
    pub width: u32,
    pub height: u32,
    unit: f32,
    pixels: Vec<Colour>,
}

impl Canvas {
    pub fn new(width: u32, height: u32) -> Canvas {
        Canvas {
            width,
            height,
            unit: UNIT * width.min(height) as f32,
            pixels: vec![[0.0; 3]; (width * height) as usize],
        }
    }

    pub fn at(&self, x: u32, y: u32) -> (f32, f32) {
        (
            (x as f32 + 0.5 - self.width as f32 / 2.0) / self.unit,
            (y as f32 + 0.5 - self.height as f32 / 2.0) / self.unit,
        )
    }

    /// Mixes `colour` in by `cover(u, v)` (0 to 1); marks the mask where anything changed.
    pub fn mix(&mut self, mask: Option<&mut GrayImage>, shade: impl Fn(f32, f32) -> (f32, Colour)) {
        let mut marked = mask;
        for y in 0..self.height {
            for x in 0..self.width {
                let (u, v) = self.at(x, y);
                let (cover, colour) = shade(u, v);
                if cover <= 0.0 {
                    continue;
                }
                let pixel = &mut self.pixels[(y * self.width + x) as usize];
                for (old, new) in pixel.iter_mut().zip(colour) {
                    *old += (new - *old) * cover.min(1.0);
                }
                if let Some(mask) = marked.as_deref_mut() {
                    mask.put_pixel(x, y, Luma([255]));
                }
            }
        }
    }

    pub fn picture(&self) -> RgbImage {
        RgbImage::from_fn(self.width, self.height, |x, y| {
            let pixel = self.pixels[(y * self.width + x) as usize];
            Rgb(pixel.map(|c| c.clamp(0.0, 255.0).round() as u8))
        })
    }
}
