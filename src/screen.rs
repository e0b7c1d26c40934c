//! What is drawn, and nothing of where: a [`Scene`] in, pixels out.
//!
//! A scene is first composed: every text, bar and button gets its place, from the screen's
//! size alone. Then it is painted. [`hit`] asks the same composition what a touch means, so
//! what is seen and what is touched cannot differ. Lengths are in units of 1/480 of the
//! screen's height.

pub mod area;
mod buttons;
mod caption;
mod glyphs;
mod heat;
mod help;
mod layout;
mod live;
mod map_view;
mod message;
mod paint;
mod patterns;
mod picture;
mod result;
pub mod samples;
mod scene;
mod sheet;
mod status;
mod surface;
mod text;
pub mod theme;
mod verdict;

use image::RgbImage;

pub use map_view::MapView;
pub use scene::{
    Burst, CaseNote, Notice, Scene, Sight, Status, Taken, model_words, stand_in_words,
};
pub use sheet::Target;
pub use surface::Surface;

use crate::{assess::Assessment, input::Action};
use layout::Layout;
use sheet::{Sheet, Sign};

/// Draws a scene. On a surface that already shows it, only what changed is painted.
pub fn draw(scene: &Scene<'_>, status: &Status, surface: &mut Surface) {
    let size = surface.picture().dimensions();
    paint::paint(compose(scene, status, size), surface);
}

/// What a touch at these fractions of the screen's width and height asks for.
pub fn hit(scene: &Scene<'_>, status: &Status, size: (u32, u32), at: (f32, f32)) -> Option<Action> {
    compose(scene, status, size).hit(at.0 * size.0 as f32, at.1 * size.1 as f32)
}

/// Everything that can be touched, as it is drawn.
pub fn targets(scene: &Scene<'_>, status: &Status, size: (u32, u32)) -> Vec<Target> {
    compose(scene, status, size).targets
}

fn compose<'a>(scene: &Scene<'a>, status: &Status, size: (u32, u32)) -> Sheet<'a> {
    let alerts = status::alerts(scene, status);
    let layout = Layout::of(size, alerts.len());
    let mut sheet = Sheet::new();
    let paper = &mut sheet;
    match *scene {
        Scene::Live {
            picture,
            quality,
            sight,
            notice,
            ..
        } => live::live(paper, &layout, picture, sight, quality, notice),
        Scene::Capturing {
            picture,
            sight,
            taken,
            wanted,
        } => live::capturing(paper, &layout, picture, sight, (taken, wanted)),
        Scene::Analysing { picture, sight } => live::analysing(paper, &layout, picture, sight),
        Scene::Result {
            picture,
            assessment,
            burst,
            map,
            note,
            taken,
        } => {
            let shown = result::Shown {
                image: picture,
                assessment,
                burst,
                map,
                note,
                taken,
            };
            result::result(paper, &layout, &shown);
        }
        Scene::Help { sight } => help::help(paper, &layout, sight),
        Scene::CameraLost { why, advice, .. } => {
            let heading = "No picture from the camera";
            message::message(paper, &layout, Sign::Cross, heading, why, advice);
        }
        Scene::ModelRefused { why } => {
            let advice = "Nothing can be analysed. Install the model again.";
            let heading = "The model was refused";
            message::message(paper, &layout, Sign::Cross, heading, why, advice);
        }
        Scene::Fault { why, advice } => {
            message::message(
                paper,
                &layout,
                Sign::Cross,
                "Stopped: no verdict",
                why,
                advice,
            );
        }
    }
    buttons::add(paper, &layout, scene);
    status::add(paper, &layout, &alerts, status);
    sheet
}

/// The result screen of one assessment, with the heat map a reader wants first.
pub fn result(picture: &RgbImage, assessment: &Assessment, size: (u32, u32)) -> RgbImage {
    let status = Status {
        engine: assessment.engine.name.clone(),
        fallback: assessment.engine.fallback.clone(),
        model: model_words(&assessment.model, assessment.views),
        camera: assessment.source.name.clone(),
        stand_in: stand_in_words(Some(&assessment.source), &assessment.engine),
        clock: String::new(),
        power: None,
        unsaved: None,
        display: None,
    };
    let mut surface = Surface::new(size.0, size.1);
    let scene = Scene::Result {
        picture,
        assessment,
        burst: None,
        map: MapView::first(assessment),
        note: &CaseNote::Unsaved,
        taken: None,
    };
    draw(&scene, &status, &mut surface);
    surface.into_picture()
}

#[cfg(test)]
mod tests;
