//! The two-by-two table and what is read from it.

use serde::{Deserialize, Serialize};

use super::share;

/// Counts of answers against truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Said yes, is yes.
    pub true_positive: u64,
    /// Said yes, is no.
    pub false_positive: u64,
    /// Said no, is yes.
    pub false_negative: u64,
    /// Said no, is no.
    pub true_negative: u64,
}

impl Confusion {
    /// Counts pairs of (said, is).
    pub fn count(pairs: impl IntoIterator<Item = (bool, bool)>) -> Confusion {
        let mut table = Confusion::default();
        for (said, is) in pairs {
            *match (said, is) {
                (true, true) => &mut table.true_positive,
                (true, false) => &mut table.false_positive,
                (false, true) => &mut table.false_negative,
                (false, false) => &mut table.true_negative,
            } += 1;
        }
        table
    }

    /// All.
    pub fn total(&self) -> u64 {
        self.positives() + self.negatives()
    }

    /// Those that are yes.
    pub fn positives(&self) -> u64 {
        self.true_positive + self.false_negative
    }

    /// Those that are no.
    pub fn negatives(&self) -> u64 {
        self.true_negative + self.false_positive
    }

    /// Those answered yes.
    pub fn called(&self) -> u64 {
        self.true_positive + self.false_positive
    }

    /// Those answered no.
    pub fn passed(&self) -> u64 {
        self.true_negative + self.false_negative
    }

    /// Those answered right.
    pub fn right(&self) -> u64 {
        self.true_positive + self.true_negative
    }

    /// Share of the positives that were called: recall.
    pub fn sensitivity(&self) -> Option<f64> {
        share(self.true_positive, self.positives())
    }

    /// Share of the negatives that were not called.
    pub fn specificity(&self) -> Option<f64> {
        share(self.true_negative, self.negatives())
    }

    /// Share of the calls that are positive: PPV at the data's own prevalence.
    pub fn precision(&self) -> Option<f64> {
        share(self.true_positive, self.called())
    }

    /// Share answered right.
    pub fn accuracy(&self) -> Option<f64> {
        share(self.right(), self.total())
    }

    /// Harmonic mean of precision and recall.
    pub fn f1(&self) -> Option<f64> {
        share(
            2 * self.true_positive,
            2 * self.true_positive + self.false_positive + self.false_negative,
        )
    }

    /// How many times likelier a "yes" is in positives: sensitivity / (1 - specificity);
    /// infinite where only positives were called, `None` where nobody was.
    pub fn lr_positive(&self) -> Option<f64> {
        ratio(self.sensitivity()?, 1.0 - self.specificity()?)
    }

    /// How many times likelier a "no" is in positives: (1 - sensitivity) / specificity;
    /// infinite where only positives were not called, `None` where all were.
    pub fn lr_negative(&self) -> Option<f64> {
        ratio(1.0 - self.sensitivity()?, self.specificity()?)
    }
}

/// `None` for nothing by nothing.
fn ratio(part: f64, by: f64) -> Option<f64> {
    (part > 0.0 || by > 0.0).then(|| part / by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_table_has_no_figures() {
        let table = Confusion::default();
        assert_eq!(table.sensitivity(), None);
        assert_eq!(table.accuracy(), None);
        assert_eq!(table.f1(), None);
        assert_eq!(table.lr_positive(), None);
    }

    #[test]
    fn a_perfect_table_has_no_finite_positive_likelihood_ratio() {
        let table = Confusion::count([(true, true), (false, false)]);
        assert_eq!(table.lr_positive(), Some(f64::INFINITY));
        assert_eq!(table.lr_negative(), Some(0.0));
        let nobody_called = Confusion::count([(false, true), (false, false)]);
        assert_eq!(nobody_called.lr_positive(), None);
    }
}
