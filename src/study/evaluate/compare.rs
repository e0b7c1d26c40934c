//! Two answers to the same images: int8 against float, one engine against another.

use super::{Figure, Inputs, Run};
use crate::{
    model::Task,
    study::{
        SEED,
        metrics::{Bootstrap, Estimate, McNemar, auroc, mcnemar},
    },
};

/// McNemar's test of who is right at `high` (each at its own), and the difference in AUROC.
pub(super) fn compare(
    inputs: &Inputs<'_>,
    other: &Run,
    figures: &mut Vec<Figure>,
) -> Option<McNemar> {
    let task = Task::Bcc.index();
    let both: Vec<(f64, f64, bool, &str)> = inputs
        .cases
        .iter()
        .zip(inputs.run.predictions.iter().zip(&other.predictions))
        .filter_map(|(case, (first, second))| {
            Some((
                first.scored?.probability[task],
                second.scored?.probability[task],
                case.bcc,
                case.lesion.as_str(),
            ))
        })
        .collect();
    if both.is_empty() {
        return None;
    }
    let highs = (
        inputs.run.provenance.high[task],
        other.provenance.high[task],
    );
    let test = mcnemar(
        both.iter()
            .map(|c| ((c.0 >= highs.0) == c.2, (c.1 >= highs.1) == c.2)),
    );
    let difference = |drawn: &[usize]| {
        let of = |pick: fn(&(f64, f64, bool, &str)) -> f64| -> Vec<f64> {
            drawn.iter().map(|&i| pick(&both[i])).collect()
        };
        let truth: Vec<bool> = drawn.iter().map(|&i| both[i].2).collect();
        Some(auroc(&of(|c| c.0), &truth)? - auroc(&of(|c| c.1), &truth)?)
    };
    let everything: Vec<usize> = (0..both.len()).collect();
    let ends =
        Bootstrap::by_cluster(both.iter().map(|c| c.3), inputs.rounds, SEED).interval(difference);
    figures.push(Figure {
        section: "compare",
        subset: "all".into(),
        task: Task::Bcc.code(),
        metric: "AUROC minus that of the other".into(),
        estimate: Estimate {
            value: difference(&everything),
            low: ends.map(|e| e.0),
            high: ends.map(|e| e.1),
            n: both.len() as u64,
            small: false,
            interval: "bootstrap".into(),
        },
    });
    Some(test)
}
