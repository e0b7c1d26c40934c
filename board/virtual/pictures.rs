//! Draws what the virtual board's camera looks at: phantoms in each format it offers.
//!
//! ```text
//! cargo run --example board-pictures -- FOLDER
//! ```
//!
//! writes `FOLDER/<scene>/<height>-<number>.{jpg,yuyv}`, as `uvcsim` reads them. The frames of
//! a scene differ by a few pixels of shift, so that a live picture visibly lives.

use std::{error::Error, fs, path::Path};

use bccscope::{model::Task, phantom::Phantom};
use image::{RgbImage, imageops};
use turbojpeg::{PixelFormat, Subsamp};

/// Scenes by name, and the patterns in them.
const SCENES: [(&str, &[Task]); 3] = [
    (
        "suspect",
        &[Task::Ulceration, Task::ArborizingTelangiectasia],
    ),
    ("clear", &[]),
    ("two-nests", &[Task::OvoidNests, Task::MapleLeaf]),
];

/// Pixels the picture moves from a frame to the next.
const SHIFT: u32 = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("usage: board-pictures FOLDER")?;
    for (scene, patterns) in SCENES {
        let folder = Path::new(&folder).join(scene);
        fs::create_dir_all(&folder)?;
        for (width, height, raw) in [(1280, 720, true), (1920, 1080, false), (640, 480, false)] {
            let frames = 4;
            let drawing = Phantom {
                seed: 1,
                patterns: patterns.to_vec(),
                width: width + SHIFT * frames,
                height,
            }
            .draw();
            for number in 0..frames {
                let frame = imageops::crop_imm(&drawing.picture, SHIFT * number, 0, width, height);
                let frame = frame.to_image();
                let path = folder.join(format!("{height}-{number}.jpg"));
                fs::write(path, jpeg(&frame)?)?;
                if raw && number < 2 {
                    let path = folder.join(format!("{height}-{number}.yuyv"));
                    fs::write(path, yuyv(&frame))?;
                }
            }
        }
    }
    Ok(())
}

/// 4:2:2 as dermatoscopes send it.
fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, Box<dyn Error>> {
    let image = turbojpeg::Image {
        pixels: picture.as_raw().as_slice(),
        width: picture.width() as usize,
        pitch: picture.width() as usize * 3,
        height: picture.height() as usize,
        format: PixelFormat::RGB,
    };
    Ok(turbojpeg::compress(image, 88, Subsamp::Sub2x1)?.to_vec())
}

/// BT.601, limited range; the chroma of a pair is that of its left pixel.
fn yuyv(picture: &RgbImage) -> Vec<u8> {
    let mut out = Vec::with_capacity(picture.as_raw().len() / 3 * 2);
    for pair in picture.as_raw().chunks_exact(6) {
        let [r, g, b, r1, g1, b1] = [0, 1, 2, 3, 4, 5].map(|i| f32::from(pair[i]));
        let luma = |r: f32, g: f32, b: f32| 16.0 + 0.257 * r + 0.504 * g + 0.098 * b;
        out.extend([
            luma(r, g, b).round() as u8,
            (128.0 - 0.148 * r - 0.291 * g + 0.439 * b).round() as u8,
            luma(r1, g1, b1).round() as u8,
            (128.0 + 0.439 * r - 0.368 * g - 0.071 * b).round() as u8,
        ]);
    }
    out
}
