//! The quality gate: what it turns away.

use serde::Serialize;

use super::{Figure, Inputs, Prediction, counted};
use crate::{assess::Reason, model::Task, study::metrics::Estimate};

/// What the gate did.
#[derive(Clone, Debug, Serialize)]
pub struct GateReport {
    /// Of the labelled images.
    pub images: GateCount,
    /// Of pictures that are not dermoscopic.
    pub not_dermoscopic: Option<GateCount>,
}

/// How many were refused and why.
#[derive(Clone, Debug, Serialize)]
pub struct GateCount {
    /// Looked at.
    pub n: u64,
    /// Refused.
    pub refused: u64,
    /// By reason, in words; an image can have several.
    pub reasons: Vec<(String, u64)>,
}

pub(super) fn gate(inputs: &Inputs<'_>, figures: &mut Vec<Figure>) -> GateReport {
    let mut add = |subset: &str, metric: &str, estimate| {
        figures.push(Figure {
            section: "gate",
            subset: subset.into(),
            task: Task::Bcc.code(),
            metric: metric.into(),
            estimate,
        });
    };
    let predictions = &inputs.run.predictions;
    for (name, of) in [("all", None), ("BCC", Some(true)), ("non-BCC", Some(false))] {
        let images = inputs.cases.iter().zip(predictions);
        let images = images.filter(|(case, _)| of.is_none_or(|bcc| case.bcc == bcc));
        let refused = images.map(|(case, p)| (case.lesion.as_str(), !p.usable));
        add(name, "refused", Estimate::by_lesion(refused));
    }
    let not_dermoscopic = inputs.not_dermoscopic.map(|pictures| {
        let refused = Estimate::of(pictures.iter().map(|p| !p.usable));
        add("not dermoscopic", "refused", refused);
        count(pictures)
    });
    GateReport {
        images: count(predictions),
        not_dermoscopic,
    }
}

fn count(predictions: &[Prediction]) -> GateCount {
    GateCount {
        n: predictions.len() as u64,
        refused: predictions.iter().filter(|p| !p.usable).count() as u64,
        reasons: counted(
            predictions
                .iter()
                .flat_map(|p| p.reasons.iter().map(|r| words(r))),
        ),
    }
}

/// A reason in words; `analyze --json` writes its code.
fn words(reason: &str) -> String {
    let known = serde_json::from_value::<Reason>(reason.into());
    known.map_or_else(|_| reason.to_owned(), |known| known.words().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_read_as_a_code_is_told_in_the_words_of_one_measured_here() {
        for (given, told) in [
            ("not_dermoscopic", "not a dermoscopic picture"),
            ("not a dermoscopic picture", "not a dermoscopic picture"),
            ("blurred", "blurred"),
            ("of another version", "of another version"),
        ] {
            assert_eq!(words(given), told);
        }
    }
}
