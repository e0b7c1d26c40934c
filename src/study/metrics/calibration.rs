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
    let (mut a, mut b) = (0.0, 1.0);
    for _ in 0..100 {
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
        if determinant.is_nan() || determinant <= 1e-12 {
            return None;
        }
        let (da, db) = (
            (hbb * ga - hab * gb) / determinant,
            (haa * gb - hab * ga) / determinant,
        );
        a += da;
        b += db;
        if da.abs().max(db.abs()) < 1e-10 {
            return Some(Recalibration {
                slope: b,
                intercept: a,
            });
        }
        if !(a.abs() < 1e3 && b.abs() < 1e3) {
            return None;
        }
    }
    None
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

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Probabilities of 0 and 1 are taken as 1e-12 from them: their logit is infinite.
fn logit(p: f64) -> f64 {
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
    fn every_case_is_in_one_bin() {
        let p = [0.0, 0.05, 0.1, 0.5, 0.99, 1.0, 1.0];
        let t = [false, true, false, true, true, true, false];
        for bins in [Bins::Fixed(10), Bins::Adaptive(3), Bins::Adaptive(20)] {
            let n: u64 = reliability(&p, &t, bins).iter().map(|b| b.n).sum();
            assert_eq!(n, 7, "{bins:?}");
        }
    }
}
