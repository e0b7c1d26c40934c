//! Known answers: a few phantoms and the scores the model must give for them, checked each
//! time a model is opened. They catch what a hash cannot: a wrong runtime, a broken
//! accelerator, a changed resize.
//!
//! `known_answers.toml` is written by `bccscope model record-answers`, never by hand.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{
    package::{ModelError, read_limited},
    task::{TASKS, Task},
};
use crate::{assess::Assessor, phantom::Phantom};

/// Name of the file in the model's folder.
pub const FILE: &str = "known_answers.toml";

/// Largest difference of a score (a logit) from its recorded value. Between x86-64 and
/// aarch64, with XNNPACK and without, int8 results differ by a few steps of the output.
pub const TOLERANCE: f32 = 0.35;

/// Phantoms drawn for the answers: small, so that start-up stays short.
const SIZE: (u32, u32) = (400, 300);

/// `known_answers.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownAnswers {
    /// SHA-256 of the CPU file they were recorded with.
    pub model_sha256: String,
    /// Largest difference of a score.
    pub tolerance: f32,
    /// The answers.
    pub answers: Vec<KnownAnswer>,
}

/// One phantom and its scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownAnswer {
    /// Seed of the phantom.
    pub seed: u64,
    /// Codes of its patterns.
    pub patterns: Vec<String>,
    /// The eight scores, in the order of the tasks.
    pub scores: [f32; TASKS],
}

/// Checks a freshly opened model against its recorded answers.
///
/// # Errors
/// [`ModelError`] when the file is missing or damaged, belongs to another model, or a score
/// differs by more than its tolerance.
pub fn check(assessor: &mut Assessor) -> Result<(), ModelError> {
    let path = assessor.package().folder.join(FILE);
    let wrong = |why: String| ModelError::Answers {
        path: path.clone(),
        why,
    };
    let text = String::from_utf8(read_limited(&path, 1 << 16)?)
        .map_err(|_| wrong("it is not UTF-8 text".into()))?;
    let known: KnownAnswers = toml::from_str(&text).map_err(|e| wrong(e.to_string()))?;
    if known.model_sha256 != assessor.model().sha256 {
        return Err(wrong(
            "it was recorded with another model file; run `bccscope model record-answers`".into(),
        ));
    }
    if known.answers.is_empty() || !(0.0..=2.0).contains(&known.tolerance) {
        return Err(wrong("it holds no answers or no sensible tolerance".into()));
    }
    for answer in &known.answers {
        let got = ask(assessor, answer.seed, &answer.patterns).map_err(&wrong)?;
        for (task, (got, want)) in Task::ALL.iter().zip(got.iter().zip(answer.scores)) {
            let difference = (got - want).abs();
            log::debug!(
                "known answer seed {} {}: {got} ({want})",
                answer.seed,
                task.code()
            );
            if difference.is_nan() || difference > known.tolerance {
                return Err(wrong(format!(
                    "phantom {} should score {want:.2} for {} but scores {got:.2}: \
                     the runtime or the model is not the one that was tested",
                    answer.seed,
                    task.code()
                )));
            }
        }
    }
    Ok(())
}

/// Runs the phantoms of the known answers and writes `known_answers.toml`.
///
/// # Errors
/// A sentence when a phantom cannot be scored or the file not be written.
pub fn record(assessor: &mut Assessor) -> Result<PathBuf, String> {
    let phantoms = [(1, vec![]), (2, vec!["AT", "UL"]), (3, vec!["PN"])];
    let mut answers = Vec::new();
    for (seed, patterns) in phantoms {
        let patterns: Vec<String> = patterns.into_iter().map(String::from).collect();
        let scores = ask(assessor, seed, &patterns)?;
        answers.push(KnownAnswer {
            seed,
            patterns,
            scores,
        });
    }
    let known = KnownAnswers {
        model_sha256: assessor.model().sha256.clone(),
        tolerance: TOLERANCE,
        answers,
    };
    let path = assessor.package().folder.join(FILE);
    let text = toml::to_string(&known).map_err(|e| e.to_string())?;
    let temporary = path.with_extension("toml.new");
    std::fs::write(
        &temporary,
        format!("# Written by `bccscope model record-answers`.\n{text}"),
    )
    .and_then(|()| std::fs::rename(&temporary, &path))
    .map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

fn ask(assessor: &mut Assessor, seed: u64, codes: &[String]) -> Result<[f32; TASKS], String> {
    let patterns = codes
        .iter()
        .map(|code| Task::from_code(code).ok_or_else(|| format!("unknown pattern {code}")))
        .collect::<Result<Vec<_>, _>>()?;
    let phantom = Phantom {
        seed,
        patterns,
        width: SIZE.0,
        height: SIZE.1,
    };
    assessor
        .scores(&phantom.draw().picture)
        .map_err(|e| e.to_string())
}
