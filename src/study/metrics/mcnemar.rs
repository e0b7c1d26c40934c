//! McNemar's exact test: do two answers to the same cases differ in how often they are right?

use serde::{Deserialize, Serialize};

/// Result of the test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct McNemar {
    /// Cases only the first answers right.
    pub only_first: u64,
    /// Cases only the second answers right.
    pub only_second: u64,
    /// Two-sided exact binomial p.
    pub p: f64,
}

/// Compares pairs of (first right, second right).
pub fn mcnemar(pairs: impl IntoIterator<Item = (bool, bool)>) -> McNemar {
    let (mut only_first, mut only_second) = (0u64, 0u64);
    for pair in pairs {
        match pair {
            (true, false) => only_first += 1,
            (false, true) => only_second += 1,
            _ => {}
        }
    }
    McNemar {
        only_first,
        only_second,
        p: exact(only_first.min(only_second), only_first + only_second),
    }
}

/// Twice the lower tail of a fair binomial, at most 1.
fn exact(fewer: u64, n: u64) -> f64 {
    let half = 0.5f64.ln();
    let mut log_choose = 0.0;
    let mut tail = 0.0;
    for k in 0..=fewer {
        if k > 0 {
            log_choose += ((n - k + 1) as f64).ln() - (k as f64).ln();
        }
        tail += (log_choose + n as f64 * half).exp();
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_answers_differ_in_nothing() {
        assert_eq!(mcnemar([(true, true), (false, false)]).p, 1.0);
    }

    #[test]
    fn five_of_five_is_one_in_sixteen() {
        let test = mcnemar([(true, false); 5]);
        assert!((test.p - 0.0625).abs() < 1e-12);
        assert_eq!((test.only_first, test.only_second), (5, 0));
    }
}
