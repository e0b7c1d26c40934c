//! Decision curve: what referring by the model gains over referring all or none (Vickers &
//! Elkin 2006).

use serde::{Deserialize, Serialize};

/// Net benefit at one threshold probability, in true positives a case.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetBenefit {
    /// The probability from which one would refer.
    pub threshold: f64,
    /// Referring by the model.
    pub model: f64,
    /// Referring everybody.
    pub all: f64,
}

/// Net benefit of referring from probability `threshold` on, as in a population of the given
/// prevalence (`None`: the data's own). `None` without both classes, or at 1.
pub fn net_benefit(
    probabilities: &[f64],
    truth: &[bool],
    threshold: f64,
    prevalence: Option<f64>,
) -> Option<NetBenefit> {
    let positives = truth.iter().filter(|&&t| t).count() as f64;
    let negatives = truth.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 || !(0.0..1.0).contains(&threshold) {
        return None;
    }
    let (mut called_yes, mut called_no) = (0.0, 0.0);
    for (&p, &t) in probabilities.iter().zip(truth) {
        if p >= threshold {
            *(if t { &mut called_yes } else { &mut called_no }) += 1.0;
        }
    }
    let prevalence = prevalence.unwrap_or(positives / truth.len() as f64);
    let odds = threshold / (1.0 - threshold);
    let benefit = |sensitivity: f64, false_rate: f64| {
        sensitivity * prevalence - false_rate * (1.0 - prevalence) * odds
    };
    Some(NetBenefit {
        threshold,
        model: benefit(called_yes / positives, called_no / negatives),
        all: benefit(1.0, 1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_model_gains_the_prevalence() {
        let b = net_benefit(
            &[0.9, 0.1, 0.1, 0.1],
            &[true, false, false, false],
            0.5,
            None,
        )
        .unwrap();
        assert_eq!(b.model, 0.25);
        assert_eq!(b.all, -0.5);
        let rare = net_benefit(&[0.9, 0.1], &[true, false], 0.5, Some(0.02)).unwrap();
        assert_eq!(rare.model, 0.02);
    }
}
