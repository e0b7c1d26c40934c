//! From calibrated probabilities to one of four verdicts, with the paper's rule beside the
//! network's own answer.

use super::assessment::{Finding, Rule, RuleSays, Verdict};
use crate::model::{Role, TASKS, Task};

/// What the rule of arXiv 2407.00104 says of the findings.
///
/// Not BCC where pigment network is present; BCC where at least one of the other six patterns
/// is; silent where none is.
pub fn rule_says(findings: &[Finding; TASKS]) -> RuleSays {
    let present = |role| {
        findings
            .iter()
            .any(|finding| finding.task.role() == role && finding.present())
    };
    if present(Role::NegativeCriterion) {
        RuleSays::NotBcc
    } else if present(Role::PositiveCriterion) {
        RuleSays::Bcc
    } else {
        RuleSays::Silent
    }
}

/// The verdict and the rule's line.
///
/// | network \ rule | BCC | silent | not BCC |
/// |---|---|---|---|
/// | at or above `high` | suspected | suspected | uncertain |
/// | between | uncertain | uncertain | uncertain |
/// | below `low` | uncertain | no signs | no signs |
///
/// A silent rule is no disagreement: four in ten BCC show none of the patterns to the readers
/// whose marks the model learnt from, so their absence is no evidence against the network.
pub fn decide(findings: &[Finding; TASKS]) -> (Verdict, Rule) {
    let bcc = &findings[Task::Bcc.index()];
    let says = rule_says(findings);
    let network_yes = bcc.present();
    let network_no = bcc.absent();
    let agrees = match says {
        RuleSays::Bcc if network_yes => Some(true),
        RuleSays::Bcc if network_no => Some(false),
        RuleSays::NotBcc if network_yes => Some(false),
        RuleSays::NotBcc if network_no => Some(true),
        _ => None,
    };
    let verdict = match agrees {
        Some(false) => Verdict::Uncertain,
        _ if network_yes => Verdict::BccSuspected,
        _ if network_no => Verdict::NoBccSigns,
        _ => Verdict::Uncertain,
    };
    let rule = Rule {
        says,
        agrees,
        sentence: sentence(findings, says, agrees),
    };
    (verdict, rule)
}

fn sentence(findings: &[Finding; TASKS], says: RuleSays, agrees: Option<bool>) -> String {
    let named = |role: Role| -> String {
        let names: Vec<_> = findings
            .iter()
            .filter(|finding| finding.task.role() == role && finding.present())
            .map(|finding| finding.task.name().to_lowercase())
            .collect();
        names.join(", ")
    };
    let mut patterns = findings.iter().filter(|f| f.task != Task::Bcc);
    let unsure = patterns.any(Finding::possible);
    let rule = match says {
        RuleSays::Bcc => format!(
            "Patterns speak for BCC ({})",
            named(Role::PositiveCriterion)
        ),
        RuleSays::NotBcc => format!(
            "Patterns speak against BCC ({})",
            named(Role::NegativeCriterion)
        ),
        // A pattern marked "?" beside "none found" would contradict it.
        RuleSays::Silent if unsure => {
            "Patterns: none is sure, which says nothing either way".to_owned()
        }
        RuleSays::Silent => "Patterns: none found, which says nothing either way".to_owned(),
    };
    // Not "the network": it would be read as the pigment network.
    match agrees {
        Some(true) => format!("{rule}; the model agrees"),
        Some(false) => format!("{rule}; the model DISAGREES"),
        None => rule,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn findings(probabilities: [f32; TASKS]) -> [Finding; TASKS] {
        std::array::from_fn(|i| Finding {
            task: Task::ALL[i],
            score: 0.0,
            probability: probabilities[i],
            low: 0.2,
            high: 0.6,
        })
    }

    fn verdict(bcc: f32, pigment_network: f32, ulceration: f32) -> Verdict {
        let mut p = [0.0; TASKS];
        p[0] = bcc;
        p[1] = pigment_network;
        p[2] = ulceration;
        decide(&findings(p)).0
    }

    #[test]
    fn a_silent_rule_says_whether_a_pattern_is_possible() {
        let line = |ulceration| {
            let mut p = [0.0; TASKS];
            p[Task::Ulceration.index()] = ulceration;
            decide(&findings(p)).1.sentence
        };
        assert!(line(0.1).starts_with("Patterns: none found, "));
        assert!(line(0.3).starts_with("Patterns: none is sure, "));
    }

    #[test]
    fn the_rules_line_never_says_network_but_for_the_pattern() {
        for (bcc, network, ulceration, words) in [
            (
                0.9,
                0.9,
                0.0,
                "against BCC (pigment network); the model DISAGREES",
            ),
            (
                0.1,
                0.9,
                0.0,
                "against BCC (pigment network); the model agrees",
            ),
            (0.9, 0.0, 0.9, "for BCC (ulceration); the model agrees"),
            (0.4, 0.0, 0.9, "for BCC (ulceration)"),
        ] {
            let mut p = [0.0; TASKS];
            (p[0], p[1], p[2]) = (bcc, network, ulceration);
            let sentence = decide(&findings(p)).1.sentence;
            assert_eq!(sentence, format!("Patterns speak {words}"));
        }
    }

    #[test]
    fn the_table_of_verdicts_holds() {
        use Verdict::*;
        let (yes, between, no) = (0.6, 0.4, 0.1);
        for (bcc, rule_bcc, silent, not_bcc) in [
            (yes, BccSuspected, BccSuspected, Uncertain),
            (between, Uncertain, Uncertain, Uncertain),
            (no, Uncertain, NoBccSigns, NoBccSigns),
        ] {
            assert_eq!(verdict(bcc, 0.0, 0.9), rule_bcc);
            assert_eq!(verdict(bcc, 0.0, 0.0), silent);
            assert_eq!(verdict(bcc, 0.9, 0.0), not_bcc);
        }
    }

    #[test]
    fn pigment_network_excludes_whatever_else_is_seen() {
        let mut p = [0.9; TASKS];
        p[0] = 0.1;
        let (_, rule) = decide(&findings(p));
        assert_eq!(rule.says, RuleSays::NotBcc);
    }

    proptest! {
        #[test]
        fn no_signs_is_never_said_at_or_above_low(p in proptest::array::uniform8(0.0f32..=1.0)) {
            let (verdict, rule) = decide(&findings(p));
            if verdict == Verdict::NoBccSigns {
                prop_assert!(p[0] < 0.2);
                prop_assert!(rule.says != RuleSays::Bcc);
            }
            if verdict == Verdict::BccSuspected {
                prop_assert!(p[0] >= 0.6);
            }
        }
    }
}
