//! The network's views of one picture ([`View`]), each an inference, and their mean: one score
//! a task, one class map over all that was seen.

use std::time::{Duration, Instant};

use image::RgbImage;

use super::{
    AssessError,
    between::{Between, bilinear},
    one_engine::by_one_engine,
    prepare::Preparer,
};
use crate::{
    engine::{Engine, Outputs},
    model::{Score, TASKS, View},
};

/// The merged map's cells for one of the model's, each way, where a view shows a part of the
/// picture: that view's own cells are finer.
const FINER: usize = 2;
/// What all views together say.
#[derive(Clone, Debug, PartialEq)]
pub struct Looked {
    /// Mean of the views' scores, before calibration.
    pub scores: [f32; TASKS],
    /// The views' class maps as one over the whole, and the mean of their logits.
    pub merged: Outputs,
    /// Time for crops and resizes.
    pub prepare: Duration,
    /// Time on the engine.
    pub infer: Duration,
}

/// Runs every view, all of them by one engine (`one_engine`).
///
/// # Errors
/// [`AssessError`]: a view that cannot be made, an engine that fails, or one that changes
/// again and again and has no fallback.
pub fn look(
    engine: &mut dyn Engine,
    preparer: &mut Preparer,
    picture: &RgbImage,
    views: &[View],
    score: Score,
) -> Result<Looked, AssessError> {
    // Of all tries together.
    let (mut prepare, mut infer) = (Duration::ZERO, Duration::ZERO);
    let answers = by_one_engine(engine, |engine| {
        let mut answers = Vec::with_capacity(views.len());
        for view in views {
            let clock = Instant::now();
            let tensor = preparer.prepare_view(picture, *view)?;
            prepare += clock.elapsed();
            let clock = Instant::now();
            answers.push(engine.infer(tensor)?);
            infer += clock.elapsed();
        }
        Ok(answers)
    })?;
    Ok(Looked {
        scores: mean_scores(&answers, score),
        merged: merge(&answers, views),
        prepare,
        infer,
    })
}

/// The scores of one inference.
pub fn scores(outputs: &Outputs, score: Score) -> [f32; TASKS] {
    match score {
        Score::MeanOfMaps => outputs.map_means(),
        Score::Logits => outputs.logits,
    }
}

fn mean_scores(answers: &[Outputs], score: Score) -> [f32; TASKS] {
    mean(answers.iter().map(|answer| scores(answer, score)))
}

fn mean(all: impl ExactSizeIterator<Item = [f32; TASKS]>) -> [f32; TASKS] {
    let n = all.len().max(1) as f32;
    let mut sums = [0.0; TASKS];
    for one in all {
        for (sum, value) in sums.iter_mut().zip(one) {
            *sum += value;
        }
    }
    sums.map(|sum| sum / n)
}

/// One map over the whole picture. Where a part-view ends, its weight falls to nothing over its
/// last cell, so that no edge shows that is not in the picture.
fn merge(answers: &[Outputs], views: &[View]) -> Outputs {
    let finer = if views.iter().any(View::is_part) {
        FINER
    } else {
        1
    };
    let (rows, columns) = answers
        .first()
        .map_or((0, 0), |first| (first.rows * finer, first.columns * finer));
    let mut maps = Vec::with_capacity(rows * columns * TASKS);
    for row in 0..rows {
        for column in 0..columns {
            let u = (column as f32 + 0.5) / columns as f32;
            let v = (row as f32 + 0.5) / rows as f32;
            let (mut sums, mut weights) = ([0.0; TASKS], 0.0);
            for (answer, view) in answers.iter().zip(views) {
                let inside = |at: f32| (at - 0.5) / view.part + 0.5;
                let (x, y) = (inside(if view.mirrored { 1.0 - u } else { u }), inside(v));
                let weight = weight(view, (x, y), answer);
                if weight > 0.0 {
                    weights += weight;
                    for (sum, value) in sums.iter_mut().zip(read(answer, x, y)) {
                        *sum += weight * value;
                    }
                }
            }
            maps.extend(sums.map(|sum| sum / weights));
        }
    }
    Outputs {
        rows,
        columns,
        maps,
        logits: mean(answers.iter().map(|answer| answer.logits)),
    }
}

/// How much a view counts at a place of its own picture, 0 to 1.
fn weight(view: &View, (x, y): (f32, f32), answer: &Outputs) -> f32 {
    if !view.is_part() {
        return 1.0;
    }
    let cells = |at: f32, n: usize| at.min(1.0 - at) * n as f32;
    cells(x, answer.columns)
        .min(cells(y, answer.rows))
        .clamp(0.0, 1.0)
}

/// A view's class maps at a place of its own picture, between the centres of its cells.
fn read(answer: &Outputs, x: f32, y: f32) -> [f32; TASKS] {
    let column = Between::cells(x, answer.columns);
    let row = Between::cells(y, answer.rows);
    std::array::from_fn(|task| {
        bilinear(&column, &row, |column, row| {
            let at = (row * answer.columns + column) * TASKS + task;
            answer.maps.get(at).copied().unwrap_or(0.0)
        })
    })
}

#[cfg(test)]
mod tests;
