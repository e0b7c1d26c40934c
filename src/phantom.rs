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
        let marked = |region: &(Task, GrayImage), x, y| region.1.get_pixel(x, y).0[0] > 0;
        // Two each of those whose lesions are of the same tone; a network's has no like.
        for pair in [
            [Task::Ulceration, Task::ArborizingTelangiectasia],
            [Task::OvoidNests, Task::MultipleGlobules],
            [Task::MapleLeaf, Task::SpokeWheel],
        ] {
            let [one, other] = pair.map(|task| phantom(&[task]).draw());
            let (mut alike, mut different) = (0, 0);
            for (x, y, pixel) in one.picture.enumerate_pixels() {
                let same = pixel == other.picture.get_pixel(x, y);
                if marked(&one.regions[0], x, y) || marked(&other.regions[0], x, y) {
                    different += u32::from(!same);
                } else {
                    assert!(same, "{pair:?} at {x},{y}");
                    alike += 1;
                }
            }
            assert!(
                different > 2_000 && alike > 60_000,
                "{pair:?}: {different}, {alike}"
            );
        }
    }

    #[test]
    fn a_pattern_lies_in_the_picture_and_mostly_in_the_lesion() {
        for task in Task::PATTERNS {
            for seed in 1..=4 {
                let drawing = Phantom {
                    seed,
                    ..phantom(&[task])
                }
                .draw();
                let (mut marked, mut inside) = (0.0, 0.0);
                for (x, y, pixel) in drawing.regions[0].1.enumerate_pixels() {
                    if pixel.0[0] > 0 {
                        marked += 1.0;
                        inside += f32::from(drawing.lesion.get_pixel(x, y).0[0]) / 255.0;
                    }
                }
                assert!(marked > 200.0, "{task:?}: {marked} pixels");
                assert!(
                    inside > 0.6 * marked,
                    "{task:?} {seed}: {inside} of {marked}"
                );
            }
        }
    }
}
