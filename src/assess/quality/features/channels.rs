//! A picture as one plane a channel: what is computed of the pixels runs along three slices.

use super::{plane::Plane, sums::mean};

pub struct Channels {
    pub red: Plane,
    pub green: Plane,
    pub blue: Plane,
}

impl Channels {
    /// Takes RGB bytes apart, row by row.
    pub fn of(rgb: &[u8], width: usize, height: usize) -> Channels {
        let (pixels, _) = rgb.as_chunks::<3>();
        let channel = |c: usize| {
            Plane::by_rows(width, height, |y, out| {
                for (out, pixel) in out.iter_mut().zip(&pixels[y * width..]) {
                    *out = f32::from(pixel[c]);
                }
            })
        };
        Channels {
            red: channel(0),
            green: channel(1),
            blue: channel(2),
        }
    }

    /// A number a pixel, of its red, green and blue.
    pub fn map(&self, value: impl Fn(f32, f32, f32) -> f32) -> Plane {
        Plane::by_rows(self.red.width, self.red.height, |y, out| {
            let (red, green, blue) = (self.red.row(y), self.green.row(y), self.blue.row(y));
            for (((out, &r), &g), &b) in out.iter_mut().zip(red).zip(green).zip(blue) {
                *out = value(r, g, b);
            }
        })
    }

    /// The share of pixels that pass, 0 to 1.
    pub fn share(&self, test: impl Fn(f32, f32, f32) -> bool) -> f32 {
        mean(&self.map(|r, g, b| f32::from(test(r, g, b))).values)
    }

    /// How far each pixel is from grey, 0 to 1.
    pub fn saturation(&self) -> Plane {
        self.map(|r, g, b| {
            let (low, high) = (r.min(g).min(b), r.max(g).max(b));
            (high - low) / (high + 1.0)
        })
    }
}
