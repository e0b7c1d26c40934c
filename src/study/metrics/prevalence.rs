//! What an answer is worth where the disease is rarer than in the test set (Bayes).

/// Chance that a "yes" is right at a prevalence; `None` where "yes" is never said.
pub fn ppv(sensitivity: f64, specificity: f64, prevalence: f64) -> Option<f64> {
    let right = sensitivity * prevalence;
    let called = right + (1.0 - specificity) * (1.0 - prevalence);
    (called > 0.0).then(|| right / called)
}

/// Chance that a "no" is right at a prevalence; `None` where "no" is never said.
pub fn npv(sensitivity: f64, specificity: f64, prevalence: f64) -> Option<f64> {
    let right = specificity * (1.0 - prevalence);
    let said = right + (1.0 - sensitivity) * prevalence;
    (said > 0.0).then(|| right / said)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of notes/clinical.md 1.1: sensitivity .89, specificity .91.
    #[test]
    fn a_good_test_is_weak_where_the_disease_is_rare() {
        for (prevalence, yes, no) in [(0.01, 0.09, 0.999), (0.05, 0.34, 0.994), (0.48, 0.90, 0.90)]
        {
            assert!((ppv(0.89, 0.91, prevalence).unwrap() - yes).abs() < 0.006);
            assert!((npv(0.89, 0.91, prevalence).unwrap() - no).abs() < 0.006);
        }
        assert_eq!(ppv(0.0, 1.0, 0.1), None);
    }
}
