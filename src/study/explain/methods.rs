//! Ways to a heat map, and one control that does not look at the picture.

use serde::{Deserialize, Serialize};

use crate::{
    assess::explain::scaled,
    engine::Outputs,
    model::{TASKS, Task},
};

/// A way to a heat map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// What the device shows: the class map, negatives cut. Equals Grad-CAM and HiResCAM for
    /// this head.
    GradCam,
    /// The class map from its smallest to its largest value, negatives kept: cheap, from the
    /// same pass.
    MinMaxCam,
    /// How far the score falls when a patch is covered by the picture's mean colour (Zeiler &
    /// Fergus 2014). A pass a cell.
    Occlusion,
    /// A blob in the middle, whatever the picture: what a map must beat.
    CentreControl,
    /// What the device shows first of a BCC: the maps of all signs it found, in one; its BCC map
    /// where it found none. Held against the cells of all patterns, so of the BCC map's kind.
    ShownFirst,
}

/// A picture's outputs that maps are made of.
pub(super) struct Sources<'a> {
    /// The mean over all views, of which the device's maps are made; its grid may be finer than
    /// that of one view.
    pub shown: &'a Outputs,
    /// The whole picture once, for the other ways.
    pub base: &'a Outputs,
    /// The tasks' occlusion maps, where they were made.
    pub occluded: Option<&'a [Vec<f32>; TASKS]>,
    /// What the device shows first.
    pub first: Option<&'a [f32]>,
}

impl Method {
    /// All of them.
    pub const ALL: [Method; 5] = [
        Method::GradCam,
        Method::MinMaxCam,
        Method::Occlusion,
        Method::CentreControl,
        Method::ShownFirst,
    ];

    /// For tables.
    pub fn name(self) -> &'static str {
        match self {
            Method::GradCam => "Grad-CAM (the device's)",
            Method::MinMaxCam => "min-max CAM",
            Method::Occlusion => "occlusion",
            Method::CentreControl => "control: centre",
            Method::ShownFirst => "what the device shows first",
        }
    }

    /// A task's map, 0 and up, and the outputs whose grid it lies on; `None` where there is none
    /// of this kind, or it needs what was not made. `exponents` are what the device shows its own
    /// maps with.
    pub(super) fn map<'a>(
        self,
        task: Task,
        sources: &Sources<'a>,
        exponents: [f32; TASKS],
    ) -> Option<(Vec<f32>, &'a Outputs)> {
        match self {
            Method::GradCam => {
                let map = class_map(task, sources.shown).into_iter();
                let exponent = exponents[task.index()];
                Some((scaled(map, f32::MIN_POSITIVE, exponent), sources.shown))
            }
            Method::MinMaxCam => {
                let map = class_map(task, sources.base);
                let least = map.iter().copied().fold(f32::INFINITY, f32::min);
                Some((map.into_iter().map(|z| z - least).collect(), sources.base))
            }
            Method::Occlusion => Some((sources.occluded?[task.index()].clone(), sources.base)),
            Method::CentreControl => Some((centre(sources.base), sources.base)),
            Method::ShownFirst if task == Task::Bcc => {
                Some((sources.first?.to_vec(), sources.shown))
            }
            Method::ShownFirst => None,
        }
    }
}

/// A task's own map, as the model gives it.
pub(super) fn class_map(task: Task, outputs: &Outputs) -> Vec<f32> {
    outputs
        .maps
        .iter()
        .skip(task.index())
        .step_by(TASKS)
        .copied()
        .collect()
}

fn centre(outputs: &Outputs) -> Vec<f32> {
    let along = |i: usize, n: usize| (i as f32 + 0.5) / n.max(1) as f32 - 0.5;
    (0..outputs.rows * outputs.columns)
        .map(|cell| {
            let x = along(cell % outputs.columns, outputs.columns);
            let y = along(cell / outputs.columns, outputs.rows);
            (-(x * x + y * y) / (2.0 * 0.2 * 0.2)).exp()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of cells; each task's map is `row`.
    fn outputs(row: &[f32]) -> Outputs {
        Outputs {
            maps: row.iter().flat_map(|&z| [z; TASKS]).collect(),
            rows: 1,
            columns: row.len(),
            logits: [0.0; TASKS],
        }
    }

    #[test]
    fn the_devices_map_is_of_all_views_and_the_others_of_the_whole_picture_each_on_its_grid() {
        let (shown, base) = (outputs(&[-1.0, 4.0, 1.0]), outputs(&[3.0, 1.0]));
        let sources = Sources {
            shown: &shown,
            base: &base,
            occluded: None,
            first: None,
        };
        let map = |method: Method| method.map(Task::Ulceration, &sources, [0.5; TASKS]);
        assert_eq!(map(Method::GradCam), Some((vec![0.0, 1.0, 0.5], &shown)));
        assert_eq!(map(Method::MinMaxCam), Some((vec![2.0, 0.0], &base)));
        assert_eq!(map(Method::Occlusion), None);
    }

    #[test]
    fn what_comes_first_is_held_against_all_signs_and_so_stands_for_bcc_alone() {
        let (shown, base) = (outputs(&[0.0, 0.0]), outputs(&[0.0]));
        let sources = Sources {
            shown: &shown,
            base: &base,
            occluded: None,
            first: Some(&[0.25, 1.0]),
        };
        let map = |task| Method::ShownFirst.map(task, &sources, [1.0; TASKS]);
        assert_eq!(map(Task::Bcc), Some((vec![0.25, 1.0], &shown)));
        assert!(Task::PATTERNS.into_iter().all(|task| map(task).is_none()));
    }
}
