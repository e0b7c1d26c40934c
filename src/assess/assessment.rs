//! What the device says of one frame, with everything needed to show, store and question it.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::percent::beside;
use crate::{
    engine,
    frame::{FrameId, Source},
    model::{Manifest, Package, TASKS, Task},
};

/// The four answers. None is a diagnosis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Signs of BCC: refer.
    BccSuspected,
    /// No signs of BCC found.
    NoBccSigns,
    /// Between the thresholds, or network and rule disagree: repeat or refer.
    Uncertain,
    /// The quality gate refused the picture; no probability is shown.
    NotUsable,
}

impl Verdict {
    /// The words on the screen.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::BccSuspected => "BCC suspected: refer",
            Verdict::NoBccSigns => "No BCC signs found",
            Verdict::Uncertain => "Uncertain: repeat or refer",
            Verdict::NotUsable => "Image not usable",
        }
    }
}

/// One task's answer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Which task.
    pub task: Task,
    /// The model's own score before calibration (a logit).
    pub score: f32,
    /// Calibrated probability, 0 to 1.
    pub probability: f32,
    /// Below this the task is answered "no".
    pub low: f32,
    /// From this on the task is answered "yes".
    pub high: f32,
}

impl Finding {
    /// What the scores mean by the manifest, in the order of [`Task::ALL`].
    pub fn all(manifest: &Manifest, scores: &[f32; TASKS]) -> [Finding; TASKS] {
        Task::ALL.map(|task| {
            let spec = manifest.task(task);
            let score = scores[task.index()];
            Finding {
                task,
                score,
                probability: spec.probability(score),
                low: spec.low,
                high: spec.high,
            }
        })
    }

    /// Whether the probability reaches the upper threshold.
    pub fn present(&self) -> bool {
        self.probability >= self.high
    }

    /// Whether it lies between the thresholds.
    pub fn possible(&self) -> bool {
        self.probability >= self.low && self.probability < self.high
    }

    /// The probability in per cent, told from a threshold that it does not reach.
    pub fn percent(&self) -> String {
        beside(self.probability, (self.low, self.high))
    }

    /// Whether the task is answered "no".
    pub fn absent(&self) -> bool {
        !self.present() && !self.possible()
    }
}

/// What the paper's rule says: not BCC where pigment network is present, BCC where at least
/// one of the six positive patterns is; silent where none of the seven is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleSays {
    /// At least one positive pattern, no pigment network.
    Bcc,
    /// Pigment network.
    NotBcc,
    /// No pattern at all.
    Silent,
}

/// The rule's answer beside the network's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// What the rule says.
    pub says: RuleSays,
    /// Whether it says the same as the network; `None` where either of them says nothing.
    pub agrees: Option<bool>,
    /// One line for the screen.
    pub sentence: String,
}

/// One fault the quality gate found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Too few pixels to analyse.
    TooSmall,
    /// Out of focus or moved.
    Blurred,
    /// Too dark.
    Dark,
    /// Too bright.
    Bright,
    /// Large specular reflections.
    Glare,
    /// Neither skin nor a lesion in view.
    NoSkin,
    /// Not a picture taken through a dermatoscope.
    NotDermoscopic,
}

impl Reason {
    /// What is wrong, in two or three words.
    pub fn words(self) -> &'static str {
        match self {
            Reason::TooSmall => "too few pixels",
            Reason::Blurred => "blurred",
            Reason::Dark => "too dark",
            Reason::Bright => "too bright",
            Reason::Glare => "reflections",
            Reason::NoSkin => "no skin or lesion in view",
            Reason::NotDermoscopic => "not a dermoscopic picture",
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Reason::TooSmall => "Choose a larger picture format on the camera.",
            Reason::Blurred => "Rest the dermatoscope on the skin, focus, hold still.",
            Reason::Dark => "Switch the dermatoscope's light on or clean its window.",
            Reason::Bright => "Lower the dermatoscope's light or the exposure.",
            Reason::Glare => "Use polarised light or contact gel; tilt a little.",
            Reason::NoSkin => "Place the dermatoscope over the lesion.",
            Reason::NotDermoscopic => "Use the dermatoscope in contact with the skin.",
        }
    }
}

/// One measured property against its threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct QualityScore {
    /// What it is called: `sharpness`, `brightness`, …
    pub name: &'static str,
    /// The measured value, in the unit the gate documents.
    pub value: f32,
    /// Smallest value let through.
    pub at_least: Option<f32>,
    /// Largest value let through.
    pub at_most: Option<f32>,
}

/// The quality gate's answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quality {
    /// Whether the picture may be analysed.
    pub usable: bool,
    /// Every fault found, worst first; empty when usable.
    pub reasons: Vec<Reason>,
    /// What was measured.
    pub scores: Vec<QualityScore>,
}

/// A rectangle in a picture's pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Region {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

/// The heat maps of all tasks, on the model's grid.
///
/// For a head that is one 1×1 convolution and a global average, the class's map equals
/// Grad-CAM up to scale and ReLU (Zhou 2016, Selvaraju 2017; HiResCAM, arXiv 2011.08891).
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMaps {
    /// Columns of the grid.
    pub columns: usize,
    /// Rows of the grid.
    pub rows: usize,
    /// A task's evidence, row by row, 0 (none) to 1 (the strongest cell of that map).
    pub maps: [Vec<f32>; TASKS],
    /// The part of the frame the grid covers, in full-size frame coordinates.
    pub region: Region,
}

/// Which engine truly ran, and on what library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EngineInfo {
    /// For the badge: `CPU`, `Edge TPU`, `Edge TPU SIMULATED`.
    pub name: String,
    /// Runtime and version, e.g. `TFLite 2.17.1, XNNPACK, 2 threads`, and the compiled file that
    /// ran on an accelerator, with its SHA-256.
    pub runtime: String,
    /// Set when this is not the engine the configuration asked for: why.
    pub fallback: Option<String>,
}

impl EngineInfo {
    /// Whether both are one engine. Not by the reason of a fallback: it may change while the CPU
    /// goes on answering.
    pub fn is_same(&self, other: &EngineInfo) -> bool {
        (&self.name, &self.runtime) == (&other.name, &other.runtime)
    }
}

/// Which model answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ModelInfo {
    /// The manifest's name.
    pub name: String,
    /// The manifest's version.
    pub version: String,
    /// Of the model's file for the CPU, lower-case hexadecimal, whichever engine ran: that of a
    /// compiled file is in [`EngineInfo::runtime`].
    pub sha256: String,
    /// Of its manifest: two devices with one network and other thresholds are not the same.
    pub manifest_sha256: String,
    /// Share of BCC that the probabilities hold for; `None` where the manifest does not say.
    pub prevalence: Option<f32>,
}

impl ModelInfo {
    /// Of a model's folder.
    pub fn of(package: &Package) -> ModelInfo {
        let manifest = &package.manifest;
        ModelInfo {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            sha256: package.cpu_sha256.clone(),
            manifest_sha256: package.manifest_sha256.clone(),
            prevalence: manifest.fitted.as_ref().map(|fitted| fitted.prevalence),
        }
    }
}

/// How many of the model's views a score is the mean of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ViewCount {
    /// Views averaged: fewer than `of` on a board too slow for all in the time allowed.
    pub used: usize,
    /// Views the model has; its thresholds hold for the mean over all.
    pub of: usize,
}

/// Time spent a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Bytes to pixels.
    pub decode: Duration,
    /// The quality gate.
    pub quality: Duration,
    /// Crop, resize, quantise.
    pub prepare: Duration,
    /// The engine.
    pub infer: Duration,
    /// Heat maps and verdict.
    pub explain: Duration,
}

impl Timings {
    /// All steps together.
    pub fn total(&self) -> Duration {
        self.decode + self.quality + self.prepare + self.infer + self.explain
    }
}

/// Everything the device says of one frame.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The frame it belongs to, and no other.
    pub frame: FrameId,
    /// Where the frame came from.
    pub source: std::sync::Arc<Source>,
    /// When it was captured.
    pub captured_at: SystemTime,
    /// Full size of the frame, width and height.
    pub frame_size: (u32, u32),
    /// SHA-256 of the frame's bytes, lower-case hexadecimal.
    pub frame_sha256: String,
    /// The answer; of a burst's chosen frame the burst's ([`super::Verdicts::together`]).
    pub verdict: Verdict,
    /// The eight tasks in order. `None` where the gate refused the picture and nothing was scored.
    pub findings: Option<[Finding; TASKS]>,
    /// The rule's answer; `None` with `findings`.
    pub rule: Option<Rule>,
    /// Heat maps; `None` with `findings`.
    pub maps: Option<HeatMaps>,
    /// The gate's answer.
    pub quality: Quality,
    /// Which engine ran.
    pub engine: EngineInfo,
    /// Which model.
    pub model: ModelInfo,
    /// How many of its views of the picture were averaged.
    pub views: ViewCount,
    /// Time a step.
    pub timings: Timings,
}

impl Assessment {
    /// The words of everything that only stood in for the real thing, source first, then
    /// engine: every record of this carries them all.
    pub fn stand_ins(&self) -> Vec<&'static str> {
        let words = [self.source.stand_in(), engine::stand_in(&self.engine)];
        words.into_iter().flatten().collect()
    }

    /// One task's answer, where the picture was scored.
    pub fn finding(&self, task: Task) -> Option<&Finding> {
        self.findings.as_ref().map(|all| &all[task.index()])
    }
}
