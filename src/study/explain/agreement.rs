//! A heat map against the region where the pattern truly is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Estimate, methods::Method};
use crate::{
    assess::{HeatMaps, Region},
    engine::Outputs,
    model::{Role, TASKS, Task},
    study::{SEED, cells::Cells, consensus::Standard, metrics::Bootstrap},
};

/// The map counts as hot from this share of its maximum on.
pub const IOU_AT: f32 = 0.5;
/// Points of the raster on which map and region meet.
const RASTER: (usize, usize) = (96, 72);

/// Agreement of one method on one pattern.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Agreement {
    /// How the map was made.
    pub method: Method,
    /// Task code.
    pub task: String,
    /// Maps that are empty: no evidence anywhere. They count as 0 inside and a miss.
    pub empty: usize,
    /// Mean share of the picture inside the region: what pointing and mass reach by chance.
    pub area: f64,
    /// Mean of the map, its maximum brought to 1, inside the region.
    pub inside: Estimate,
    /// The same outside.
    pub outside: Estimate,
    /// Share of maps whose hottest point lies inside.
    pub pointing: Estimate,
    /// Share of the map's sum that lies inside.
    pub mass: Estimate,
    /// Intersection over union of the region and the map from half of its maximum on.
    pub iou: Estimate,
}

/// One map against one region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct One {
    pub empty: bool,
    pub area: f64,
    pub inside: f64,
    pub outside: f64,
    pub hit: bool,
    pub mass: f64,
    pub iou: f64,
}

/// What a picture's maps are held against: a pattern's own cells and, for the BCC map of a BCC,
/// the cells of all its positive patterns together, as readers marked no tumour as such. Nothing
/// where no cell is marked, or every one. `patterns`: those present.
pub(super) fn marked(bcc: bool, patterns: &[Task], standard: &Standard) -> Vec<(Task, Cells)> {
    let cells = |task: Task| standard.cells[task.index() - 1];
    let of_bcc = patterns
        .iter()
        .filter(|task| task.role() == Role::PositiveCriterion)
        .fold(Cells::default(), |all, &task| all.union(cells(task)));
    let own = patterns.iter().map(|&task| (task, cells(task)));
    own.chain(bcc.then_some((Task::Bcc, of_bcc)))
        .filter(|(_, cells)| !cells.is_empty() && !cells.is_full())
        .collect()
}

/// A map on its frame.
pub(super) struct Place {
    maps: HeatMaps,
    size: (u32, u32),
}

impl Place {
    pub fn new(map: &[f32], outputs: &Outputs, region: Region, size: (u32, u32)) -> Place {
        let mut maps: [Vec<f32>; TASKS] = Default::default();
        maps[0] = map.to_vec();
        Place {
            maps: HeatMaps {
                columns: outputs.columns,
                rows: outputs.rows,
                maps,
                region,
            },
            size,
        }
    }

    /// Measures against the region `inside(u, v)`, each coordinate 0 to 1 over the frame;
    /// `None` where the model sees nothing of the region or nothing else.
    pub fn measure(&self, inside: impl Fn(f32, f32) -> bool) -> Option<One> {
        let Region {
            x,
            y,
            width,
            height,
        } = self.maps.region;
        let mut points = Vec::with_capacity(RASTER.0 * RASTER.1);
        for row in 0..RASTER.1 {
            for column in 0..RASTER.0 {
                let px = x as f32 + (column as f32 + 0.5) / RASTER.0 as f32 * width as f32;
                let py = y as f32 + (row as f32 + 0.5) / RASTER.1 as f32 * height as f32;
                let value = self.maps.at(Task::Bcc, px, py).unwrap_or(0.0);
                let within = inside(px / self.size.0 as f32, py / self.size.1 as f32);
                points.push((value, within));
            }
        }
        measure(&points)
    }
}

fn measure(points: &[(f32, bool)]) -> Option<One> {
    let within = points.iter().filter(|p| p.1).count();
    if within == 0 || within == points.len() {
        return None;
    }
    let top = points.iter().map(|p| p.0).fold(0.0, f32::max);
    let area = within as f64 / points.len() as f64;
    if top <= 0.0 {
        return Some(One {
            empty: true,
            area,
            inside: 0.0,
            outside: 0.0,
            hit: false,
            mass: 0.0,
            iou: 0.0,
        });
    }
    let (mut sum_in, mut sum_out, mut both, mut either) = (0.0, 0.0, 0u32, 0u32);
    // The hottest plateau counts as a whole: inside where most of it is.
    let (mut hottest, mut hottest_in) = (0u32, 0u32);
    for &(value, is_in) in points {
        let value = value / top;
        *(if is_in { &mut sum_in } else { &mut sum_out }) += f64::from(value);
        let hot = value >= IOU_AT;
        both += u32::from(hot && is_in);
        either += u32::from(hot || is_in);
        if value >= 0.999 {
            hottest += 1;
            hottest_in += u32::from(is_in);
        }
    }
    Some(One {
        empty: false,
        area,
        inside: sum_in / within as f64,
        outside: sum_out / (points.len() - within) as f64,
        hit: hottest_in * 2 > hottest,
        mass: sum_in / (sum_in + sum_out),
        iou: f64::from(both) / f64::from(either.max(1)),
    })
}

/// All measurements, by method and pattern, each with its lesion.
#[derive(Default)]
pub(super) struct Measured(BTreeMap<(Method, Task), Vec<(String, One)>>);

impl Measured {
    pub fn add(&mut self, method: Method, task: Task, lesion: &str, one: Option<One>) {
        if let Some(one) = one {
            self.0
                .entry((method, task))
                .or_default()
                .push((lesion.to_owned(), one));
        }
    }

    pub fn report(&self, rounds: usize) -> Vec<Agreement> {
        self.0
            .iter()
            .map(|((method, task), all)| {
                let bootstrap =
                    Bootstrap::by_cluster(all.iter().map(|a| a.0.as_str()), rounds, SEED);
                let mean = |of: fn(&One) -> f64| {
                    let values: Vec<f64> = all.iter().map(|a| of(&a.1)).collect();
                    Estimate::mean(&bootstrap, &values)
                };
                Agreement {
                    method: *method,
                    task: task.code().into(),
                    empty: all.iter().filter(|a| a.1.empty).count(),
                    area: all.iter().map(|a| a.1.area).sum::<f64>() / all.len().max(1) as f64,
                    inside: mean(|o| o.inside),
                    outside: mean(|o| o.outside),
                    pointing: Estimate::of(all.iter().map(|a| a.1.hit)),
                    mass: mean(|o| o.mass),
                    iou: mean(|o| o.iou),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_on_its_region_is_perfect() {
        let points: Vec<_> = (0..100)
            .map(|i| (f32::from(u8::from(i < 25)) * 3.0, i < 25))
            .collect();
        let one = measure(&points).unwrap();
        assert_eq!(
            (one.inside, one.outside, one.mass, one.iou),
            (1.0, 0.0, 1.0, 1.0)
        );
        assert!(one.hit && one.area == 0.25);
    }

    #[test]
    fn an_even_map_reaches_what_chance_reaches() {
        let points: Vec<_> = (0..100).map(|i| (0.7, i < 25)).collect();
        let one = measure(&points).unwrap();
        assert!((one.mass - 0.25).abs() < 1e-6 && (one.iou - 0.25).abs() < 1e-6);
        assert!(!one.hit);
    }

    #[test]
    fn an_empty_map_is_a_miss_not_a_gap() {
        let one = measure(&[(0.0, true), (0.0, false)]).unwrap();
        assert!(one.empty && !one.hit && one.inside == 0.0);
    }

    #[test]
    fn a_bcc_is_held_against_the_cells_of_its_positive_patterns_together() {
        let mut standard = Standard::default();
        let mut mark = |task: Task, cells: &str| {
            standard.cells[task.index() - 1] = Cells::parse(cells).unwrap();
        };
        mark(Task::Ulceration, "45");
        mark(Task::ArborizingTelangiectasia, "56");
        mark(Task::PigmentNetwork, "123456789");
        let patterns = [
            Task::PigmentNetwork,
            Task::Ulceration,
            Task::ArborizingTelangiectasia,
        ];
        let cells = |text| Cells::parse(text).unwrap();
        let own = [
            (Task::Ulceration, cells("45")),
            (Task::ArborizingTelangiectasia, cells("56")),
        ];
        assert_eq!(marked(false, &patterns, &standard), own);
        let all = marked(true, &patterns, &standard);
        assert_eq!(all[..2], own);
        assert_eq!(all[2..], [(Task::Bcc, cells("456"))]);
        assert_eq!(marked(true, &[Task::PigmentNetwork], &standard), []);
    }

    #[test]
    fn a_region_that_is_everything_measures_nothing() {
        assert_eq!(measure(&[(1.0, true), (0.5, true)]), None);
    }
}
