//! The device's answers: made here by its own pipeline, or read from `analyze --json`.

use std::{collections::HashMap, fs, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    assess::{Assessment, Assessor, Gating},
    camera::still,
    model::{TASKS, Task},
    study::{
        labels::Case,
        table::{DataError, file_name},
    },
};

/// What the device says of one image.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Whether the quality gate lets it pass.
    pub usable: bool,
    /// Why not.
    pub reasons: Vec<String>,
    /// The answers; `None` where the gate refused it and nothing was scored.
    pub scored: Option<Scored>,
}

/// A scored image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Calibrated probabilities in the order of [`Task::ALL`]; NaN never occurs.
    pub probability: [f64; TASKS],
}

/// Which model and engine answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Provenance {
    /// Model's name.
    pub model: String,
    /// Model's version.
    pub version: String,
    /// SHA-256 of the file that ran.
    pub sha256: String,
    /// Engine.
    pub engine: String,
    /// Its runtime.
    pub runtime: String,
    /// Thresholds in the order of [`Task::ALL`].
    pub low: [f64; TASKS],
    /// See `low`.
    pub high: [f64; TASKS],
    /// How the answers came here.
    pub by: String,
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
        let path = images.join(&case.file);
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
        let path = images.join(&case.file);
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
    let engine = assessor.engine();
    Ok(Run {
        provenance: Provenance {
            model: assessor.model().name.clone(),
            version: assessor.model().version.clone(),
            sha256: assessor.model().sha256.clone(),
            engine: engine.name.clone(),
            runtime: engine.runtime.clone(),
            low: Task::ALL.map(|task| f64::from(manifest.task(task).low)),
            high: Task::ALL.map(|task| f64::from(manifest.task(task).high)),
            by: "the device's own pipeline (gate measured, not enforced)".into(),
        },
        predictions,
    })
}

impl Prediction {
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
            }),
        }
    }
}

/// A line of `analyze --json`, as far as it is needed here.
#[derive(Deserialize)]
struct Line {
    path: String,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    bcc: Option<Answer>,
    #[serde(default)]
    patterns: Vec<Pattern>,
    #[serde(default)]
    quality: Option<Quality>,
    #[serde(default)]
    engine: String,
    #[serde(default)]
    engine_runtime: String,
    #[serde(default)]
    model: Option<Model>,
}

#[derive(Clone, Copy, Deserialize)]
struct Answer {
    probability: f64,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
struct Pattern {
    code: String,
    #[serde(flatten)]
    answer: Answer,
}

#[derive(Deserialize)]
struct Quality {
    usable: bool,
    #[serde(default)]
    reasons: Vec<String>,
}

#[derive(Deserialize)]
struct Model {
    name: String,
    version: String,
    sha256: String,
}

/// Reads answers from the output of `bccscope analyze --json` (better with `--no-gate`).
///
/// # Errors
/// [`DataError`]: a line that is none, an image twice, several models, an image of the labels
/// that is not in it.
pub fn from_json(path: &Path, labels: &Path, cases: &[Case]) -> Result<Run, DataError> {
    let text = fs::read_to_string(path)
        .map_err(|e| DataError::file(path, format!("cannot be read: {e}")))?;
    let mut provenance: Option<Provenance> = None;
    let mut by_name: HashMap<String, (u64, Prediction)> = HashMap::new();
    for (number, line) in text.lines().enumerate() {
        let number = number as u64 + 1;
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |what: String| DataError::line(path, number, what);
        let line: Line = serde_json::from_str(line)
            .map_err(|e| wrong(format!("is not a result of analyze --json: {e}")))?;
        if let Some(error) = line.error {
            return Err(wrong(format!(
                "{} could not be analysed: {error}",
                line.path
            )));
        }
        let name = file_name(&line.path).to_owned();
        if let Some((first, _)) = by_name.get(&name) {
            return Err(wrong(format!("{name} stands in line {first} already")));
        }
        let scored = match line.bcc {
            None => None,
            Some(bcc) => {
                let (found, scored) = answers(&line, bcc).map_err(wrong)?;
                match &provenance {
                    None => provenance = Some(found),
                    Some(first) if first.sha256 != found.sha256 => {
                        return Err(wrong(
                            "another model answered than in the lines before".into(),
                        ));
                    }
                    Some(_) => {}
                }
                Some(scored)
            }
        };
        let quality = line.quality.unwrap_or(Quality {
            usable: true,
            reasons: Vec::new(),
        });
        let prediction = Prediction {
            usable: quality.usable,
            reasons: quality.reasons,
            scored,
        };
        by_name.insert(name, (number, prediction));
    }
    let predictions = cases
        .iter()
        .map(|case| match by_name.remove(case.name()) {
            Some((_, prediction)) => Ok(prediction),
            None => Err(DataError::line(
                labels,
                case.line,
                format!("{} has no result in {}", case.file, path.display()),
            )),
        })
        .collect::<Result<_, _>>()?;
    let mut provenance =
        provenance.ok_or_else(|| DataError::file(path, "holds no scored image"))?;
    provenance.by = format!("read from {}", path.display());
    Ok(Run {
        provenance,
        predictions,
    })
}

fn answers(line: &Line, bcc: Answer) -> Result<(Provenance, Scored), String> {
    let mut answers = [bcc; TASKS];
    for task in Task::PATTERNS {
        answers[task.index()] = line
            .patterns
            .iter()
            .find(|p| p.code == task.code())
            .map(|p| p.answer)
            .ok_or_else(|| format!("{} has no answer for {}", line.path, task.code()))?;
    }
    if answers
        .iter()
        .any(|a| !(0.0..=1.0).contains(&a.probability))
    {
        return Err(format!("{} has a probability outside 0 to 1", line.path));
    }
    let model = line.model.as_ref();
    Ok((
        Provenance {
            model: model.map(|m| m.name.clone()).unwrap_or_default(),
            version: model.map(|m| m.version.clone()).unwrap_or_default(),
            sha256: model.map(|m| m.sha256.clone()).unwrap_or_default(),
            engine: line.engine.clone(),
            runtime: line.engine_runtime.clone(),
            low: answers.map(|a| a.low),
            high: answers.map(|a| a.high),
            by: String::new(),
        },
        Scored {
            probability: answers.map(|a| a.probability),
        },
    ))
}
