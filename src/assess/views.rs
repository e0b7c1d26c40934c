//! The network's views of one picture ([`View`]), each an inference, and their mean: one score
//! a task, one class map over all that was seen.

use std::time::{Duration, Instant};

use image::RgbImage;

use super::{
    AssessError, EngineInfo,
    between::{Between, bilinear},
    prepare::Preparer,
};
use crate::{
    engine::{Engine, EngineError, Outputs},
    model::{Score, TASKS, View},
};

/// The merged map's cells for one of the model's, each way, where a view shows a part of the
/// picture: that view's own cells are finer.
const FINER: usize = 2;
/// An engine that comes and goes is given up after so many tries at one picture.
const TRIES: usize = 3;

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

/// Runs every view. All of them are answered by one engine: where it changes in between (an
/// accelerator is lost, or comes back), the picture is begun anew.
///
/// # Errors
/// [`AssessError`]: a view that cannot be made, an engine that fails or does not settle.
pub fn look(
    engine: &mut dyn Engine,
    preparer: &mut Preparer,
    picture: &RgbImage,
    views: &[View],
    score: Score,
) -> Result<Looked, AssessError> {
    let (mut prepare, mut infer) = (Duration::ZERO, Duration::ZERO);
    'tries: for _ in 0..TRIES {
        let mut answers = Vec::with_capacity(views.len());
        let mut answered_by = None;
        for view in views {
            let clock = Instant::now();
            let tensor = preparer.prepare_view(picture, *view)?;
            prepare += clock.elapsed();
            let clock = Instant::now();
            answers.push(engine.infer(tensor)?);
            infer += clock.elapsed();
            let EngineInfo { name, runtime, .. } = engine.info();
            // Not the reason of a fallback: it may change while the CPU goes on answering.
            let by = (name.clone(), runtime.clone());
            if *answered_by.get_or_insert_with(|| by.clone()) != by {
                log::warn!("the engine changed between two views of a picture: begun anew");
                continue 'tries;
            }
        }
        return Ok(Looked {
            scores: mean_scores(&answers, score),
            merged: merge(&answers, views),
            prepare,
            infer,
        });
    }
    Err(AssessError::Engine(EngineError::Failed(
        "the engine changed in the middle of the picture again and again".into(),
    )))
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
mod tests {
    use super::*;
    use crate::model::InputSpec;

    const SPEC: InputSpec = InputSpec {
        width: 32,
        height: 24,
        colour: crate::model::Colour::Rgb,
        crop: crate::model::Crop::CentreAspect,
        resize: crate::model::Resize::BilinearAntialias,
        quantise: crate::model::Quantise::ByteMinus128,
    };

    /// An engine whose map is the brightness of 8 by 6 blocks of its input, and which is
    /// another one from a given call on.
    struct Bright {
        calls: usize,
        other_from: usize,
        every_call: bool,
        info: [EngineInfo; 2],
    }

    impl Bright {
        fn new(other_from: usize, every_call: bool) -> Bright {
            let named = |name: &str| EngineInfo {
                name: name.into(),
                runtime: String::new(),
                fallback: None,
            };
            Bright {
                calls: 0,
                other_from,
                every_call,
                info: [named("one"), named("other")],
            }
        }
    }

    impl Engine for Bright {
        fn info(&self) -> &EngineInfo {
            let other = if self.every_call {
                self.calls % 2 == 1
            } else {
                self.calls >= self.other_from
            };
            &self.info[usize::from(other)]
        }

        fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
            self.calls += 1;
            let maps = (0..48).flat_map(|cell| {
                let (x, y) = (cell % 8 * 4 + 2, cell / 8 * 4 + 2);
                [f32::from(input[(y * 32 + x) * 3]); TASKS]
            });
            Ok(Outputs {
                rows: 6,
                columns: 8,
                maps: maps.collect(),
                logits: [0.0; TASKS],
            })
        }
    }

    const VIEWS: [View; 4] = [
        View::WHOLE,
        View {
            part: 1.0,
            mirrored: true,
        },
        View {
            part: 0.7,
            mirrored: false,
        },
        View {
            part: 0.7,
            mirrored: true,
        },
    ];

    /// Brightness rises to the right: -100 at the left edge, 100 at the right one.
    fn ramp() -> RgbImage {
        RgbImage::from_fn(320, 240, |x, _| image::Rgb([28 + (x * 5 / 8) as u8; 3]))
    }

    fn looked(engine: &mut Bright, views: &[View]) -> Result<Looked, AssessError> {
        let mut preparer = Preparer::new(&SPEC);
        look(engine, &mut preparer, &ramp(), views, Score::MeanOfMaps)
    }

    #[test]
    fn evidence_of_every_view_lies_where_the_picture_has_it() {
        let all = looked(&mut Bright::new(99, false), &VIEWS).unwrap();
        assert_eq!((all.merged.rows, all.merged.columns), (12, 16));
        for (cell, values) in all.merged.maps.chunks_exact(TASKS).enumerate() {
            let u = (cell % 16) as f32 / 16.0 + 1.0 / 32.0;
            let want = -100.0 + 200.0 * u;
            // The outermost half cell has no neighbour to read towards.
            if (1..15).contains(&(cell % 16)) {
                assert!((values[0] - want).abs() < 9.0, "{u}: {} {want}", values[0]);
            }
        }
    }

    #[test]
    fn a_score_is_the_mean_over_the_views() {
        let mut engine = Bright::new(99, false);
        let each: Vec<f32> = VIEWS
            .iter()
            .map(|view| {
                let mut preparer = Preparer::new(&SPEC);
                let tensor = preparer.prepare_view(&ramp(), *view).unwrap();
                engine.infer(tensor).unwrap().map_means()[0]
            })
            .collect();
        let all = looked(&mut engine, &VIEWS).unwrap();
        let mean = each.iter().sum::<f32>() / 4.0;
        assert!((all.scores[0] - mean).abs() < 1e-4, "{each:?}");
    }

    #[test]
    fn one_whole_view_is_the_models_answer_untouched() {
        let mut engine = Bright::new(99, false);
        let one = looked(&mut engine, &[View::WHOLE]).unwrap();
        let mut preparer = Preparer::new(&SPEC);
        let plain = engine.infer(preparer.prepare(&ramp()).unwrap()).unwrap();
        assert_eq!(one.merged, plain);
    }

    #[test]
    fn an_engine_that_changes_between_two_views_answers_all_of_them_anew() {
        let mut engine = Bright::new(3, false);
        looked(&mut engine, &VIEWS).unwrap();
        // Three views until it changed, then all four by the other one.
        assert_eq!(engine.calls, 7);
    }

    #[test]
    fn another_reason_for_the_same_engine_begins_nothing_anew() {
        let mut engine = Bright::new(2, false);
        engine.info[1] = EngineInfo {
            fallback: Some("not there any more".into()),
            ..engine.info[0].clone()
        };
        looked(&mut engine, &VIEWS).unwrap();
        assert_eq!(engine.calls, VIEWS.len());
    }

    #[test]
    fn an_engine_that_never_settles_gives_no_answer() {
        let error = looked(&mut Bright::new(0, true), &VIEWS).unwrap_err();
        assert!(matches!(error, AssessError::Engine(_)), "{error}");
    }
}
