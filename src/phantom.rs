//! The phantom: a drawn dermoscopic test target with known truth. It is ours, so it feeds the
//! demo, the tests and the known answers without any patient's picture. It wears its name in
//! the picture and in the file.

mod draw;
mod file;

use image::{GrayImage, RgbImage};

use crate::model::Task;

pub use file::{is_marked, write_png};

/// What to draw. The same values draw the same picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phantom {
    /// Seed of everything that is left to chance.
    pub seed: u64,
    /// The patterns to draw, any of [`Task::PATTERNS`].
    pub patterns: Vec<Task>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// A drawn phantom with its truth.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The picture.
    pub picture: RgbImage,
    /// 255 where the lesion is.
    pub lesion: GrayImage,
    /// 255 where each pattern was drawn.
    pub regions: Vec<(Task, GrayImage)>,
}

impl Phantom {
    /// Draws it.
    pub fn draw(&self) -> Drawing {
        draw::draw(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phantom(patterns: &[Task]) -> Phantom {
        Phantom {
            seed: 7,
            patterns: patterns.to_vec(),
            width: 400,
            height: 300,
        }
    }

    #[test]
    fn a_seed_draws_the_same_picture_again() {
        let first = phantom(&Task::PATTERNS).draw();
        assert_eq!(first.picture, phantom(&Task::PATTERNS).draw().picture);
        let other = Phantom {
            seed: 8,
            ..phantom(&Task::PATTERNS)
        };
        assert_ne!(first.picture, other.draw().picture);
    }

    #[test]
    fn each_pattern_is_drawn_where_its_mask_says() {
        let plain = phantom(&[]).draw();
        for task in Task::PATTERNS {
            if task == Task::PigmentNetwork {
                continue; // changes the whole lesion's colour
            }
            let drawing = phantom(&[task]).draw();
            let (drawn, mask) = &drawing.regions[0];
            assert_eq!(*drawn, task);
            let marked = mask.pixels().filter(|p| p.0[0] > 0).count();
            assert!(marked > 200, "{task:?}: {marked} pixels");
            for (x, y, pixel) in drawing.picture.enumerate_pixels() {
                if mask.get_pixel(x, y).0[0] == 0 {
                    assert_eq!(pixel, plain.picture.get_pixel(x, y), "{task:?} at {x},{y}");
                }
            }
        }
    }
}
