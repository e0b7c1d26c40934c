//! A burst: several frames of the same lesion within a second. Its sharpest usable frame is
//! the one whose result counts; the others tell how far the answer depends on the moment.

use super::{AssessError, Assessment, Assessor, Gating, Quality};
use crate::{frame::Frame, model::Task};

/// What a burst said besides its chosen frame.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Spread {
    /// Frames taken.
    pub frames: usize,
    /// Frames that decoded, passed the quality gate and were scored.
    pub scored: usize,
    /// Lowest BCC probability among them; 0 where none was scored.
    pub lowest: f32,
    /// Highest; 0 where none was scored.
    pub highest: f32,
}

/// A burst's result: the chosen frame's place in the burst, its assessment, and the spread.
#[derive(Debug)]
pub struct BurstResult {
    /// Index of the chosen frame.
    pub chosen: usize,
    /// Its assessment, and no other's.
    pub assessment: Assessment,
    /// The spread over the burst.
    pub spread: Spread,
}

impl Assessor {
    /// Assesses every frame of a burst and chooses the sharpest usable one; where the gate
    /// refuses them all, the sharpest of those, so that its reasons are shown. Before each frame
    /// `asked` tells whether anybody still waits; `None` where nobody does.
    ///
    /// # Errors
    /// [`AssessError`] of the last frame where not one could be assessed; an engine error at
    /// once. `frames` must not be empty ([`crate::frame::DecodeError::Empty`]).
    pub fn assess_burst(
        &mut self,
        frames: &[Frame],
        asked: impl Fn() -> bool,
    ) -> Result<Option<BurstResult>, AssessError> {
        let mut chosen: Option<(usize, Assessment)> = None;
        let mut spread = Spread {
            frames: frames.len(),
            scored: 0,
            lowest: f32::INFINITY,
            highest: f32::NEG_INFINITY,
        };
        let mut failure = AssessError::Decode(crate::frame::DecodeError::Empty);
        for (index, frame) in frames.iter().enumerate() {
            if !asked() {
                return Ok(None);
            }
            let assessment = match self.assess(frame, Gating::On) {
                Ok(assessment) => assessment,
                Err(error @ AssessError::Engine(_)) => return Err(error),
                Err(error) => {
                    log::warn!("burst frame {} of {}: {error}", index + 1, frames.len());
                    failure = error;
                    continue;
                }
            };
            if let Some(bcc) = assessment.finding(Task::Bcc) {
                spread.scored += 1;
                spread.lowest = spread.lowest.min(bcc.probability);
                spread.highest = spread.highest.max(bcc.probability);
            }
            let better = chosen
                .as_ref()
                .is_none_or(|(_, best)| rank(&assessment.quality) > rank(&best.quality));
            if better {
                chosen = Some((index, assessment));
            }
        }
        if spread.scored == 0 {
            (spread.lowest, spread.highest) = (0.0, 0.0);
        }
        let (chosen, assessment) = chosen.ok_or(failure)?;
        Ok(Some(BurstResult {
            chosen,
            assessment,
            spread,
        }))
    }
}

/// Usable before unusable, then by sharpness.
fn rank(quality: &Quality) -> (bool, f32) {
    let sharpness = quality
        .scores
        .iter()
        .find(|score| score.name == "sharpness")
        .map_or(0.0, |score| score.value);
    (quality.usable, sharpness)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::QualityScore;

    fn quality(usable: bool, sharpness: f32) -> Quality {
        Quality {
            usable,
            reasons: vec![],
            scores: vec![QualityScore {
                name: "sharpness",
                value: sharpness,
                at_least: None,
                at_most: None,
            }],
        }
    }

    #[test]
    fn a_usable_frame_goes_before_a_sharper_refused_one() {
        assert!(rank(&quality(true, 0.2)) > rank(&quality(false, 0.9)));
        assert!(rank(&quality(true, 0.3)) > rank(&quality(true, 0.2)));
    }
}
