//! Which model and engines answered, picture by picture.

use serde::Serialize;

use super::{Prediction, count::counted};
use crate::model::TASKS;

/// Which model and engines answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Provenance {
    /// Model's name.
    pub model: String,
    /// Model's version.
    pub version: String,
    /// SHA-256 of the file that ran.
    pub sha256: String,
    /// SHA-256 of its manifest; `None` where the answers do not say.
    pub manifest_sha256: Option<String>,
    /// Share of BCC that its probabilities hold for; `None` where that is not said.
    pub prevalence: Option<f64>,
    /// The engines; more than one where one took over from another.
    pub engines: Vec<EngineCount>,
    /// `SIMULATED`, `PHANTOM`, `REPLAY`: what only stood in for engine or camera, and in how many
    /// images; empty for true results.
    pub stand_ins: Vec<(String, u64)>,
    /// Thresholds in the order of [`crate::model::Task::ALL`].
    pub low: [f64; TASKS],
    /// See `low`.
    pub high: [f64; TASKS],
    /// How the answers came here.
    pub by: String,
}

/// An engine and how many images it answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EngineCount {
    /// Engine.
    pub engine: String,
    /// Its runtime.
    pub runtime: String,
    /// Images.
    pub images: u64,
}

impl Provenance {
    /// This, with the engines and stand-ins of these answers.
    pub fn of(self, predictions: &[Prediction]) -> Provenance {
        let engines = predictions.iter().map(|p| (&p.engine, &p.runtime));
        let stand_ins = predictions.iter().flat_map(|p| p.stand_ins.iter().cloned());
        Provenance {
            engines: counted(engines)
                .into_iter()
                .map(|((engine, runtime), images)| EngineCount {
                    engine: engine.clone(),
                    runtime: runtime.clone(),
                    images,
                })
                .collect(),
            stand_ins: counted(stand_ins),
            ..self
        }
    }

    /// Model and engines in words; the engines with their numbers where there are several.
    pub fn words(&self) -> String {
        let engines: Vec<String> = self
            .engines
            .iter()
            .map(|e| match self.engines.len() {
                1 => format!("{} ({})", e.engine, e.runtime),
                _ => format!("{} ({}): {} images", e.engine, e.runtime, e.images),
            })
            .collect();
        format!(
            "{} {} on {}, sha256 {}",
            self.model,
            self.version,
            engines.join("; "),
            self.sha256
        )
    }

    /// What only stood in for the real thing, in words; `None` for true results.
    pub fn stood_in(&self) -> Option<String> {
        let all = self.stand_ins.iter();
        let words: Vec<String> = all
            .map(|(word, images)| format!("{word} in {images} images"))
            .collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{assess::sample, camera::still, frame::Frame};

    fn frame() -> Frame {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        image::RgbImage::new(8, 8).save(&path).unwrap();
        still::load(&path).unwrap()
    }

    #[test]
    fn an_engine_that_took_over_in_the_middle_is_told_with_its_number() {
        let mut assessment = sample::refused(&frame());
        assessment.engine.name = "Edge TPU SIMULATED".into();
        let simulated = Prediction::of(&assessment);
        assessment.engine.name = "CPU".into();
        assessment.engine.runtime = "TFLite".into();
        let cpu = Prediction::of(&assessment);
        let all = [simulated, cpu.clone(), cpu];
        let found = Provenance::default().of(&all);
        assert!(
            found
                .words()
                .contains("CPU (TFLite): 2 images; Edge TPU SIMULATED (): 1 images"),
            "{}",
            found.words()
        );
        assert_eq!(found.stood_in().unwrap(), "SIMULATED in 1 images");
        let one = Provenance::default().of(&all[1..]);
        assert!(one.words().contains("on CPU (TFLite), sha256"));
        assert_eq!(one.stood_in(), None);
    }
}
