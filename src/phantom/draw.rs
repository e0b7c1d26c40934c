//! Draws a phantom: skin with hairs, a lesion, and each pattern as dermatology describes it, with masks.

use std::f32::consts::TAU;

use embedded_graphics::{
    mono_font::{MonoTextStyle, ascii::FONT_6X10},
    pixelcolor::BinaryColor,
    prelude::*,
    text::Text,
};
use image::{GrayImage, Luma, Rgb, RgbImage};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

use super::{Drawing, Phantom};
use crate::model::Task;

type Colour = [f32; 3];

/// Coordinates are in units of the shorter side, from the picture's middle.
struct Canvas {
    width: u32,
    height: u32,
    unit: f32,
    pixels: Vec<Colour>,
}

/// Numbers left to chance, from a generator whose stream is specified.
struct Chance(ChaCha8Rng);

impl Chance {
    fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Chance(rng)
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.0.next_u32() >> 8) as f32 / (1u32 << 24) as f32
    }
}

/// The lesion's outline: a circle whose radius varies with the angle.
struct Outline {
    radius: f32,
    waves: [(f32, f32, f32); 4],
}

impl Outline {
    /// Signed distance, roughly: below 0 inside.
    fn distance(&self, x: f32, y: f32) -> f32 {
        let angle = y.atan2(x);
        let wobble: f32 = self
            .waves
            .iter()
            .map(|(n, size, phase)| size * (n * angle + phase).sin())
            .sum();
        length(x, y) - self.radius * (1.0 + wobble)
    }
}

pub(super) fn draw(phantom: &Phantom) -> Drawing {
    let mut canvas = Canvas::new(phantom.width.max(32), phantom.height.max(32));
    let mut chance = Chance::new(phantom.seed, 0);
    let outline = Outline {
        radius: chance.between(0.27, 0.33),
        waves: [2.0, 3.0, 5.0, 8.0].map(|n| {
            (
                n,
                chance.between(0.02, 0.16) / f32::sqrt(n),
                chance.between(0.0, TAU),
            )
        }),
    };
    let pigmented = phantom.patterns.contains(&Task::PigmentNetwork);
    skin(&mut canvas, phantom.seed);
    body(&mut canvas, &outline, phantom.seed, pigmented);
    hairs(&mut canvas, &mut Chance::new(phantom.seed, 1));

    let mut regions: Vec<(Task, GrayImage)> = Vec::new();
    for task in Task::PATTERNS {
        if !phantom.patterns.contains(&task) {
            continue;
        }
        let mut mask = GrayImage::new(canvas.width, canvas.height);
        let mut chance = Chance::new(phantom.seed, 10 + task.index() as u64);
        match task {
            Task::PigmentNetwork => network(&mut canvas, &mut mask, &outline, &mut chance),
            Task::Ulceration => ulceration(&mut canvas, &mut mask, &mut chance),
            Task::OvoidNests => blobs(&mut canvas, &mut mask, &mut chance, 4, (0.035, 0.055)),
            Task::MultipleGlobules => {
                blobs(&mut canvas, &mut mask, &mut chance, 22, (0.009, 0.016));
            }
            Task::MapleLeaf => maple_leaf(&mut canvas, &mut mask, &outline, &mut chance),
            Task::SpokeWheel => spoke_wheel(&mut canvas, &mut mask, &mut chance),
            _ => vessels(&mut canvas, &mut mask, &outline, &mut chance),
        }
        regions.push((task, mask));
    }
    let lesion = GrayImage::from_fn(canvas.width, canvas.height, |x, y| {
        let (u, v) = canvas.at(x, y);
        Luma([if outline.distance(u, v) < 0.0 { 255 } else { 0 }])
    });
    let mut picture = canvas.picture();
    label(&mut picture, phantom.seed);
    Drawing {
        picture,
        lesion,
        regions,
    }
}

impl Canvas {
    fn new(width: u32, height: u32) -> Canvas {
        Canvas {
            width,
            height,
            unit: width.min(height) as f32,
            pixels: vec![[0.0; 3]; (width * height) as usize],
        }
    }

    fn at(&self, x: u32, y: u32) -> (f32, f32) {
        (
            (x as f32 + 0.5 - self.width as f32 / 2.0) / self.unit,
            (y as f32 + 0.5 - self.height as f32 / 2.0) / self.unit,
        )
    }

    /// Mixes `colour` in by `cover(u, v)` (0 to 1); marks the mask where anything changed.
    fn mix(&mut self, mask: Option<&mut GrayImage>, shade: impl Fn(f32, f32) -> (f32, Colour)) {
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

    fn picture(&self) -> RgbImage {
        RgbImage::from_fn(self.width, self.height, |x, y| {
            let pixel = self.pixels[(y * self.width + x) as usize];
            Rgb(pixel.map(|c| c.clamp(0.0, 255.0).round() as u8))
        })
    }
}

/// What pigment takes out of each channel, and what blood does: skin varies by these two, not in
/// grey.
const MELANIN: Colour = [0.75, 1.0, 1.3];
const BLOOD: Colour = [0.25, 1.0, 0.8];

fn skin(canvas: &mut Canvas, seed: u64) {
    let base: Colour = [222.0, 178.0, 158.0];
    canvas.mix(None, |u, v| {
        let lines = (noise(
            u * 46.0 + 9.0 * noise(u * 5.0, v * 5.0, seed),
            v * 16.0,
            seed ^ 3,
        ) - 0.5)
            .abs();
        let spots = |cells: f32, stream: u64| noise(u * cells, v * cells, seed ^ stream) - 0.5;
        let melanin = 22.0 * spots(3.0, 1)
            + 13.0 * spots(24.0, 2)
            + 12.0 * spots(110.0, 4)
            + 12.0 * (lines - 0.25);
        let blood = 15.0 * spots(5.0, 12)
            + 25.0 * spots(12.0, 17)
            + 12.0 * spots(30.0, 13)
            + 12.0 * spots(90.0, 14);
        let light = -22.0 * (u * u + v * v);
        (1.0, tinted(base, melanin, blood).map(|c| c + light))
    });
}

fn body(canvas: &mut Canvas, outline: &Outline, seed: u64, pigmented: bool) {
    let base: Colour = if pigmented {
        [160.0, 112.0, 82.0]
    } else {
        [214.0, 138.0, 130.0]
    };
    canvas.mix(None, |u, v| {
        let cover = smooth(-outline.distance(u, v) / 0.05);
        if cover <= 0.0 {
            return (0.0, base);
        }
        let spots = |cells: f32, stream: u64| noise(u * cells, v * cells, seed ^ stream) - 0.5;
        let melanin = 26.0 * spots(9.0, 5) + 14.0 * spots(60.0, 6);
        let blood = 35.0 * spots(13.0, 18);
        (0.8 * cover, tinted(base, melanin, blood))
    });
}

/// A colour, lighter by so much less pigment and blood.
fn tinted(base: Colour, melanin: f32, blood: f32) -> Colour {
    std::array::from_fn(|c| base[c] + MELANIN[c] * melanin + BLOOD[c] * blood)
}

/// A few fine hairs, as parabolas.
fn hairs(canvas: &mut Canvas, chance: &mut Chance) {
    let hairs: Vec<_> = (0..6)
        .map(|_| {
            let (angle, turn) = (chance.between(0.0, TAU), chance.between(0.0, TAU));
            let away = chance.between(0.3, 0.55);
            let (x, y) = (away * angle.cos(), away * angle.sin());
            let reach = chance.between(0.1, 0.2);
            (
                x,
                y,
                turn.cos(),
                turn.sin(),
                reach,
                chance.between(-1.2, 1.2),
            )
        })
        .collect();
    canvas.mix(None, |u, v| {
        let depth = hairs
            .iter()
            .map(|&(x, y, cos, sin, reach, bend)| {
                let (along, across) =
                    ((u - x) * cos + (v - y) * sin, (v - y) * cos - (u - x) * sin);
                let width = 0.0035 * (1.0 - along * along / (reach * reach));
                width - (across - bend * along * along).abs()
            })
            .fold(f32::MIN, f32::max);
        (0.6 * smooth(depth / 0.002), [104.0, 76.0, 62.0])
    });
}

/// Brown honeycomb of thin lines that fades towards the border.
fn network(canvas: &mut Canvas, mask: &mut GrayImage, outline: &Outline, chance: &mut Chance) {
    let scale = chance.between(26.0, 34.0);
    let (dx, dy) = (chance.between(0.0, 9.0), chance.between(0.0, 9.0));
    canvas.mix(Some(mask), |u, v| {
        let inside = smooth((-outline.distance(u, v) - 0.01) / 0.06);
        if inside <= 0.0 {
            return (0.0, [0.0; 3]);
        }
        let warp = 0.35 * (noise(u * 12.0 + dx, v * 12.0 + dy, 11) - 0.5);
        let gap = honeycomb(u * scale + dx + warp, v * scale + dy - warp);
        let line = smooth((0.24 - gap) / 0.16);
        (0.12f32.max(0.85 * line) * inside, [88.0, 54.0, 36.0])
    });
}

/// Structureless red-orange area with a dark crust.
fn ulceration(canvas: &mut Canvas, mask: &mut GrayImage, chance: &mut Chance) {
    let (cx, cy) = (chance.between(-0.08, 0.08), chance.between(-0.06, 0.06));
    let size = chance.between(0.09, 0.12);
    canvas.mix(Some(mask), |u, v| {
        let edge = size * (0.75 + 0.6 * noise((u - cx) * 16.0, (v - cy) * 16.0, 21));
        let depth = edge - length(u - cx, v - cy);
        let crust = noise(u * 38.0, v * 38.0, 22);
        let colour = if crust > 0.56 {
            [92.0, 38.0, 26.0]
        } else {
            [196.0 - 60.0 * crust, 82.0, 46.0]
        };
        (0.94 * smooth(depth / 0.02), colour)
    });
}

/// Blue-grey round or oval bodies: few and large are ovoid nests, many and small are globules.
fn blobs(
    canvas: &mut Canvas,
    mask: &mut GrayImage,
    chance: &mut Chance,
    count: usize,
    size: (f32, f32),
) {
    let bodies: Vec<_> = (0..count)
        .map(|_| {
            let (angle, away) = (
                chance.between(0.0, TAU),
                chance.between(0.0, 1.0).sqrt() * 0.19,
            );
            let radius = chance.between(size.0, size.1);
            let turn = chance.between(0.0, TAU);
            let long = chance.between(1.0, 1.6);
            (away * angle.cos(), away * angle.sin(), radius, turn, long)
        })
        .collect();
    canvas.mix(Some(mask), |u, v| {
        let depth = bodies
            .iter()
            .map(|&(x, y, radius, turn, long)| {
                let (du, dv) = (u - x, v - y);
                let (a, b) = (
                    (du * turn.cos() + dv * turn.sin()) / long,
                    dv * turn.cos() - du * turn.sin(),
                );
                1.0 - length(a, b) / radius
            })
            .fold(f32::MIN, f32::max);
        (0.85 * smooth(depth / 0.35), [78.0, 84.0, 112.0])
    });
}

/// Bulbous brown to grey-blue extensions from a base at the border.
fn maple_leaf(canvas: &mut Canvas, mask: &mut GrayImage, outline: &Outline, chance: &mut Chance) {
    let start = chance.between(0.0, TAU);
    let lobes: Vec<_> = (0..3)
        .flat_map(|leaf| {
            let angle = start + leaf as f32 * TAU / 3.0;
            let (x, y) = (
                outline.radius * 0.72 * angle.cos(),
                outline.radius * 0.72 * angle.sin(),
            );
            (-2i8..=2).map(move |lobe| (x, y, angle + f32::from(lobe) * 0.42))
        })
        .map(|(x, y, angle)| (x, y, angle, chance.between(0.06, 0.085)))
        .collect();
    canvas.mix(Some(mask), |u, v| {
        let depth = lobes
            .iter()
            .map(|&(x, y, angle, length)| {
                let (du, dv) = (u - x, v - y);
                let along = (du * angle.cos() + dv * angle.sin()).clamp(0.0, length);
                let away = self::length(du - along * angle.cos(), dv - along * angle.sin());
                0.007 + 0.012 * along / length - away
            })
            .fold(f32::MIN, f32::max);
        (0.88 * smooth(depth / 0.008), [96.0, 72.0, 66.0])
    });
}

/// Radial lines that meet at a darker hub.
fn spoke_wheel(canvas: &mut Canvas, mask: &mut GrayImage, chance: &mut Chance) {
    let wheels: Vec<_> = (0..3)
        .map(|i| {
            let angle = i as f32 * TAU / 3.0 + chance.between(0.0, 1.0);
            let away = chance.between(0.1, 0.16);
            (
                away * angle.cos(),
                away * angle.sin(),
                chance.between(0.055, 0.075),
                chance.between(0.0, TAU),
            )
        })
        .collect();
    canvas.mix(Some(mask), |u, v| {
        let mut cover = 0.0f32;
        for &(x, y, radius, turn) in &wheels {
            let (du, dv) = (u - x, v - y);
            let distance = length(du, dv);
            if distance > radius {
                continue;
            }
            let spoke = (8.0 * dv.atan2(du) + turn).cos();
            let line = smooth((spoke - 0.3) / 0.5) * smooth((radius - distance) / 0.012);
            cover = cover
                .max(line * 0.8)
                .max(smooth((0.016 - distance) / 0.008));
        }
        (cover, [98.0, 64.0, 58.0])
    });
}

/// Sharp bright-red stems that branch into ever finer vessels.
fn vessels(canvas: &mut Canvas, mask: &mut GrayImage, outline: &Outline, chance: &mut Chance) {
    let mut segments = Vec::new();
    for stem in 0..4 {
        let angle = stem as f32 * TAU / 4.0 + chance.between(-0.5, 0.5);
        let reach = outline.radius * 0.9;
        let from = (reach * angle.cos(), reach * angle.sin());
        let inward = angle + TAU / 2.0 + chance.between(-0.3, 0.3);
        grow(&mut segments, chance, from, inward, 0.0075, 0);
    }
    canvas.mix(Some(mask), |u, v| {
        let depth = segments
            .iter()
            .map(|&(a, b, width)| width - to_segment((u, v), a, b))
            .fold(f32::MIN, f32::max);
        (0.9 * smooth(depth / 0.003), [178.0, 28.0, 38.0])
    });
}

type Point = (f32, f32);

fn grow(
    segments: &mut Vec<(Point, Point, f32)>,
    chance: &mut Chance,
    from: Point,
    mut angle: f32,
    width: f32,
    depth: u32,
) {
    let mut at = from;
    for step in 0..5 {
        angle += chance.between(-0.45, 0.45);
        let length = chance.between(0.02, 0.036);
        let next = (at.0 + length * angle.cos(), at.1 + length * angle.sin());
        segments.push((at, next, width));
        at = next;
        if depth < 2 && step % 2 == 1 {
            let side = if chance.between(0.0, 1.0) < 0.5 {
                -0.8
            } else {
                0.8
            };
            grow(segments, chance, at, angle + side, width * 0.6, depth + 1);
        }
    }
}

fn to_segment(p: Point, a: Point, b: Point) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let t = (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    length(p.0 - a.0 - t * dx, p.1 - a.1 - t * dy)
}

/// Distance to the border between the two nearest cells of a hexagonal lattice.
fn honeycomb(x: f32, y: f32) -> f32 {
    let row_height = 0.866;
    let row = (y / row_height).floor();
    let (mut nearest, mut second) = (f32::MAX, f32::MAX);
    for r in -1i8..=2 {
        let r = row + f32::from(r);
        let shift = 0.5 * (r.rem_euclid(2.0));
        let column = (x - shift).round();
        for c in -1i8..=1 {
            let centre = (column + f32::from(c) + shift, r * row_height);
            let distance = length(x - centre.0, y - centre.1);
            if distance < nearest {
                second = nearest;
                nearest = distance;
            } else if distance < second {
                second = distance;
            }
        }
    }
    second - nearest
}

/// Square root and not the C library's `hypot`: three times as fast, and the same everywhere.
fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

fn smooth(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Value noise, 0 to 1, smooth, one cell a unit.
fn noise(x: f32, y: f32, seed: u64) -> f32 {
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (smooth(x - x0), smooth(y - y0));
    let corner = |dx: i64, dy: i64| {
        let mut h = seed ^ ((x0 as i64 + dx) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        h = (h ^ (h >> 29))
            .wrapping_add(((y0 as i64 + dy) as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9));
        h = (h ^ (h >> 32)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (h >> 40) as f32 / (1u64 << 24) as f32
    };
    let upper = corner(0, 0) * (1.0 - fx) + corner(1, 0) * fx;
    let lower = corner(0, 1) * (1.0 - fx) + corner(1, 1) * fx;
    upper * (1.0 - fy) + lower * fy
}

/// The name and the seed in the lower left corner, away from the lesion.
fn label(picture: &mut RgbImage, seed: u64) {
    struct Ink<'a>(&'a mut RgbImage, u32);
    impl OriginDimensions for Ink<'_> {
        fn size(&self) -> Size {
            Size::new(self.0.width() / self.1, self.0.height() / self.1)
        }
    }
    impl DrawTarget for Ink<'_> {
        type Color = BinaryColor;
        type Error = std::convert::Infallible;
        fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
            &mut self,
            pixels: I,
        ) -> Result<(), Self::Error> {
            for Pixel(point, _) in pixels {
                for (dx, dy) in (0..self.1).flat_map(|dx| (0..self.1).map(move |dy| (dx, dy))) {
                    let (x, y) = (point.x as u32 * self.1 + dx, point.y as u32 * self.1 + dy);
                    if point.x >= 0 && point.y >= 0 && x < self.0.width() && y < self.0.height() {
                        self.0.put_pixel(x, y, Rgb([70, 52, 48]));
                    }
                }
            }
            Ok(())
        }
    }
    let scale = (picture.height() / 300).max(1);
    let bottom = (picture.height() / scale) as i32 - 5;
    let mut ink = Ink(picture, scale);
    let style = MonoTextStyle::new(&FONT_6X10, BinaryColor::On);
    let text = format!("PHANTOM {seed}");
    let Ok(_) = Text::new(&text, Point::new(4, bottom), style).draw(&mut ink);
    type Point = embedded_graphics::geometry::Point;
}
