//! What is drawn, and nothing of where: a [`Scene`] in, pixels out. One layout serves every
//! size; lengths are in units of 1/480 of the screen's height.

mod layout;
mod panel;
mod picture;
mod result;
mod scene;
mod text;
pub mod theme;

use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
use image::{Rgb, RgbImage};

pub use scene::{Burst, CaseNote, MapView, Scene, Status};

use crate::{assess::Assessment, input::Action, model::Task};

/// The pixels of a screen.
pub struct Surface {
    picture: RgbImage,
}

impl Surface {
    /// A black surface.
    pub fn new(width: u32, height: u32) -> Surface {
        Surface {
            picture: RgbImage::new(width, height),
        }
    }

    /// Its pixels, to be shown.
    pub fn picture(&self) -> &RgbImage {
        &self.picture
    }

    /// Its pixels.
    pub fn into_picture(self) -> RgbImage {
        self.picture
    }
}

impl OriginDimensions for Surface {
    fn size(&self) -> Size {
        Size::new(self.picture.width(), self.picture.height())
    }
}

impl DrawTarget for Surface {
    type Color = Rgb888;
    type Error = std::convert::Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Self::Error> {
        for Pixel(point, colour) in pixels {
            if let (Ok(x), Ok(y)) = (u32::try_from(point.x), u32::try_from(point.y))
                && x < self.picture.width()
                && y < self.picture.height()
            {
                self.picture
                    .put_pixel(x, y, Rgb([colour.r(), colour.g(), colour.b()]));
            }
        }
        Ok(())
    }
}

/// Draws a scene.
pub fn draw(scene: &Scene<'_>, status: &Status, surface: &mut Surface) {
    result::scene(scene, status, surface);
}

/// What a touch at these fractions of the screen's width and height asks for.
pub fn hit(_scene: &Scene<'_>, _size: (u32, u32), _at: (f32, f32)) -> Option<Action> {
    None
}

/// The result screen of one assessment, with the heat map a reader wants first: the network's
/// own where it sees BCC, none otherwise.
pub fn result(picture: &RgbImage, assessment: &Assessment, size: (u32, u32)) -> RgbImage {
    let seen = assessment
        .finding(Task::Bcc)
        .is_some_and(|f| !f.probability.is_nan() && f.probability >= f.low);
    let map = if seen {
        MapView::Task(Task::Bcc)
    } else {
        MapView::Off
    };
    let status = Status {
        engine: assessment.engine.name.clone(),
        fallback: assessment.engine.fallback.clone(),
        model: format!("{} {}", assessment.model.name, assessment.model.version),
        camera: assessment.source.name.clone(),
        stand_in: assessment.source.stand_in(),
        clock: String::new(),
        power: None,
        display: None,
    };
    let mut surface = Surface::new(size.0, size.1);
    let scene = Scene::Result {
        picture,
        assessment,
        burst: None,
        map,
        note: &CaseNote::Unsaved,
    };
    draw(&scene, &status, &mut surface);
    surface.into_picture()
}
