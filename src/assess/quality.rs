//! The quality gate: is this picture fit to be analysed at all?
//!
//! Every property is a measured score against a threshold of the model's `gate.toml`, which
//! `scripts/train/gate.py` fits from what this room measures (`analyze --json`). All scores are
//! taken on the picture (of a round field on black: its inside) scaled to one analysis size, so
//! that a camera's resolution does not change them.

mod features;

use std::path::Path;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use super::assessment::{Quality, QualityScore, Reason};
use crate::files::{parse_toml, read_text};

pub use features::{FEATURES, Features};

/// Name of the thresholds' file in the model's folder.
pub const FILE: &str = "gate.toml";

/// `gate.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Smallest shorter side of the frame, in pixels.
    pub short_side: f32,
    /// Smallest sharpness: edge energy at the finest scale over that of the next, see
    /// [`Features::sharpness`].
    pub sharpness: f32,
    /// Smallest median luma, 0 to 255.
    pub dark: f32,
    /// Largest median luma.
    pub bright: f32,
    /// Largest share of burnt-out pixels, 0 to 1.
    pub glare: f32,
    /// Smallest share of pixels coloured like skin or a lesion, 0 to 1.
    pub skin: f32,
    /// Smallest value of the discriminant between dermoscopic pictures and close-ups.
    pub dermoscopic: f32,
    /// Mean of each of its features.
    pub means: Vec<f32>,
    /// Spread of each feature.
    pub spreads: Vec<f32>,
    /// Its hidden layer: a row of weights, one a feature, for each unit.
    pub hidden: Vec<Vec<f32>>,
    /// A constant for each unit.
    pub hidden_constants: Vec<f32>,
    /// A weight for each unit.
    pub weights: Vec<f32>,
    /// Its constant.
    pub constant: f32,
}

/// Why the thresholds were refused.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}")]
pub struct GateError {
    path: String,
    why: String,
}

/// The gate, ready for pictures.
#[derive(Clone, Debug)]
pub struct Gate {
    thresholds: Thresholds,
}

impl Gate {
    /// Reads `gate.toml` from a model's folder.
    ///
    /// # Errors
    /// [`GateError`] where it is missing or does not make sense.
    pub fn open(folder: &Path) -> Result<Gate, GateError> {
        let path = folder.join(FILE);
        let refuse = |why: String| GateError {
            path: path.display().to_string(),
            why,
        };
        let text = read_text(&path, 1 << 16).map_err(|e| refuse(e.to_string()))?;
        let thresholds: Thresholds = parse_toml(&text).map_err(refuse)?;
        Gate::new(thresholds).map_err(refuse)
    }

    /// A gate with these thresholds.
    ///
    /// # Errors
    /// A sentence where they do not make sense.
    pub fn new(thresholds: Thresholds) -> Result<Gate, String> {
        let t = &thresholds;
        let units = t.hidden.len();
        let mut lists = vec![
            ("means", &t.means, FEATURES),
            ("spreads", &t.spreads, FEATURES),
            ("hidden_constants", &t.hidden_constants, units),
            ("weights", &t.weights, units),
        ];
        lists.extend(t.hidden.iter().map(|row| ("hidden", row, FEATURES)));
        for (name, list, needed) in lists {
            if list.len() != needed {
                return Err(format!("{name}: {} values, {needed} needed", list.len()));
            }
            if list.iter().any(|v| !v.is_finite()) {
                return Err(format!("{name}: every value must be a finite number"));
            }
        }
        if t.spreads.iter().any(|s| *s <= 0.0) {
            return Err("spreads must be above 0".into());
        }
        let scalars = [t.short_side, t.sharpness, t.dark, t.bright, t.glare, t.skin];
        if scalars.iter().any(|v| !(v.is_finite() && *v >= 0.0)) || t.dark >= t.bright {
            return Err("thresholds must be numbers from 0 on, with dark below bright".into());
        }
        if !(t.dermoscopic.is_finite() && t.constant.is_finite()) {
            return Err("dermoscopic and constant must be finite numbers".into());
        }
        Ok(Gate { thresholds })
    }

    /// Measures a decoded picture of a frame of size `frame_size` and judges it.
    pub fn check(&self, picture: &RgbImage, frame_size: (u32, u32)) -> Quality {
        let t = &self.thresholds;
        let short_side = frame_size.0.min(frame_size.1) as f32;
        let Some(features) = Features::measure(picture) else {
            return refused(short_side, t.short_side);
        };
        let dermoscopic = self.discriminant(&features);
        let checks = [
            (
                Reason::TooSmall,
                "short_side",
                short_side,
                Some(t.short_side),
                None,
            ),
            (
                Reason::Dark,
                "brightness",
                features.luma,
                Some(t.dark),
                None,
            ),
            (
                Reason::Bright,
                "brightness",
                features.luma,
                None,
                Some(t.bright),
            ),
            (Reason::Glare, "glare", features.glare, None, Some(t.glare)),
            (
                Reason::Blurred,
                "sharpness",
                features.sharpness,
                Some(t.sharpness),
                None,
            ),
            (Reason::NoSkin, "skin", features.skin, Some(t.skin), None),
            (
                Reason::NotDermoscopic,
                "dermoscopic",
                dermoscopic,
                Some(t.dermoscopic),
                None,
            ),
        ];
        let mut reasons = Vec::new();
        let mut scores = Vec::new();
        for (reason, name, value, at_least, at_most) in checks {
            // Written so that a NaN is refused.
            let good = at_least.is_none_or(|limit| value >= limit)
                && at_most.is_none_or(|limit| value <= limit);
            if !good {
                reasons.push(reason);
            }
            scores.push(QualityScore {
                name,
                value,
                at_least,
                at_most,
            });
        }
        Quality {
            usable: reasons.is_empty(),
            reasons,
            scores,
        }
    }

    /// Above the threshold: dermoscopic. One hidden layer of tanh on the scaled features.
    fn discriminant(&self, features: &Features) -> f32 {
        let t = &self.thresholds;
        let scales = t.means.iter().zip(&t.spreads);
        // Far outside what was seen in fitting, a feature says no more than at its edge.
        let scaled = features.vector.iter().zip(scales);
        let scaled: Vec<f32> = scaled
            .map(|(x, (mean, spread))| ((x - mean) / spread).clamp(-4.0, 4.0))
            .collect();
        let units = t.hidden.iter().zip(&t.hidden_constants).zip(&t.weights);
        let units = units.map(|((row, constant), weight)| {
            let sum: f32 = row.iter().zip(&scaled).map(|(w, x)| w * x).sum();
            weight * (sum + constant).tanh()
        });
        t.constant + units.sum::<f32>()
    }
}

fn refused(short_side: f32, limit: f32) -> Quality {
    Quality {
        usable: false,
        reasons: vec![Reason::TooSmall],
        scores: vec![QualityScore {
            name: "short_side",
            value: short_side,
            at_least: Some(limit),
            at_most: None,
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Task, locate},
        phantom::Phantom,
    };

    /// The demo and the tests run on phantoms: the shipped gate must take each for what it
    /// stands for, at a still picture's shape and at a camera's.
    #[test]
    fn a_phantom_of_every_single_pattern_passes_the_shipped_gate() {
        let gate = Gate::open(&locate(None).expect("the shipped model")).expect("its gate");
        let none: &[Task] = &[];
        let sets = Task::PATTERNS.map(|task| vec![task]);
        let sets: Vec<&[Task]> = sets.iter().map(Vec::as_slice).chain([none]).collect();
        for (seed, patterns) in [1, 2, 7]
            .into_iter()
            .flat_map(|s| sets.iter().map(move |p| (s, p)))
        {
            for (width, height) in [(640, 480), (1280, 720)] {
                let phantom = Phantom {
                    seed,
                    patterns: patterns.to_vec(),
                    width,
                    height,
                };
                let quality = gate.check(&phantom.draw().picture, (width, height));
                assert!(
                    quality.usable,
                    "seed {seed} {patterns:?} {width}x{height}: {:?}",
                    quality.reasons
                );
            }
        }
    }

    /// A dermatoscope held in the air in a dark room lights a spot of whatever is before it: no
    /// verdict on a wall, and none on skin from afar.
    #[test]
    fn a_spot_of_light_in_the_dark_is_refused_by_the_shipped_gate() {
        let gate = Gate::open(&locate(None).expect("the shipped model")).expect("its gate");
        let mut grain =
            (0..).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 8) as f32 / 16_777_216.0);
        let mut noise = || grain.next().unwrap_or(0.5);
        for (name, colour) in [
            ("skin", [215.0, 165.0, 145.0]),
            ("wall", [200.0, 198.0, 190.0]),
        ] {
            for reach in [80.0, 130.0, 170.0] {
                let spot = RgbImage::from_fn(640, 480, |x, y| {
                    let away = (x as f32 - 320.0).hypot(y as f32 - 240.0) / reach;
                    let light = (-away * away).exp() * (0.9 + 0.2 * noise());
                    // A camera's noise in the dark, or there would be no edges at all.
                    image::Rgb(colour.map(|c: f32| (c * light + 3.0 * noise()) as u8))
                });
                let quality = gate.check(&spot, (640, 480));
                assert!(!quality.usable, "{name}, a spot of {reach} pixels");
            }
        }
    }
}
