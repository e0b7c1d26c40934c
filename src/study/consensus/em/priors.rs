//! What is believed before anybody reads.

use serde::Serialize;

/// A probability is kept this far from 0 and 1.
const TINY: f64 = 1e-9;

/// A Beta distribution; both parameters at least 1, so that it has a mode.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Beta {
    /// One more than the successes it is worth.
    pub a: f64,
    /// One more than the failures it is worth.
    pub b: f64,
}

impl Beta {
    const FLAT: Beta = Beta { a: 1.0, b: 1.0 };

    /// The mode after `yes` successes and `no` failures; `otherwise` where all is flat.
    pub(super) fn mode(self, yes: f64, no: f64, otherwise: f64) -> f64 {
        let (a, b) = (self.a - 1.0 + yes, self.b - 1.0 + no);
        if a + b > 0.0 {
            (a / (a + b)).clamp(TINY, 1.0 - TINY)
        } else {
            otherwise
        }
    }

    pub(super) fn log_density(self, p: f64) -> f64 {
        (self.a - 1.0) * p.ln() + (self.b - 1.0) * (1.0 - p).ln()
    }
}

/// What is believed of readers before they read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Priors {
    /// Of a reader's sensitivity.
    pub sensitivity: Beta,
    /// Of a reader's specificity.
    pub specificity: Beta,
    /// Of the prevalence.
    pub prevalence: Beta,
}

impl Default for Priors {
    /// Readers are likely better than chance, worth four and eight readings: enough to hold a
    /// rare pattern's sensitivity off 0 and 1, little against hundreds of readings.
    fn default() -> Self {
        Priors {
            sensitivity: Beta { a: 4.0, b: 2.0 },
            specificity: Beta { a: 8.0, b: 2.0 },
            prevalence: Beta::FLAT,
        }
    }
}

impl Priors {
    /// No prior at all: maximum likelihood.
    pub const FLAT: Priors = Priors {
        sensitivity: Beta::FLAT,
        specificity: Beta::FLAT,
        prevalence: Beta::FLAT,
    };
}
