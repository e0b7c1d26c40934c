//! Whether a probability means what it says.

use serde::{Deserialize, Serialize};

/// How probabilities are put into bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bins {
    /// So many of equal width over 0 to 1.
    Fixed(usize),
    /// So many of equal counts (as near as ties and numbers allow).
    Adaptive(usize),
}

/// One bin of a reliability curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Mean probability said.
    pub said: f64,
    /// Share that is positive.
    pub is: f64,
    /// Positives in it.
    pub positives: u64,
    /// Cases in it.
    pub n: u64,
}

/// Mean squared difference between probability and truth (Brier 1950); `None` of nothing.
pub fn brier(probabilities: &[f64], truth: &[bool]) -> Option<f64> {
    let sum: f64 = probabilities
        .iter()
        .zip(truth)
        .map(|(p, &t)| (p - f64::from(u8::from(t))).powi(2))
        .sum();
    (!truth.is_empty()).then(|| sum / truth.len() as f64)
}

/// The non-empty bins from low to high.
pub fn reliability(probabilities: &[f64], truth: &[bool], bins: Bins) -> Vec<Bin> {
    let mut pairs: Vec<(f64, bool)> = probabilities
        .iter()
        .copied()
        .zip(truth.iter().copied())
        .collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let parts: Vec<&[(f64, bool)]> = match bins {
        Bins::Fixed(n) => {
            let bin = |p: f64| ((p * n as f64) as usize).min(n.saturating_sub(1));
            pairs.chunk_by(|a, b| bin(a.0) == bin(b.0)).collect()
        }
        Bins::Adaptive(n) => {
            // As numpy's array_split: the first bins take the remainder.
            let (size, more) = (pairs.len() / n.max(1), pairs.len() % n.max(1));
            let mut rest = pairs.as_slice();
            (0..n)
                .map(|i| {
                    let (part, tail) = rest.split_at(size + usize::from(i < more));
                    rest = tail;
                    part
                })
                .collect()
        }
    };
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| {
            let n = part.len() as f64;
            let positives = part.iter().filter(|pair| pair.1).count() as u64;
            Bin {
                said: part.iter().map(|pair| pair.0).sum::<f64>() / n,
                is: positives as f64 / n,
                positives,
                n: part.len() as u64,
            }
        })
        .collect()
}

/// Expected calibration error: mean of |said - is| over the bins, weighted by their counts
/// (Naeini 2015; adaptive bins: Nixon 2019). `None` of nothing.
pub fn ece(probabilities: &[f64], truth: &[bool], bins: Bins) -> Option<f64> {
    let n = truth.len() as f64;
    (n > 0.0).then(|| {
        reliability(probabilities, truth, bins)
            .iter()
            .map(|bin| (bin.said - bin.is).abs() * bin.n as f64 / n)
            .sum()
    })
}

/// What a logistic regression of the truth on the logit of the probability finds (Cox 1958).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recalibration {
    /// 1 is right; below 1 the probabilities are too extreme.
    pub slope: f64,
    /// 0 is right at slope 1.
    pub intercept: f64,
}

/// Calibration slope and intercept. `None` where the regression has no solution: one class
/// only, or probabilities that separate the classes.
pub fn slope_intercept(probabilities: &[f64], truth: &[bool]) -> Option<Recalibration> {
    let x: Vec<f64> = probabilities.iter().map(|&p| logit(p)).collect();
    if !overlap(&x, truth) {
        return None;
    }
    // From a slope of 0, where every case pulls: from 1, Newton runs away where the
    // probabilities are far too extreme. A step that makes the fit worse is halved.
    let mut at = (0.0, 0.0);
    let mut fit = log_likelihood(&x, truth, at);
    for _ in 0..200 {
        let (da, db) = newton_step(&x, truth, at)?;
        let mut share = 1.0;
        let (next, better) = loop {
            let next = (at.0 + share * da, at.1 + share * db);
            let likelihood = log_likelihood(&x, truth, next);
            // Rounding makes the last steps look worse by less than this.
            if likelihood >= fit - 1e-9 * (1.0 + fit.abs()) {
                break (next, likelihood);
            }
            share /= 2.0;
            if share < 1e-12 {
                return None;
            }
        };
        let still = |step: f64, value: f64| step.abs() < 1e-10 * (1.0 + value.abs());
        let found = share == 1.0 && still(da, next.0) && still(db, next.1);
        (at, fit) = (next, better);
        if found {
            return Some(Recalibration {
                slope: at.1,
                intercept: at.0,
            });
        }
    }
    None
}

/// Whether some positive lies below a negative and some negative below a positive: only then has
/// a logistic regression on one number a solution (Albert & Anderson 1984).
fn overlap(x: &[f64], truth: &[bool]) -> bool {
    let ends = |class: bool| {
        let of = x.iter().zip(truth).filter(|case| *case.1 == class);
        of.fold(
            (f64::INFINITY, f64::NEG_INFINITY),
            |(low, high), (&x, _)| (low.min(x), high.max(x)),
        )
    };
    let ((low_no, high_no), (low_yes, high_yes)) = (ends(false), ends(true));
    low_yes < high_no && low_no < high_yes
}

/// Newton's step for intercept and slope; `None` where the cases do not tell the two apart.
fn newton_step(x: &[f64], truth: &[bool], (a, b): (f64, f64)) -> Option<(f64, f64)> {
    let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (&x, &t) in x.iter().zip(truth) {
        let p = sigmoid(a + b * x);
        let (error, weight) = (f64::from(u8::from(t)) - p, p * (1.0 - p));
        ga += error;
        gb += error * x;
        haa += weight;
        hab += weight * x;
        hbb += weight * x * x;
    }
    let determinant = haa * hbb - hab * hab;
    (determinant > 0.0).then(|| {
        (
            (hbb * ga - hab * gb) / determinant,
            (haa * gb - hab * ga) / determinant,
        )
    })
}

fn log_likelihood(x: &[f64], truth: &[bool], (a, b): (f64, f64)) -> f64 {
    let of = |(&x, &t): (&f64, &bool)| {
        let against = if t { -(a + b * x) } else { a + b * x };
        -(against.max(0.0) + (-against.abs()).exp().ln_1p())
    };
    x.iter().zip(truth).map(of).sum()
}

/// Calibration in the large: the intercept with the slope held at 1. Above 0 the probabilities
/// are too low on the whole. `None` with one class only.
pub fn calibration_in_the_large(probabilities: &[f64], truth: &[bool]) -> Option<f64> {
    let positives = truth.iter().filter(|&&t| t).count();
    if positives == 0 || positives == truth.len() {
        return None;
    }
    // The expected count rises with the intercept, so halving always finds it.
    let expected = |a: f64| -> f64 { probabilities.iter().map(|&p| sigmoid(a + logit(p))).sum() };
    let (mut low, mut high) = (-60.0, 60.0);
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if expected(middle) < positives as f64 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some((low + high) / 2.0)
}

pub(in crate::study) fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Probabilities of 0 and 1 are taken as 1e-12 from them: their logit is infinite.
pub(in crate::study) fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-12, 1.0 - 1e-12);
    (p / (1.0 - p)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_that_mean_what_they_say_have_no_error() {
        let p: Vec<f64> = [0.25; 8].into_iter().chain([0.75; 8]).collect();
        let t: Vec<bool> = (0..8).map(|i| i < 2).chain((0..8).map(|i| i < 6)).collect();
        assert!(ece(&p, &t, Bins::Fixed(10)).unwrap() < 1e-12);
        let fit = slope_intercept(&p, &t).unwrap();
        assert!((fit.slope - 1.0).abs() < 1e-9 && fit.intercept.abs() < 1e-9);
        assert!(calibration_in_the_large(&p, &t).unwrap().abs() < 1e-9);
    }

    #[test]
    fn classes_that_are_separated_have_no_slope() {
        assert_eq!(
            slope_intercept(&[0.1, 0.2, 0.8, 0.9], &[false, false, true, true]),
            None
        );
        assert_eq!(slope_intercept(&[0.1, 0.2], &[true, true]), None);
    }

    #[test]
    fn probabilities_that_are_far_too_sure_have_their_slope() {
        // Right at slope 1: so many of a hundred are positive as the probability says.
        let calibrated = [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98];
        for times in [0.1, 2.0, 3.0, 6.0] {
            let (mut p, mut t) = (Vec::new(), Vec::new());
            for said in calibrated {
                p.extend([sigmoid(times * logit(said)); 100]);
                t.extend((0..100).map(|i| f64::from(i) + 0.5 < 100.0 * said));
            }
            let fit = slope_intercept(&p, &t).unwrap();
            assert!((fit.slope - 1.0 / times).abs() < 1e-6, "{times}: {fit:?}");
            assert!(fit.intercept.abs() < 1e-6, "{times}: {fit:?}");
        }
    }

    #[test]
    fn classes_that_only_touch_have_no_slope() {
        let truth = [false, false, true, true];
        assert_eq!(slope_intercept(&[0.1, 0.5, 0.5, 0.9], &truth), None);
        assert_eq!(slope_intercept(&[0.5; 4], &truth), None);
        assert!(slope_intercept(&[0.1, 0.6, 0.5, 0.9], &truth).is_some());
    }

    #[test]
    fn every_case_is_in_one_bin() {
        let p = [0.0, 0.05, 0.1, 0.5, 0.99, 1.0, 1.0];
        let t = [false, true, false, true, true, true, false];
        for bins in [Bins::Fixed(10), Bins::Adaptive(3), Bins::Adaptive(20)] {
            let n: u64 = reliability(&p, &t, bins).iter().map(|b| b.n).sum();
            assert_eq!(n, 7, "{bins:?}");
        }
    }
}
