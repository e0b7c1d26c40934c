//! Colours. Verdicts differ in colour, shape and words; the colours are of Okabe and Ito's
//! set (2008), told apart with every common colour blindness.

use embedded_graphics::pixelcolor::{Rgb888, RgbColor};

/// Behind everything.
pub const BACKGROUND: Rgb888 = Rgb888::new(14, 17, 22);
/// Behind bars and boxes.
pub const GROUND: Rgb888 = Rgb888::new(40, 46, 56);
/// Behind a bar.
pub const TRACK: Rgb888 = Rgb888::new(62, 70, 84);
/// Text.
pub const TEXT: Rgb888 = Rgb888::new(240, 242, 245);
/// Text that matters less.
pub const QUIET: Rgb888 = Rgb888::new(170, 178, 190);
/// BCC suspected: vermillion.
pub const SUSPECTED: Rgb888 = Rgb888::new(213, 94, 0);
/// No signs: blue.
pub const NO_SIGNS: Rgb888 = Rgb888::new(0, 114, 178);
/// Uncertain: yellow.
pub const UNCERTAIN: Rgb888 = Rgb888::new(240, 200, 40);
/// Not usable: grey.
pub const NOT_USABLE: Rgb888 = Rgb888::new(130, 136, 146);
/// A bar that reaches its threshold.
pub const PRESENT: Rgb888 = Rgb888::new(230, 159, 0);
/// A bar that does not.
pub const ABSENT: Rgb888 = Rgb888::new(110, 122, 140);
/// A bar of the pattern that speaks against BCC: sky blue.
pub const AGAINST: Rgb888 = Rgb888::new(86, 180, 233);
/// A stand-in's ribbon: reddish purple.
pub const STAND_IN: Rgb888 = Rgb888::new(204, 121, 167);
/// Warnings about the device itself, on black, between stripes: yellow.
pub const ALERT: Rgb888 = Rgb888::new(255, 214, 0);
/// All is well: bluish green.
pub const GOOD: Rgb888 = Rgb888::new(0, 158, 115);
/// A button.
pub const BUTTON: Rgb888 = Rgb888::new(58, 66, 80);
/// The button that is wanted most.
pub const BUTTON_FIRST: Rgb888 = Rgb888::new(235, 238, 243);
/// What a button that does nothing now says.
pub const BUTTON_OFF: Rgb888 = Rgb888::new(128, 136, 149);
/// The line at half of the strongest evidence.
pub const CONTOUR: [u8; 3] = [20, 8, 40];
/// Plain skin, under the legend's colours.
pub const SKIN: [u8; 3] = [222, 184, 166];

/// Dark or light letters, whichever reads better on a ground (WCAG relative luminance).
pub fn ink_on(ground: Rgb888) -> Rgb888 {
    let luminance = |colour: Rgb888| {
        let part = |byte: u8| (f32::from(byte) / 255.0).powf(2.2);
        0.2126 * part(colour.r()) + 0.7152 * part(colour.g()) + 0.0722 * part(colour.b())
    };
    let contrast = |a: f32, b: f32| (a.max(b) + 0.05) / (a.min(b) + 0.05);
    let ground = luminance(ground);
    if contrast(ground, luminance(BACKGROUND)) > contrast(ground, luminance(TEXT)) {
        BACKGROUND
    } else {
        TEXT
    }
}

/// Heat map: violet through red and orange to pale yellow, lightness rising all the way, so
/// that it reads without colour vision. `t` is 0 to 1.
pub fn heat(t: f32) -> [f32; 3] {
    const STOPS: [[f32; 3]; 5] = [
        [30.0, 12.0, 70.0],
        [120.0, 28.0, 109.0],
        [207.0, 68.0, 70.0],
        [251.0, 155.0, 6.0],
        [252.0, 255.0, 164.0],
    ];
    let position = t.clamp(0.0, 1.0) * 4.0;
    let first = (position as usize).min(3);
    let part = position - first as f32;
    std::array::from_fn(|c| STOPS[first][c] * (1.0 - part) + STOPS[first + 1][c] * part)
}

/// The largest part of a pixel that the heat map covers: skin stays visible.
const COVER: f32 = 0.7;

/// Mixes the heat map's colours into pixels, by table. Cover grows with the evidence.
pub struct HeatMixer {
    /// A level's colour times its cover, and what is left of the pixel, in 1/256.
    table: [([u32; 3], u32); 256],
}

impl HeatMixer {
    /// Fills the table.
    pub fn new() -> HeatMixer {
        HeatMixer {
            table: std::array::from_fn(|level| {
                let evidence = level as f32 / 255.0;
                let cover = COVER * (evidence * 1.6).min(1.0);
                let colour = heat(evidence).map(|c| (c * cover * 256.0) as u32);
                (colour, ((1.0 - cover) * 256.0).round() as u32)
            }),
        }
    }

    /// Mixes the colour of evidence `level` (0 to 255) into an RGB pixel.
    pub fn mix(&self, pixel: &mut [u8; 3], level: u8) {
        let (colour, left) = &self.table[usize::from(level)];
        *pixel = std::array::from_fn(|c| ((u32::from(pixel[c]) * left + colour[c]) >> 8) as u8);
    }
}

impl Default for HeatMixer {
    fn default() -> Self {
        HeatMixer::new()
    }
}
