//! Draws a phantom: skin with hairs, a lesion, and each pattern as dermatology describes it, with masks.

mod canvas;
mod label;
mod patterns;
mod shapes;
mod skin;

use std::f32::consts::TAU;

use image::{GrayImage, Luma};

use self::{canvas::Canvas, shapes::Chance, skin::Outline};
use super::{Drawing, Phantom};
use crate::model::Task;

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
        seed: phantom.seed,
    };
    skin::skin(&mut canvas, phantom.seed);
    let ground = skin::Ground::under(&phantom.patterns);
    skin::body(&mut canvas, &outline, phantom.seed, ground);
    skin::hairs(&mut canvas, &mut Chance::new(phantom.seed, 1));

    let mut regions: Vec<(Task, GrayImage)> = Vec::new();
    for task in Task::PATTERNS {
        if !phantom.patterns.contains(&task) {
            continue;
        }
        let mut mask = GrayImage::new(canvas.width, canvas.height);
        let mut chance = Chance::new(phantom.seed, 10 + task.index() as u64);
        match task {
            Task::PigmentNetwork => {
                patterns::network(&mut canvas, &mut mask, &outline, &mut chance)
            }
            Task::Ulceration => patterns::ulceration(&mut canvas, &mut mask, &mut chance),
            Task::OvoidNests => patterns::nests(&mut canvas, &mut mask, &mut chance),
            Task::MultipleGlobules => patterns::globules(&mut canvas, &mut mask, &mut chance),
            Task::MapleLeaf => patterns::maple_leaf(&mut canvas, &mut mask, &outline, &mut chance),
            Task::SpokeWheel => patterns::spoke_wheel(&mut canvas, &mut mask, &mut chance),
            _ => patterns::vessels(&mut canvas, &mut mask, &outline, &mut chance),
        }
        regions.push((task, mask));
    }
    let lesion = GrayImage::from_fn(canvas.width, canvas.height, |x, y| {
        let (u, v) = canvas.at(x, y);
        Luma([if outline.distance(u, v) < 0.0 { 255 } else { 0 }])
    });
    let mut picture = canvas.picture();
    label::label(&mut picture, phantom.seed);
    Drawing {
        picture,
        lesion,
        regions,
    }
}
