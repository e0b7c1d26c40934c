//! A sample case: a phantom, written-down findings, and the screen made of them.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use image::RgbImage;

use super::{Sample, WORD, status};
use crate::{
    assess::{
        Assessment, EngineInfo, Finding, HeatMaps, ModelInfo, Quality, Reason, Region, Timings,
        Verdict, Verdicts, ViewCount, prepare::seen_region, verdict,
    },
    frame::{FrameId, Source, SourceKind},
    model::{TASKS, Task},
    phantom::Phantom,
    screen::{Burst, CaseNote, MapView, Scene, Sight, Status, Taken, model_words},
};

/// A made-up model's sight.
pub(super) const SIGHT: Sight = Sight {
    input: (256, 192),
    grid: (12, 9),
};

/// Pictures of every sample's burst.
const FRAMES: usize = 5;

/// A phantom and what is said of it.
pub(super) struct Case {
    pub picture: RgbImage,
    pub assessment: Assessment,
    taken: Taken,
    pub burst: Burst,
}

impl Case {
    /// A phantom of this seed and size with these patterns, and the tasks' probabilities.
    pub fn new(
        seed: u64,
        patterns: &[Task],
        size: (u32, u32),
        probabilities: [f32; TASKS],
    ) -> Case {
        let drawing = Phantom {
            seed,
            patterns: patterns.to_vec(),
            width: size.0,
            height: size.1,
        }
        .draw();
        let findings: [Finding; TASKS] = std::array::from_fn(|i| Finding {
            task: Task::ALL[i],
            score: 0.0,
            probability: probabilities[i],
            low: 0.25,
            high: if i == 0 { 0.49 } else { 0.5 },
        });
        let (verdict, rule) = verdict::decide(&findings);
        let region = seen_region(size, SIGHT.input);
        let maps = std::array::from_fn(|i| {
            let masks = drawing
                .regions
                .iter()
                .filter(|(task, _)| i == 0 || *task == Task::ALL[i])
                .map(|(_, mask)| mask);
            cells(masks, region, probabilities[i])
        });
        let mut burst = Burst {
            frames: FRAMES,
            scored: FRAMES,
            lowest: (probabilities[0] - 0.04).max(0.0),
            highest: probabilities[0] + 0.03,
            chosen_verdict: Some(verdict),
            ..Burst::default()
        };
        (0..FRAMES).for_each(|_| burst.verdicts.count(verdict));
        Case {
            taken: Taken {
                clock: "14:05".into(),
                minutes: 0,
            },
            picture: drawing.picture,
            burst,
            assessment: Assessment {
                frame: FrameId(1),
                source: Arc::new(Source {
                    kind: SourceKind::Phantom,
                    name: format!("PHANTOM seed {seed}"),
                    detail: String::new(),
                }),
                captured_at: UNIX_EPOCH + Duration::from_secs(1_795_500_000),
                frame_size: size,
                frame_sha256: String::new(),
                verdict,
                findings: Some(findings),
                rule: Some(rule),
                maps: Some(HeatMaps {
                    columns: SIGHT.grid.0,
                    rows: SIGHT.grid.1,
                    maps,
                    region,
                }),
                quality: quality(&[]),
                engine: EngineInfo {
                    name: "CPU".into(),
                    runtime: WORD.into(),
                    fallback: None,
                },
                model: ModelInfo {
                    name: WORD.into(),
                    version: "findings".into(),
                    ..ModelInfo::default()
                },
                views: ViewCount { used: 1, of: 1 },
                timings: Timings::default(),
            },
        }
    }

    /// As the quality gate would.
    pub fn refuse(&mut self, reasons: &[Reason]) {
        let assessment = &mut self.assessment;
        assessment.quality = quality(reasons);
        assessment.verdict = Verdict::NotUsable;
        assessment.findings = None;
        assessment.rule = None;
        assessment.maps = None;
        self.burst = Burst {
            frames: FRAMES,
            chosen_verdict: Some(Verdict::NotUsable),
            ..Burst::default()
        };
    }

    /// As of a burst whose last picture shows another thing, of this probability.
    pub fn differ(&mut self, probability: f32, verdict: Verdict) {
        let burst = &mut self.burst;
        burst.lowest = burst.lowest.min(probability);
        burst.highest = burst.highest.max(probability);
        burst.verdicts = Verdicts::default();
        (1..FRAMES).for_each(|_| burst.verdicts.count(self.assessment.verdict));
        burst.verdicts.count(verdict);
        self.assessment.verdict = burst.verdicts.together(self.assessment.verdict);
    }

    /// Its result screen as it comes up.
    pub fn first<'a>(&'a self, name: &'static str, note: &'a CaseNote) -> Sample<'a> {
        self.sample(name, MapView::first(&self.assessment), note)
    }

    /// Its result screen.
    pub fn sample<'a>(
        &'a self,
        name: &'static str,
        map: MapView,
        note: &'a CaseNote,
    ) -> Sample<'a> {
        Sample {
            name,
            scene: Scene::Result {
                picture: &self.picture,
                assessment: &self.assessment,
                burst: Some(self.burst),
                map,
                note,
                taken: Some(&self.taken),
            },
            status: Status {
                engine: self.assessment.engine.name.clone(),
                model: model_words(&self.assessment.model, self.assessment.views),
                camera: self.assessment.source.name.clone(),
                ..status()
            },
        }
    }
}

/// The share of each cell that lies in the masks, scaled so that the strongest cell has the
/// given strength.
fn cells<'a>(
    masks: impl Iterator<Item = &'a image::GrayImage>,
    region: Region,
    strength: f32,
) -> Vec<f32> {
    let (columns, rows) = SIGHT.grid;
    let mut sums = vec![0.0f32; columns * rows];
    for mask in masks {
        for (x, y, pixel) in mask.enumerate_pixels() {
            let (Some(dx), Some(dy)) = (x.checked_sub(region.x), y.checked_sub(region.y)) else {
                continue;
            };
            if pixel.0[0] == 0 || dx >= region.width || dy >= region.height {
                continue;
            }
            let cell = |d: u32, length: u32, n: usize| (d as usize * n) / length.max(1) as usize;
            let at = cell(dy, region.height, rows) * columns + cell(dx, region.width, columns);
            if let Some(sum) = sums.get_mut(at) {
                *sum += 1.0;
            }
        }
    }
    let strongest = sums.iter().copied().fold(1.0, f32::max);
    sums.iter()
        .map(|sum| sum / strongest * strength.min(1.0))
        .collect()
}

/// The gate's answer with these reasons to refuse, or none.
pub(super) fn quality(reasons: &[Reason]) -> Quality {
    Quality {
        usable: reasons.is_empty(),
        reasons: reasons.to_vec(),
        scores: vec![],
    }
}
