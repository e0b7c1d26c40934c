//! Panels mounted on their side or upside down: a picture turned on its way to the panel,
//! and a touch turned back on its way from it.

use image::RgbImage;
use serde::{Deserialize, Serialize};

use super::{Display, DisplayError, check_size};

/// How far the picture is turned clockwise on the panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum Rotation {
    /// Not at all.
    #[default]
    Upright,
    /// A quarter turn.
    Clockwise90,
    /// Upside down.
    Clockwise180,
    /// Three quarter turns.
    Clockwise270,
}

impl TryFrom<u16> for Rotation {
    type Error = String;

    fn try_from(degrees: u16) -> Result<Rotation, String> {
        match degrees {
            0 => Ok(Rotation::Upright),
            90 => Ok(Rotation::Clockwise90),
            180 => Ok(Rotation::Clockwise180),
            270 => Ok(Rotation::Clockwise270),
            _ => Err(format!("rotate = {degrees}: it is 0, 90, 180 or 270")),
        }
    }
}

impl From<Rotation> for u16 {
    fn from(rotation: Rotation) -> u16 {
        match rotation {
            Rotation::Upright => 0,
            Rotation::Clockwise90 => 90,
            Rotation::Clockwise180 => 180,
            Rotation::Clockwise270 => 270,
        }
    }
}

impl Rotation {
    /// Where a point of the panel lies on the picture, both in fractions of width and
    /// height, 0 to 1 from the upper left.
    pub fn panel_to_picture(self, (x, y): (f32, f32)) -> (f32, f32) {
        match self {
            Rotation::Upright => (x, y),
            Rotation::Clockwise90 => (y, 1.0 - x),
            Rotation::Clockwise180 => (1.0 - x, 1.0 - y),
            Rotation::Clockwise270 => (1.0 - y, x),
        }
    }

    /// Size of the picture that fills a panel of this size.
    fn picture_size(self, (width, height): (u32, u32)) -> (u32, u32) {
        match self {
            Rotation::Upright | Rotation::Clockwise180 => (width, height),
            Rotation::Clockwise90 | Rotation::Clockwise270 => (height, width),
        }
    }

    /// Turns `picture` into `panel`, which has the panel's size.
    fn turn(self, picture: &RgbImage, panel: &mut RgbImage) {
        let (pw, ph) = (picture.width() as usize, picture.height() as usize);
        let (from, _) = picture.as_raw().as_chunks::<3>();
        let row = panel.width() as usize;
        let (to, _) = panel.as_chunks_mut::<3>();
        match self {
            Rotation::Upright => to.copy_from_slice(from),
            Rotation::Clockwise180 => {
                for (to, from) in to.iter_mut().zip(from.iter().rev()) {
                    *to = *from;
                }
            }
            Rotation::Clockwise90 | Rotation::Clockwise270 => {
                // In blocks, so that the columns read stay in the cache.
                const BLOCK: usize = 32;
                for top in (0..pw).step_by(BLOCK) {
                    for left in (0..ph).step_by(BLOCK) {
                        for y in top..(top + BLOCK).min(pw) {
                            for x in left..(left + BLOCK).min(ph) {
                                let (column, line) = match self {
                                    Rotation::Clockwise90 => (y, ph - 1 - x),
                                    _ => (pw - 1 - y, x),
                                };
                                to[y * row + x] = from[line * pw + column];
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A display whose panel is mounted turned.
pub struct Rotated {
    inner: Box<dyn Display>,
    rotation: Rotation,
    name: String,
    panel: RgbImage,
}

impl Rotated {
    /// The display as it is where it is upright, else turned.
    pub fn around(inner: Box<dyn Display>, rotation: Rotation) -> Box<dyn Display> {
        if rotation == Rotation::Upright {
            return inner;
        }
        let (width, height) = inner.size();
        Box::new(Rotated {
            name: format!("{} turned by {}", inner.name(), u16::from(rotation)),
            panel: RgbImage::new(width, height),
            inner,
            rotation,
        })
    }
}

impl Display for Rotated {
    fn size(&self) -> (u32, u32) {
        self.rotation.picture_size(self.inner.size())
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn show(&mut self, picture: &RgbImage) -> Result<(), DisplayError> {
        check_size(&self.name, self.size(), picture)?;
        self.rotation.turn(picture, &mut self.panel);
        self.inner.show(&self.panel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::Memory;
    use image::{Rgb, imageops};

    const ALL: [Rotation; 4] = [
        Rotation::Upright,
        Rotation::Clockwise90,
        Rotation::Clockwise180,
        Rotation::Clockwise270,
    ];

    fn picture(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, (x ^ y) as u8]))
    }

    #[test]
    fn a_turned_display_shows_what_image_would_turn() {
        for rotation in ALL {
            let (memory, seen) = Memory::new(70, 45);
            let mut display = Rotated::around(Box::new(memory), rotation);
            let (width, height) = display.size();
            let picture = picture(width, height);
            display.show(&picture).unwrap();
            let want = match rotation {
                Rotation::Upright => picture.clone(),
                Rotation::Clockwise90 => imageops::rotate90(&picture),
                Rotation::Clockwise180 => imageops::rotate180(&picture),
                Rotation::Clockwise270 => imageops::rotate270(&picture),
            };
            assert!(seen.last().as_ref() == Some(&want), "{rotation:?}");
        }
    }

    #[test]
    fn a_touch_lands_on_the_pixel_that_was_drawn_under_it() {
        for rotation in ALL {
            let (memory, seen) = Memory::new(64, 40);
            let mut display = Rotated::around(Box::new(memory), rotation);
            let (width, height) = display.size();
            let mut picture = RgbImage::new(width, height);
            picture.put_pixel(5, 9, Rgb([255; 3]));
            display.show(&picture).unwrap();
            let panel = seen.last().unwrap();
            let (px, py, _) = panel
                .enumerate_pixels()
                .find(|(_, _, p)| p.0 == [255; 3])
                .unwrap();
            let touch = ((px as f32 + 0.5) / 64.0, (py as f32 + 0.5) / 40.0);
            let (x, y) = rotation.panel_to_picture(touch);
            assert_eq!(
                ((x * width as f32) as u32, (y * height as f32) as u32),
                (5, 9),
                "{rotation:?}"
            );
        }
    }

    #[test]
    fn a_picture_of_the_panels_own_size_is_refused_by_a_quarter_turn() {
        let (memory, seen) = Memory::new(64, 40);
        let mut display = Rotated::around(Box::new(memory), Rotation::Clockwise90);
        let error = display.show(&picture(64, 40)).unwrap_err();
        assert!(
            error.why.contains("64x40") && error.why.contains("40x64"),
            "{error}"
        );
        assert!(seen.last().is_none());
    }
}
