//! One line of `analyze --json`, as far as it is needed here, and what it answers.

use std::fmt;

use serde::Deserialize;

use crate::{
    assess::{Finding, Verdict, verdict},
    model::{TASKS, Task},
    study::evaluate::predict::Scored,
};

/// The line.
#[derive(Deserialize)]
pub(in super::super) struct Line {
    pub path: String,
    #[serde(default)]
    pub error: Option<String>,
    #[serde(default)]
    pub verdict: Option<Verdict>,
    #[serde(default)]
    pub(super) bcc: Option<Answer>,
    #[serde(default)]
    pub(super) patterns: Vec<Pattern>,
    #[serde(default)]
    pub(super) quality: Option<Quality>,
    #[serde(default)]
    pub engine: String,
    #[serde(default)]
    pub engine_runtime: String,
    #[serde(default)]
    pub stand_ins: Vec<String>,
    #[serde(default)]
    pub(super) model: Model,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct Answer {
    probability: f64,
    low: f64,
    high: f64,
}

#[derive(Deserialize)]
pub(super) struct Pattern {
    code: String,
    #[serde(flatten)]
    answer: Answer,
}

#[derive(Deserialize)]
pub(super) struct Quality {
    pub usable: bool,
    #[serde(default)]
    pub reasons: Vec<String>,
}

#[derive(Default, Deserialize, PartialEq)]
pub(super) struct Model {
    pub name: String,
    pub version: String,
    pub sha256: String,
    /// Lines of an older program have neither.
    #[serde(default)]
    pub manifest_sha256: Option<String>,
    #[serde(default)]
    pub prevalence: Option<f64>,
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Model::default() {
            return f.write_str("no model named");
        }
        write!(f, "{} {}, sha256 {}", self.name, self.version, self.sha256)?;
        match &self.manifest_sha256 {
            Some(manifest) => write!(f, ", manifest {manifest}"),
            None => Ok(()),
        }
    }
}

/// Lower and upper ones, in the order of [`Task::ALL`].
pub(super) type Thresholds = ([f64; TASKS], [f64; TASKS]);

impl Line {
    /// Its answers and the thresholds they go by; `None` where nothing was scored.
    ///
    /// # Errors
    /// A sentence: an answer that is missing or is none, a verdict that is not that of the answers.
    pub fn answers(&self) -> Result<Option<(Thresholds, Scored)>, String> {
        let Some(bcc) = self.bcc else {
            return self.unscored().map(|()| None);
        };
        let mut answers = [bcc; TASKS];
        for task in Task::PATTERNS {
            answers[task.index()] = self
                .patterns
                .iter()
                .find(|p| p.code == task.code())
                .map(|p| p.answer)
                .ok_or_else(|| format!("{} has no answer for {}", self.path, task.code()))?;
        }
        if answers
            .iter()
            .any(|a| !(0.0..=1.0).contains(&a.probability))
        {
            return Err(format!("{} has a probability outside 0 to 1", self.path));
        }
        let decided = decided(&answers);
        if let Some(said) = self.verdict.filter(|&said| said != decided) {
            return Err(format!(
                "{} has the verdict \"{}\", but its probabilities and thresholds give \"{}\": \
                 run this version's analyze --json on the images again",
                self.path,
                said.words(),
                decided.words()
            ));
        }
        Ok(Some((
            (answers.map(|a| a.low), answers.map(|a| a.high)),
            Scored {
                probability: answers.map(|a| a.probability),
                verdict: decided,
            },
        )))
    }

    /// Refuses a line without an answer that has a verdict or passed the gate all the same.
    fn unscored(&self) -> Result<(), String> {
        let said = self.verdict.filter(|&said| said != Verdict::NotUsable);
        let what = match (said, &self.quality) {
            (Some(said), _) => format!("the verdict \"{}\"", said.words()),
            (None, Some(quality)) if quality.usable => "a usable image".into(),
            _ => return Ok(()),
        };
        Err(format!("{} has {what}, but no answer for BCC", self.path))
    }
}

/// What the device makes of these answers, in the order of [`Task::ALL`].
fn decided(answers: &[Answer; TASKS]) -> Verdict {
    // As narrow as the device's own numbers, which the lines hold in full.
    let findings = Task::ALL.map(|task| {
        let answer = answers[task.index()];
        Finding {
            task,
            score: 0.0,
            probability: answer.probability as f32,
            low: answer.low as f32,
            high: answer.high as f32,
        }
    });
    verdict::decide(&findings).0
}
