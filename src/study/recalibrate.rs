//! The probability of BCC and its two thresholds, fitted again on a clinic's own images. The
//! network, its scores and the seven patterns stay as they are: a probability holds for the
//! cameras, patients and prevalence it was fitted on, a ranking is more robust.
//!
//! Logistic recalibration (Cox 1958; Steyerberg 2019, chapter 15): intercept and slope on the
//! logit of the old probability. For another prevalence the intercept moves by Bayes' rule.

mod folder;

pub use folder::{Named, files, summary};

use super::metrics::{Confusion, Recalibration, logit, sigmoid, slope_intercept};
use crate::model::{Fitted, TaskSpec};

/// With fewer images of either class no probability is fitted.
pub const LEAST: usize = 20;
/// With fewer of either class a calibration is uncertain (Collins 2016: 100 events and 100
/// non-events at least).
pub const ENOUGH: usize = 100;

/// What is wished for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish {
    /// Share of BCC among those the device will see; `None`: as among the images.
    pub prevalence: Option<f64>,
    /// Least sensitivity at `low`; `None`: `low` stays at the score where it was.
    pub sensitivity: Option<f64>,
    /// Least specificity at `high`; `None`: `high` stays at the score where it was.
    pub specificity: Option<f64>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Recalibrated {
    /// The task with its new calibration and thresholds.
    pub task: TaskSpec,
    /// What it was fitted on.
    pub fitted: Fitted,
    /// How far the old probabilities were off.
    pub before: Recalibration,
    /// Answers at the new `low`, on the same images.
    pub at_low: Confusion,
    /// Answers at the new `high`, likewise.
    pub at_high: Confusion,
}

/// Fits a task's calibration and thresholds to its old `probabilities` of images of which the
/// `truth` is known; `on` says in words which these are.
///
/// # Errors
/// A sentence: too few of either class, a fit that does not exist or is upside down, thresholds
/// that would cross.
pub fn recalibrate(
    task: &TaskSpec,
    probabilities: &[f64],
    truth: &[bool],
    wish: Wish,
    on: String,
) -> Result<Recalibrated, String> {
    let positives = truth.iter().filter(|&&t| t).count();
    let negatives = truth.len() - positives;
    if positives.min(negatives) < LEAST {
        return Err(format!(
            "{positives} BCC and {negatives} others that the quality gate lets pass: at least \
             {LEAST} of each are needed, and {ENOUGH} of each for a calibration to rely on"
        ));
    }
    let before = slope_intercept(probabilities, truth).ok_or(
        "the old probabilities separate BCC from the rest without an error: there is nothing to \
         fit; more images are needed",
    )?;
    // Written so that a NaN fails.
    if !matches!(
        before.slope.partial_cmp(&0.0),
        Some(std::cmp::Ordering::Greater)
    ) {
        return Err(format!(
            "the calibration slope is {:.2}: the higher the probability, the rarer is BCC. Are 0 \
             and 1 exchanged in the labels?",
            before.slope
        ));
    }
    let own = positives as f64 / truth.len() as f64;
    let prevalence = wish.prevalence.unwrap_or(own);
    let shift = before.intercept + logit(prevalence) - logit(own);
    let moved = |p: f64| sigmoid(shift + before.slope * logit(p));
    let answers = |at: f64| {
        let pairs = probabilities.iter().zip(truth);
        Confusion::count(pairs.map(|(&p, &t)| (p >= at, t)))
    };
    let between = between(probabilities);
    let wished = |what: &str, least: f64, found: Option<f64>| {
        found.ok_or_else(|| format!("no threshold has a {what} of {least} on these images"))
    };
    let low = match wish.sensitivity {
        None => f64::from(task.low),
        Some(least) => {
            let enough = |at: &f64| answers(*at).sensitivity() >= Some(least);
            let found = between.iter().rev().copied().find(enough);
            wished("sensitivity", least, found)?
        }
    };
    let high = match wish.specificity {
        None => f64::from(task.high),
        Some(least) => {
            let enough = |at: &f64| answers(*at).specificity() >= Some(least);
            let found = between.iter().copied().find(enough);
            wished("specificity", least, found)?
        }
    };
    if low > high {
        return Err(format!(
            "low would be {:.3} and high {:.3}: low must not lie above high; ask for more \
             sensitivity or more specificity, or name both",
            moved(low),
            moved(high)
        ));
    }
    Ok(Recalibrated {
        task: TaskSpec {
            temperature: (f64::from(task.temperature) / before.slope) as f32,
            bias: (shift + before.slope * f64::from(task.bias)) as f32,
            low: moved(low) as f32,
            high: moved(high) as f32,
            ..task.clone()
        },
        fitted: Fitted {
            on,
            images: truth.len() as u32,
            bcc: positives as u32,
            prevalence: prevalence as f32,
        },
        before,
        at_low: answers(low),
        at_high: answers(high),
    })
}

/// Thresholds halfway between neighbouring probabilities, rising; none that a rounding could
/// put on the other side of a picture.
fn between(probabilities: &[f64]) -> Vec<f64> {
    let mut sorted = probabilities.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let middle = |pair: &[f64]| sigmoid((logit(pair[0]) + logit(pair[1])) / 2.0);
    sorted.windows(2).map(middle).collect()
}

#[cfg(test)]
mod tests;
