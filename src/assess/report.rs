//! An assessment as JSON: the line `bccscope analyze --json` prints, and what a stored case
//! keeps. The names are a contract; fields are only ever added.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{
    EngineInfo, RuleSays,
    assessment::{Assessment, Finding, QualityScore, Reason, Timings},
    percent::beside,
};
use crate::{engine, model::Task};

/// One analysed image.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Path as it was given.
    pub path: String,
    /// `bcc_suspected`, `no_bcc_signs`, `uncertain` or `not_usable`.
    pub verdict: super::Verdict,
    /// The verdict as the screen says it.
    pub verdict_words: &'static str,
    /// The network's own answer; `null` where the gate refused the image.
    pub bcc: Option<Answer>,
    /// The seven patterns; empty where the gate refused the image.
    pub patterns: Vec<Pattern>,
    /// What the paper's rule says of the patterns.
    pub rule: Option<RuleLine>,
    /// The quality gate.
    pub quality: QualityLine,
    /// Which engine ran: `CPU`, …
    pub engine: String,
    /// Its runtime.
    pub engine_runtime: String,
    /// Set when that is not the engine asked for.
    pub engine_fallback: Option<String>,
    /// `PHANTOM`, `REPLAY`, `SIMULATED`: what only stood in for camera or engine; empty for a
    /// true result.
    pub stand_ins: Vec<&'static str>,
    /// Which model answered.
    pub model: super::ModelInfo,
    /// How many of the model's views of the picture were averaged.
    pub views: super::ViewCount,
    /// Version of this program.
    pub app_version: &'static str,
    /// The frame itself.
    pub frame: FrameLine,
    /// Milliseconds a step.
    pub elapsed_ms: Elapsed,
    /// Paths of the heat maps written, by task code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub heatmaps: BTreeMap<&'static str, String>,
    /// Which engine made those maps, where it is not the one that gave the answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heatmaps_engine: Option<EngineInfo>,
    /// Always the same words.
    pub notice: &'static str,
}

/// What every result carries.
pub const NOTICE: &str = "decision support, not a diagnosis";

/// What "no BCC signs" says nothing of: it stands beside that verdict wherever a person reads it.
pub const NOT_LOOKED_FOR: &str = "Not checked: melanoma, other cancers";

/// A task's answer.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Calibrated probability, 0 to 1.
    pub probability: f32,
    /// Whether it reaches the upper threshold.
    pub present: bool,
    /// Whether it lies between the thresholds.
    pub possible: bool,
    /// The score before calibration.
    pub score: f32,
    /// The lower threshold.
    pub low: f32,
    /// The upper threshold.
    pub high: f32,
}

/// One pattern's answer.
#[derive(Clone, Debug, Serialize)]
pub struct Pattern {
    /// PN, UL, ON, MG, ML, SW or AT.
    pub code: &'static str,
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
}

/// The rule's line.
#[derive(Clone, Debug, Serialize)]
pub struct RuleLine {
    /// `bcc`, `not_bcc` or `silent`.
    pub says: RuleSays,
    /// Whether the network says the same; `null` where one of them says nothing.
    pub agrees: Option<bool>,
    /// In words.
    pub sentence: String,
}

/// The quality gate's line.
#[derive(Clone, Debug, Serialize)]
pub struct QualityLine {
    /// Whether the image may be analysed.
    pub usable: bool,
    /// Every fault found.
    pub reasons: Vec<Reason>,
    /// What was measured, by name.
    pub scores: Vec<QualityScore>,
}

/// The frame a result belongs to.
#[derive(Clone, Debug, Serialize)]
pub struct FrameLine {
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Where it came from.
    pub source: super::super::frame::Source,
    /// `PHANTOM` or `REPLAY` for a stand-in of a camera.
    pub stand_in: Option<&'static str>,
}

/// Milliseconds a step.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Elapsed {
    /// Bytes to pixels.
    pub decode: f64,
    /// Quality gate.
    pub quality: f64,
    /// Crop, resize, quantise.
    pub prepare: f64,
    /// The engine.
    pub infer: f64,
    /// Heat maps and verdict.
    pub explain: f64,
    /// All of them.
    pub total: f64,
}

impl From<&Timings> for Elapsed {
    fn from(timings: &Timings) -> Self {
        let ms = |d: Duration| (d.as_secs_f64() * 1e6).round() / 1e3;
        Elapsed {
            decode: ms(timings.decode),
            quality: ms(timings.quality),
            prepare: ms(timings.prepare),
            infer: ms(timings.infer),
            explain: ms(timings.explain),
            total: ms(timings.total()),
        }
    }
}

impl From<&Finding> for Answer {
    fn from(finding: &Finding) -> Self {
        Answer {
            probability: finding.probability,
            present: finding.present(),
            possible: finding.possible(),
            score: finding.score,
            low: finding.low,
            high: finding.high,
        }
    }
}

impl Answer {
    /// As [`Finding::percent`].
    pub fn percent(&self) -> String {
        beside(self.probability, (self.low, self.high))
    }
}

impl Report {
    /// The report of an assessment of what `path` names.
    pub fn new(path: &str, assessment: &Assessment) -> Report {
        Report {
            path: path.to_owned(),
            verdict: assessment.verdict,
            verdict_words: assessment.verdict.words(),
            bcc: assessment.finding(Task::Bcc).map(Answer::from),
            patterns: Task::PATTERNS
                .into_iter()
                .filter_map(|task| {
                    Some(Pattern {
                        code: task.code(),
                        answer: assessment.finding(task)?.into(),
                    })
                })
                .collect(),
            rule: assessment.rule.as_ref().map(|rule| RuleLine {
                says: rule.says,
                agrees: rule.agrees,
                sentence: rule.sentence.clone(),
            }),
            quality: QualityLine {
                usable: assessment.quality.usable,
                reasons: assessment.quality.reasons.clone(),
                scores: assessment.quality.scores.clone(),
            },
            engine: assessment.engine.name.clone(),
            engine_runtime: assessment.engine.runtime.clone(),
            engine_fallback: assessment.engine.fallback.clone(),
            stand_ins: assessment.stand_ins(),
            model: assessment.model.clone(),
            views: assessment.views,
            app_version: env!("CARGO_PKG_VERSION"),
            frame: FrameLine {
                sha256: assessment.frame_sha256.clone(),
                width: assessment.frame_size.0,
                height: assessment.frame_size.1,
                source: (*assessment.source).clone(),
                stand_in: assessment.source.stand_in(),
            },
            elapsed_ms: Elapsed::from(&assessment.timings),
            heatmaps: BTreeMap::new(),
            heatmaps_engine: None,
            notice: NOTICE,
        }
    }

    /// Names the engine that made the heat maps of this `assessment`, where it is another one.
    pub fn maps_by(&mut self, engine: &EngineInfo, assessment: &Assessment) {
        if engine.is_same(&assessment.engine) {
            return;
        }
        self.heatmaps_engine = Some(engine.clone());
        let word = engine::stand_in(engine);
        self.stand_ins
            .extend(word.filter(|word| !self.stand_ins.contains(word)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{assess::sample, camera::phantom, frame::PixelFormat};

    #[test]
    fn maps_of_another_engine_than_the_verdicts_say_whose_they_are() {
        let frame = phantom::still((64, 48), PixelFormat::Rgb8, "a test").unwrap();
        let by = |name: &str, fallback: Option<&str>| EngineInfo {
            name: name.into(),
            runtime: String::new(),
            fallback: fallback.map(str::to_owned),
        };
        let mut assessment = sample::refused(&frame);
        let line = |assessment: &Assessment, maps: &EngineInfo| {
            let mut report = Report::new("x.png", assessment);
            let before = report.stand_ins.clone();
            report.maps_by(maps, assessment);
            (report.heatmaps_engine, before, report.stand_ins)
        };
        // Another reason is no other engine.
        let why = by("CPU", Some("unplugged"));
        assert_eq!(line(&assessment, &why).0, None);

        let simulated = by("Edge TPU SIMULATED", None);
        let (engine, before, stand_ins) = line(&assessment, &simulated);
        assert_eq!(engine, Some(simulated.clone()));
        assert!(!before.contains(&"SIMULATED"), "{before:?}");
        assert!(stand_ins.contains(&"SIMULATED"), "{stand_ins:?}");

        assessment.engine = simulated;
        let (engine, before, stand_ins) = line(&assessment, &why);
        assert_eq!(engine, Some(why));
        assert_eq!(stand_ins, before);
    }
}
