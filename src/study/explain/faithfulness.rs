//! Does the model truly look where the map is hot? Cells are covered (deletion) or uncovered
//! (insertion) from the hottest on; the probability should fall early and rise early
//! (Petsiuk 2018).

use std::collections::BTreeMap;

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use serde::{Deserialize, Serialize};

use super::{
    Estimate,
    methods::{Method, Sources},
    probe::Probe,
};
use crate::{
    assess::occlusion::mean_colour,
    engine::Outputs,
    model::{TASKS, Task},
    study::{SEED, metrics::Bootstrap},
};

/// Steps from nothing to everything.
const STEPS: usize = 12;

/// Faithfulness of one order of cells on one task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Faithfulness {
    /// Where the order comes from: a method's name or `random`.
    pub order: String,
    /// Task code.
    pub task: String,
    /// Mean area under the probability while cells are covered: lower is better.
    pub deletion: Estimate,
    /// Mean area under the probability while cells are uncovered: higher is better.
    pub insertion: Estimate,
}

/// One picture's areas.
struct Areas {
    lesion: String,
    deletion: f64,
    insertion: f64,
}

/// Areas by order and task.
#[derive(Default)]
pub(super) struct Collected(BTreeMap<(&'static str, Task), Vec<Areas>>);

const ORDERED: [Method; 3] = [Method::GradCam, Method::Occlusion, Method::CentreControl];

impl Collected {
    pub fn add(
        &mut self,
        probe: &mut Probe,
        task: Task,
        lesion: &str,
        tensor: &[i8],
        base: &Outputs,
        occluded: Option<&[Vec<f32>; TASKS]>,
    ) -> Result<(), String> {
        let cells = base.rows * base.columns;
        let sources = Sources {
            shown: base,
            base,
            occluded,
            first: None,
        };
        let mut orders: Vec<(&'static str, Vec<usize>)> = Vec::new();
        for method in ORDERED {
            if let Some((map, _)) = method.map(task, &sources, [1.0; TASKS]) {
                let mut order: Vec<usize> = (0..cells).collect();
                order.sort_by(|&a, &b| map[b].total_cmp(&map[a]));
                orders.push((method.name(), order));
            }
        }
        let seed = self.0.values().map(Vec::len).sum::<usize>() as u64;
        orders.push(("random", shuffled(cells, SEED ^ seed)));
        let cover = mean_colour(tensor);
        for (name, order) in orders {
            let deletion = area(probe, task, tensor, &cover, base, &order)?;
            let insertion = area(probe, task, &cover, tensor, base, &order)?;
            self.0.entry((name, task)).or_default().push(Areas {
                lesion: lesion.to_owned(),
                deletion,
                insertion,
            });
        }
        Ok(())
    }

    pub fn report(&self, rounds: usize) -> Vec<Faithfulness> {
        self.0
            .iter()
            .map(|((order, task), all)| {
                let bootstrap =
                    Bootstrap::by_cluster(all.iter().map(|a| a.lesion.as_str()), rounds, SEED);
                let mean = |of: fn(&Areas) -> f64| {
                    Estimate::mean(&bootstrap, &all.iter().map(of).collect::<Vec<_>>())
                };
                Faithfulness {
                    order: (*order).into(),
                    task: task.code().into(),
                    deletion: mean(|a| a.deletion),
                    insertion: mean(|a| a.insertion),
                }
            })
            .collect()
    }
}

/// Area under the probability (trapezoids over 0 to 1) while `from` turns into `to`.
fn area(
    probe: &mut Probe,
    task: Task,
    from: &[i8],
    to: &[i8],
    base: &Outputs,
    order: &[usize],
) -> Result<f64, String> {
    let mut picture = from.to_vec();
    let mut curve = vec![score(probe, task, &picture)?];
    for step in order.chunks(order.len().div_ceil(STEPS).max(1)) {
        for &cell in step {
            let (x, y) = ((cell % base.columns) as f32, (cell / base.columns) as f32);
            probe.patch(&mut picture, to, base, (x, y), (x + 1.0, y + 1.0));
        }
        curve.push(score(probe, task, &picture)?);
    }
    let sum: f64 = curve.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0).sum();
    Ok(sum / (curve.len().max(2) - 1) as f64)
}

fn score(probe: &mut Probe, task: Task, picture: &[i8]) -> Result<f64, String> {
    let outputs = probe.run(picture)?;
    Ok(probe.probability(task, &outputs))
}

/// The numbers below `n` in an order of chance (Fisher & Yates).
fn shuffled(n: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    super::sanity::shuffle(&mut order, &mut ChaCha8Rng::seed_from_u64(seed), |rng| {
        rng.next_u64()
    });
    order
}
