//! What abstaining buys: the share of cases answered against the errors among them.

use serde::{Deserialize, Serialize};

/// One point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Share of the cases answered, the surest first.
    pub coverage: f64,
    /// Share of the answers that are wrong.
    pub risk: f64,
}

/// Risk at each coverage for cases of (sureness, answered right), a point a distinct sureness.
pub fn risk_coverage(cases: &[(f64, bool)]) -> Vec<Coverage> {
    let mut sorted = cases.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let total = sorted.len() as f64;
    let (mut answered, mut wrong) = (0.0, 0.0);
    sorted
        .chunk_by(|a, b| a.0 == b.0)
        .map(|group| {
            answered += group.len() as f64;
            wrong += group.iter().filter(|case| !case.1).count() as f64;
            Coverage {
                coverage: answered / total,
                risk: wrong / answered,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surest_are_answered_first() {
        let curve = risk_coverage(&[(0.1, false), (0.9, true), (0.5, true), (0.5, false)]);
        let points: Vec<_> = curve.iter().map(|c| (c.coverage, c.risk)).collect();
        assert_eq!(points, [(0.25, 0.0), (0.75, 1.0 / 3.0), (1.0, 0.5)]);
    }
}
