//! A burst: several frames of the same lesion within a second. Its sharpest usable frame is
//! the one whose result is shown; the others tell how far the answer depends on the moment, and
//! "no signs" is said only where all of them say it.

use serde::Serialize;

use super::{AssessError, Assessment, Assessor, Gating, Quality, Verdict};
use crate::{frame::Frame, model::Task};

/// What a burst said besides its chosen frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// Frames taken.
    pub frames: usize,
    /// Frames that decoded, passed the quality gate and were scored.
    pub scored: usize,
    /// Lowest BCC probability among them; 0 where none was scored.
    pub lowest: f32,
    /// Highest; 0 where none was scored.
    pub highest: f32,
    /// What each of them says alone.
    pub verdicts: Verdicts,
    /// What the chosen frame says alone: where the pictures differ, the verdict is another.
    pub chosen_verdict: Option<Verdict>,
}

/// How many frames of a burst say what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdicts {
    /// [`Verdict::BccSuspected`].
    pub bcc_suspected: usize,
    /// [`Verdict::Uncertain`].
    pub uncertain: usize,
    /// [`Verdict::NoBccSigns`].
    pub no_bcc_signs: usize,
}

impl Verdicts {
    /// One more frame. A refused one says nothing.
    pub(crate) fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::BccSuspected => self.bcc_suspected += 1,
            Verdict::Uncertain => self.uncertain += 1,
            Verdict::NoBccSigns => self.no_bcc_signs += 1,
            Verdict::NotUsable => {}
        }
    }

    /// Whether some frames say "no signs" and some do not.
    pub fn differ(&self) -> bool {
        self.no_bcc_signs > 0 && self.bcc_suspected + self.uncertain > 0
    }

    /// The burst's verdict, from that of its chosen frame.
    ///
    /// | chosen \ "no signs" is said by | all | some | none |
    /// |---|---|---|---|
    /// | suspected | | uncertain | suspected |
    /// | uncertain | | uncertain | uncertain |
    /// | no signs | no signs | uncertain | |
    ///
    /// Sharpness chooses the frame and knows nothing of the lesion: a picture beside it, as sharp
    /// to the eye, may show what the chosen one does not.
    pub fn together(&self, chosen: Verdict) -> Verdict {
        if self.differ() {
            Verdict::Uncertain
        } else {
            chosen
        }
    }
}

/// The words for a burst whose pictures differ, in the form of [`Verdict::words`].
const DIFFER: &str = "Uncertain: pictures differ, repeat or refer";

impl Spread {
    /// The words for this burst's verdict on the screen.
    pub fn words(&self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Uncertain if self.verdicts.differ() => DIFFER,
            verdict => verdict.words(),
        }
    }
}

/// A burst's result: the chosen frame's place in the burst, its assessment, and the spread.
#[derive(Debug)]
pub struct BurstResult {
    /// Index of the chosen frame.
    pub chosen: usize,
    /// Its assessment, and no other's, under the burst's verdict ([`Verdicts::together`]).
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
            lowest: f32::INFINITY,
            highest: f32::NEG_INFINITY,
            ..Spread::default()
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
                spread.verdicts.count(assessment.verdict);
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
        let (chosen, mut assessment) = chosen.ok_or(failure)?;
        spread.chosen_verdict = Some(assessment.verdict);
        assessment.verdict = spread.verdicts.together(assessment.verdict);
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
    use proptest::prelude::*;

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

    const SAID: [Verdict; 3] = [
        Verdict::BccSuspected,
        Verdict::Uncertain,
        Verdict::NoBccSigns,
    ];

    /// The verdict of a burst whose frames say this, the first of them the chosen one.
    fn of(said: &[Verdict]) -> Verdict {
        let mut verdicts = Verdicts::default();
        said.iter().for_each(|&verdict| verdicts.count(verdict));
        verdicts.together(said[0])
    }

    #[test]
    fn the_table_of_bursts_holds() {
        use Verdict::{BccSuspected as Yes, NoBccSigns as No, NotUsable, Uncertain as Open};
        for (said, verdict) in [
            (vec![No, No, No], No),
            (vec![No, NotUsable, NotUsable], No),
            (vec![No, No, Yes], Open),
            (vec![No, Open], Open),
            (vec![Yes, No], Open),
            (vec![Open, No], Open),
            (vec![Yes, Open, Yes], Yes),
            (vec![Open, Yes, Yes], Open),
            (vec![NotUsable, NotUsable], NotUsable),
        ] {
            assert_eq!(of(&said), verdict, "{said:?}");
        }
    }

    #[test]
    fn only_an_uncertain_verdict_of_pictures_that_differ_is_told_by_that() {
        let mut spread = Spread::default();
        assert_eq!(spread.words(Verdict::Uncertain), Verdict::Uncertain.words());
        spread.verdicts.count(Verdict::NoBccSigns);
        spread.verdicts.count(Verdict::BccSuspected);
        assert_eq!(spread.words(Verdict::Uncertain), DIFFER);
        let head = |words: &str| words.split(": ").next().map(str::to_owned);
        assert_eq!(head(DIFFER), head(Verdict::Uncertain.words()));
    }

    proptest! {
        #[test]
        fn no_signs_is_said_only_where_every_frame_says_it_and_suspected_never_becomes_it(
            said in proptest::collection::vec(proptest::sample::select(SAID.to_vec()), 1..8),
        ) {
            let all = said.iter().all(|&verdict| verdict == Verdict::NoBccSigns);
            let verdict = of(&said);
            prop_assert_eq!(verdict == Verdict::NoBccSigns, all);
            if !said.contains(&Verdict::NoBccSigns) {
                prop_assert_eq!(verdict, said[0]);
            }
        }
    }
}
