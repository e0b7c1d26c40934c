use super::*;
use crate::{assess::EngineInfo, engine::EngineError, model::InputSpec};

const SPEC: InputSpec = InputSpec {
    width: 32,
    height: 24,
    colour: crate::model::Colour::Rgb,
    crop: crate::model::Crop::CentreAspect,
    resize: crate::model::Resize::BilinearAntialias,
    quantise: crate::model::Quantise::ByteMinus128,
};

/// An engine whose map is the brightness of 8 by 6 blocks of its input.
struct Bright {
    /// Which answers the next time: the one, or the other.
    changes: Changes,
    info: [EngineInfo; 2],
    /// Whether the other stands behind the one.
    behind: bool,
    held: bool,
    fails_when_held: bool,
    /// Which gave the answers.
    answers: Vec<usize>,
}

enum Changes {
    Never,
    /// With this call, counted from 1.
    With(usize),
    Always,
}

impl Bright {
    fn new(changes: Changes) -> Bright {
        let named = |name: &str| EngineInfo {
            name: name.into(),
            runtime: String::new(),
            fallback: None,
        };
        Bright {
            changes,
            info: [named("one"), named("other")],
            behind: false,
            held: false,
            fails_when_held: false,
            answers: vec![],
        }
    }

    /// Of an accelerator that comes and goes.
    fn flapping() -> Bright {
        Bright {
            behind: true,
            ..Bright::new(Changes::Always)
        }
    }
}

impl Engine for Bright {
    fn info(&self) -> &EngineInfo {
        &self.info[self.answers.last().copied().unwrap_or(0)]
    }

    fn hold_fallback(&mut self, hold: bool) {
        self.held = self.behind && hold;
    }

    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
        if self.held && self.fails_when_held {
            return Err(EngineError::Failed("held".into()));
        }
        let call = self.answers.len() + 1;
        let other = match self.changes {
            Changes::Never => false,
            Changes::With(number) => call >= number,
            Changes::Always => call.is_multiple_of(2),
        };
        self.answers.push(usize::from(other || self.held));
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
    let all = looked(&mut Bright::new(Changes::Never), &VIEWS).unwrap();
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
    let mut engine = Bright::new(Changes::Never);
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
    let mut engine = Bright::new(Changes::Never);
    let one = looked(&mut engine, &[View::WHOLE]).unwrap();
    let mut preparer = Preparer::new(&SPEC);
    let plain = engine.infer(preparer.prepare(&ramp()).unwrap()).unwrap();
    assert_eq!(one.merged, plain);
}

#[test]
fn an_engine_that_changes_between_two_views_answers_all_of_them_anew() {
    let mut engine = Bright::new(Changes::With(3));
    looked(&mut engine, &VIEWS).unwrap();
    // Three views until it changed, then all four by the other one.
    assert_eq!(engine.answers, [0, 0, 1, 1, 1, 1, 1]);
}

#[test]
fn another_reason_for_the_same_engine_begins_nothing_anew() {
    let mut engine = Bright::new(Changes::With(2));
    engine.info[1] = EngineInfo {
        fallback: Some("not there any more".into()),
        ..engine.info[0].clone()
    };
    looked(&mut engine, &VIEWS).unwrap();
    assert_eq!(engine.answers, [0, 1, 1, 1]);
}

#[test]
fn an_accelerator_that_comes_and_goes_still_gives_an_answer_all_of_it_by_its_fallback() {
    let mut engine = Bright::flapping();
    let settled = looked(&mut Bright::new(Changes::Never), &VIEWS).unwrap();
    let flapping = looked(&mut engine, &VIEWS).unwrap();
    assert_eq!(flapping.merged, settled.merged);
    // Begun twice, then the fallback's alone.
    assert_eq!(engine.answers, [0, 1, 0, 1, 1, 1, 1, 1]);
    assert_eq!(engine.info().name, "other");
}

#[test]
fn the_next_picture_asks_the_accelerator_again_even_after_a_fallback_that_failed() {
    for fails_when_held in [false, true] {
        let mut engine = Bright::flapping();
        engine.fails_when_held = fails_when_held;
        assert_eq!(looked(&mut engine, &VIEWS).is_err(), fails_when_held);
        engine.changes = Changes::Never;
        engine.answers.clear();
        looked(&mut engine, &VIEWS).unwrap();
        assert_eq!(engine.answers, [0; 4]);
    }
}

#[test]
fn an_engine_that_never_settles_and_has_nothing_behind_it_gives_no_answer() {
    let error = looked(&mut Bright::new(Changes::Always), &VIEWS).unwrap_err();
    assert!(matches!(error, AssessError::Engine(_)), "{error}");
}
