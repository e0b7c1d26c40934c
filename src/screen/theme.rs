//! Colours. Verdicts differ in colour, shape and words; the colours are of Okabe and Ito's
//! set (2008), told apart with every common colour blindness.

use embedded_graphics::pixelcolor::Rgb888;

/// Behind everything.
pub const BACKGROUND: Rgb888 = Rgb888::new(14, 17, 22);
/// Behind bars and boxes.
pub const GROUND: Rgb888 = Rgb888::new(40, 46, 56);
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
/// A stand-in's ribbon: reddish purple.
pub const STAND_IN: Rgb888 = Rgb888::new(204, 121, 167);

/// Heat map: black-violet through red and orange to pale yellow, lightness rising all the way,
/// so that it reads without colour vision. `t` is 0 to 1.
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
