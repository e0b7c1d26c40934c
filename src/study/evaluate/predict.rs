//! The device's answers: made here by its own pipeline, or read from `analyze --json`.

mod lines;
mod unreadable;

use std::path::Path;

use super::Provenance;
use crate::{
    assess::{Assessment, Assessor, Gating, Verdict},
    camera::still,
    model::{TASKS, Task},
    study::{labels::Case, names::on_disk, table::DataError},
};
pub use lines::from_json;
pub use unreadable::{Unreadable, fault, not_analysed};

/// What the device says of one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Whether the quality gate lets it pass.
    pub usable: bool,
    /// Why not.
    pub reasons: Vec<String>,
    /// The answers; `None` where the gate refused it and nothing was scored.
    pub scored: Option<Scored>,
    /// The engine that answered this image, and no other.
    pub engine: String,
    /// Its runtime.
    pub runtime: String,
    /// What only stood in for engine or camera.
    pub stand_ins: Vec<String>,
}

/// A scored image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Calibrated probabilities in the order of [`Task::ALL`]; NaN never occurs.
    pub probability: [f64; TASKS],
    /// What the device says, network and rule together, whatever its gate says of the image.
    pub verdict: Verdict,
}

/// Answers to all images, in the order of the cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Who answered.
    pub provenance: Provenance,
    /// The answers.
    pub predictions: Vec<Prediction>,
}

/// Scores all images with the device's own pipeline; what the gate refuses is scored all the
/// same, so that both can be told. `done` hears of each image.
///
/// # Errors
/// [`DataError`] names the label's line whose image is not there or cannot be read.
pub fn from_assessor(
    assessor: &mut Assessor,
    labels: &Path,
    images: &Path,
    cases: &[Case],
    mut done: impl FnMut(),
) -> Result<Run, DataError> {
    // All of them first: a missing one at the end should not cost the whole run.
    for case in cases {
        let path = on_disk(images, &case.file);
        if !path.is_file() {
            return Err(DataError::line(
                labels,
                case.line,
                format!("the image {} is not there", path.display()),
            ));
        }
    }
    let mut predictions = Vec::with_capacity(cases.len());
    for case in cases {
        let path = on_disk(images, &case.file);
        let assessment = still::load(&path)
            .map_err(|e| e.to_string())
            .and_then(|frame| {
                assessor
                    .assess(&frame, Gating::Off)
                    .map_err(|e| e.to_string())
            })
            .map_err(|why| {
                DataError::line(labels, case.line, format!("{}: {why}", path.display()))
            })?;
        predictions.push(Prediction::of(&assessment));
        done();
    }
    let manifest = &assessor.package().manifest;
    let provenance = Provenance {
        model: assessor.model().name.clone(),
        version: assessor.model().version.clone(),
        sha256: assessor.model().sha256.clone(),
        manifest_sha256: Some(assessor.model().manifest_sha256.clone()),
        prevalence: assessor.model().prevalence.map(f64::from),
        low: Task::ALL.map(|task| f64::from(manifest.task(task).low)),
        high: Task::ALL.map(|task| f64::from(manifest.task(task).high)),
        by: "the device's own pipeline (gate measured, not enforced)".into(),
        ..Provenance::default()
    };
    Ok(Run {
        provenance: provenance.of(&predictions),
        predictions,
    })
}

impl Prediction {
    /// What the device says with its gate on: [`Verdict::NotUsable`] where that refuses the image.
    pub fn verdict(&self) -> Verdict {
        let scored = self.scored.filter(|_| self.usable);
        scored.map_or(Verdict::NotUsable, |scored| scored.verdict)
    }

    /// Of an assessment.
    pub fn of(assessment: &Assessment) -> Prediction {
        Prediction {
            usable: assessment.quality.usable,
            reasons: assessment
                .quality
                .reasons
                .iter()
                .map(|r| r.words().to_owned())
                .collect(),
            scored: assessment.findings.as_ref().map(|findings| Scored {
                probability: std::array::from_fn(|i| f64::from(findings[i].probability)),
                verdict: assessment.verdict,
            }),
            engine: assessment.engine.name.clone(),
            runtime: assessment.engine.runtime.clone(),
            stand_ins: assessment
                .stand_ins()
                .into_iter()
                .map(str::to_owned)
                .collect(),
        }
    }
}
