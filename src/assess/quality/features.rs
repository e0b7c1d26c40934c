//! What the gate measures: colour, light and edge energy at several scales, on the picture
//! scaled to [`WIDTH`] × [`HEIGHT`].

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::RgbImage;

/// Analysis size. Small: the gate runs on every live frame.
const WIDTH: usize = 192;
const HEIGHT: usize = 144;

/// Number of features in the discriminant.
pub const FEATURES: usize = 20;

/// What was measured of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// Median luma, 0 to 255.
    pub luma: f32,
    /// Share of pixels burnt out in all three channels.
    pub glare: f32,
    /// Share of pixels coloured like skin or a lesion: red at least as strong as blue.
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
        let small = scaled(picture)?;
        let luma: Vec<f32> = small
            .chunks_exact(3)
            .map(|p| 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]))
            .collect();
        let pixels = luma.len() as f32;
        let share = |test: fn(&[u8]) -> bool| {
            small.chunks_exact(3).filter(|p| test(p)).count() as f32 / pixels
        };
        let glare = share(|p| p[0] >= 250 && p[1] >= 250 && p[2] >= 250);
        let skin = share(|p| {
            let [r, g, b] = [p[0], p[1], p[2]].map(i32::from);
            r + 6 >= b && r + 6 >= g && r > 30 && (r - g).max(r - b) >= 6
        });
        let [g1, g2, g4, g8] = pyramid_gradients(&luma);
        let mut sorted = luma.clone();
        sorted.sort_by(f32::total_cmp);
        let quantile = |q: f32| sorted[((sorted.len() - 1) as f32 * q) as usize];
        let median = quantile(0.5);
        let mean = luma.iter().sum::<f32>() / pixels;
        let deviation = (luma.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / pixels).sqrt();

        let mut colour = [0.0f32; 3];
        let mut chroma = [0.0f32; 2];
        for p in small.chunks_exact(3) {
            let [r, g, b] = [p[0], p[1], p[2]].map(f32::from);
            colour[0] += r;
            colour[1] += g;
            colour[2] += b;
            chroma[0] += (r - g).abs();
            chroma[1] += (g - b).abs();
        }
        let colour = colour.map(|c| c / pixels);
        let chroma = chroma.map(|c| c / pixels);
        let total = colour.iter().sum::<f32>().max(1.0);
        let [corner, edge, centre] = rings(&luma);
        let vector = [
            (1.0 + g1).ln(),
            (1.0 + g2).ln(),
            (1.0 + g4).ln(),
            (1.0 + g8).ln(),
            g1 / (g4 + 1.0),
            g2 / (g8 + 1.0),
            median / 255.0,
            quantile(0.05) / 255.0,
            quantile(0.95) / 255.0,
            deviation / 64.0,
            colour[0] / total,
            colour[1] / total,
            colour[2] / total,
            chroma[0] / 64.0,
            chroma[1] / 64.0,
            (corner - centre) / 64.0,
            (edge - centre) / 64.0,
            (1.0 + 1000.0 * glare).ln(),
            left_right(&luma) / 64.0,
            (quantile(0.75) - quantile(0.25)) / 64.0,
        ];
        Some(Features {
            luma: median,
            glare,
            skin,
            sharpness: g1 / (g4 + 0.5),
            vector,
        })
    }
}

fn scaled(picture: &RgbImage) -> Option<Vec<u8>> {
    let (width, height) = picture.dimensions();
    let view = ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3).ok()?;
    let mut small = Image::new(WIDTH as u32, HEIGHT as u32, PixelType::U8x3);
    let options = ResizeOptions::new()
        .fit_into_destination(Some((0.5, 0.5)))
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new().resize(&view, &mut small, &options).ok()?;
    Some(small.into_vec())
}

/// Mean absolute gradient at full, 1/2, 1/4 and 1/8 of the analysis size.
fn pyramid_gradients(luma: &[f32]) -> [f32; 4] {
    let (mut width, mut height) = (WIDTH, HEIGHT);
    let mut level = luma.to_vec();
    let mut energies = [0.0; 4];
    for energy in &mut energies {
        *energy = gradient(&level, width, height);
        let (w, h) = (width / 2, height / 2);
        let mut next = Vec::with_capacity(w * h);
        for y in 0..h {
            for x in 0..w {
                let at = 2 * y * width + 2 * x;
                next.push(
                    (level[at] + level[at + 1] + level[at + width] + level[at + width + 1]) / 4.0,
                );
            }
        }
        (level, width, height) = (next, w, h);
    }
    energies
}

fn gradient(level: &[f32], width: usize, height: usize) -> f32 {
    let mut sum = 0.0;
    for y in 1..height {
        for x in 1..width {
            let at = y * width + x;
            sum += (level[at] - level[at - 1]).abs() + (level[at] - level[at - width]).abs();
        }
    }
    sum / ((width - 1) * (height - 1)) as f32
}

/// Mean luma of the corners, the border and the middle.
fn rings(luma: &[f32]) -> [f32; 3] {
    let mut sums = [(0.0f32, 0u32); 3];
    for (i, value) in luma.iter().enumerate() {
        let x = (i % WIDTH) as f32 / WIDTH as f32 - 0.5;
        let y = (i / WIDTH) as f32 / HEIGHT as f32 - 0.5;
        let ring = if x.abs() > 0.4 && y.abs() > 0.4 {
            0
        } else if x.abs() > 0.4 || y.abs() > 0.4 {
            1
        } else {
            2
        };
        sums[ring].0 += value;
        sums[ring].1 += 1;
    }
    sums.map(|(sum, n)| sum / n.max(1) as f32)
}

/// How unevenly the halves are lit, in luma.
fn left_right(luma: &[f32]) -> f32 {
    let mut halves = [0.0f32; 4];
    for (i, value) in luma.iter().enumerate() {
        halves[usize::from(i % WIDTH >= WIDTH / 2)] += value;
        halves[2 + usize::from(i / WIDTH >= HEIGHT / 2)] += value;
    }
    let half = luma.len() as f32 / 2.0;
    ((halves[0] - halves[1]) / half).abs() + ((halves[2] - halves[3]) / half).abs()
}
