//! Heat maps: where in the frame the evidence for each task lies.
//!
//! The model ends in one 1×1 convolution to a map a task and a global average, so the class's
//! own map *is* Grad-CAM up to a positive factor and the ReLU (Zhou et al. 2016; Selvaraju et
//! al. 2017; HiResCAM, arXiv 2011.08891): no gradient and no second pass is needed.

use image::{GrayImage, Luma};

use super::{
    assessment::{HeatMaps, Region},
    between::{Between, bilinear},
};
use crate::{
    engine::Outputs,
    model::{TASKS, Task},
};

/// A map whose strongest cell stays below this logit is shown paler in proportion. 2 is a
/// probability of 0.88.
///
/// That is no promise that a task answered "no" has no bright spot: the answer is of the mean over
/// all cells, and one strong cell among many weak ones is shown in full. Who shows such a map says
/// that the answer is "no".
const FULL_EVIDENCE: f32 = 2.0;

/// The heat maps of an answer. `exponents` are the manifest's, see [`scaled`].
pub fn heat_maps(outputs: &Outputs, region: Region, exponents: [f32; TASKS]) -> HeatMaps {
    let maps = std::array::from_fn(|task| {
        let own = outputs.maps.iter().skip(task).step_by(TASKS);
        scaled(own.copied(), FULL_EVIDENCE, exponents[task])
    });
    HeatMaps {
        columns: outputs.columns,
        rows: outputs.rows,
        maps,
        region,
    }
}

/// How far a score must fall under a patch to be shown in full: a patch hides a small part of
/// what speaks for a pattern.
const FULL_FALL: f32 = 0.25;

/// The maps of [`super::occlusion`], in the same form.
pub fn occlusion_maps(
    falls: [Vec<f32>; TASKS],
    (columns, rows): (usize, usize),
    region: Region,
) -> HeatMaps {
    HeatMaps {
        columns,
        rows,
        maps: falls.map(|map| scaled(map.into_iter(), FULL_FALL, 1.0)),
        region,
    }
}

/// A map of evidence as it is shown: what speaks against is cut off, the strongest cell is 1,
/// or its part of `full` where it stays below. An exponent below 1 lifts the weaker cells:
/// where a pattern ends, readers draw the line further out than half of the peak.
pub fn scaled(evidence: impl Iterator<Item = f32>, full: f32, exponent: f32) -> Vec<f32> {
    let mut map: Vec<f32> = evidence.map(|z| z.max(0.0)).collect();
    let strongest = map.iter().copied().fold(0.0, f32::max);
    if strongest > 0.0 {
        let paler = (strongest / full).min(1.0);
        for z in &mut map {
            *z = paler * (*z / strongest).powf(exponent);
        }
    }
    map
}

impl HeatMaps {
    /// A task's map at the point (`x`, `y`) of the full-size frame, 0 to 1, bilinear between
    /// the centres of the cells; `None` outside the part the model saw.
    pub fn at(&self, task: Task, x: f32, y: f32) -> Option<f32> {
        let Region {
            x: left,
            y: top,
            width,
            height,
        } = self.region;
        let u = (x - left as f32) / width as f32;
        let v = (y - top as f32) / height as f32;
        if !(0.0..=1.0).contains(&u) || !(0.0..=1.0).contains(&v) {
            return None;
        }
        let column = Between::cells(u, self.columns);
        let row = Between::cells(v, self.rows);
        let map = &self.maps[task.index()];
        Some(bilinear(&column, &row, |column, row| {
            map.get(row * self.columns + column).copied().unwrap_or(0.0)
        }))
    }

    /// A task's map as a grey picture of the whole frame (255 is the strongest evidence, 0
    /// none or not seen), `width` × `height` pixels.
    pub fn picture(&self, task: Task, frame: (u32, u32), width: u32, height: u32) -> GrayImage {
        let (sx, sy) = (
            frame.0 as f32 / width.max(1) as f32,
            frame.1 as f32 / height.max(1) as f32,
        );
        GrayImage::from_fn(width, height, |x, y| {
            let value = self.at(task, (x as f32 + 0.5) * sx, (y as f32 + 0.5) * sy);
            Luma([(value.unwrap_or(0.0) * 255.0).round() as u8])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(ulceration: [f32; 4]) -> Outputs {
        let mut maps = vec![-3.0; 4 * TASKS];
        for (cell, value) in ulceration.into_iter().enumerate() {
            maps[cell * TASKS + Task::Ulceration.index()] = value;
        }
        Outputs {
            rows: 2,
            columns: 2,
            maps,
            logits: [0.0; TASKS],
        }
    }

    const REGION: Region = Region {
        x: 100,
        y: 0,
        width: 400,
        height: 400,
    };

    #[test]
    fn evidence_stands_where_the_frame_shows_it() {
        let maps = heat_maps(&outputs([-1.0, 5.0, -1.0, -1.0]), REGION, [1.0; TASKS]);
        assert_eq!(maps.at(Task::Ulceration, 400.0, 100.0), Some(1.0));
        assert_eq!(maps.at(Task::Ulceration, 200.0, 300.0), Some(0.0));
        assert_eq!(maps.at(Task::Ulceration, 50.0, 100.0), None);
        assert_eq!(maps.at(Task::Ulceration, 300.0, 100.0), Some(0.5));
    }

    #[test]
    fn a_task_without_evidence_has_an_empty_map() {
        let maps = heat_maps(&outputs([-1.0; 4]), REGION, [1.0; TASKS]);
        assert!(maps.maps[Task::Bcc.index()].iter().all(|&v| v == 0.0));
    }

    #[test]
    fn weak_evidence_stays_pale() {
        for exponent in [1.0, 0.4] {
            let maps = heat_maps(&outputs([0.5, 0.0, 0.0, 0.0]), REGION, [exponent; TASKS]);
            assert_eq!(maps.maps[Task::Ulceration.index()][0], 0.25);
        }
    }

    #[test]
    fn an_exponent_lifts_the_weak_and_keeps_the_strongest_and_the_empty() {
        let maps = heat_maps(&outputs([4.0, 1.0, 0.0, -1.0]), REGION, [0.5; TASKS]);
        assert_eq!(maps.maps[Task::Ulceration.index()], [1.0, 0.5, 0.0, 0.0]);
    }

    #[test]
    fn the_picture_covers_the_whole_frame() {
        let maps = heat_maps(&outputs([4.0; 4]), REGION, [1.0; TASKS]);
        let picture = maps.picture(Task::Ulceration, (600, 400), 60, 40);
        assert_eq!(picture.get_pixel(5, 20).0, [0]);
        assert_eq!(picture.get_pixel(30, 20).0, [255]);
        assert_eq!(picture.get_pixel(55, 20).0, [0]);
    }
}
