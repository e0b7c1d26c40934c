//! Two answers to the same images: int8 against float, one engine against another.

use super::{Figure, Inputs, Run};
use crate::{
    model::Task,
    study::{
        SEED,
        consensus::PRESENT,
        labels::Case,
        metrics::{Bootstrap, Estimate, McNemar, auroc, mcnemar_by_cluster},
    },
};

/// One image that both answer.
struct Pair<'a> {
    first: f64,
    second: f64,
    truth: bool,
    lesion: &'a str,
}

/// McNemar's test of who is right on BCC at `high` (each at its own), and for every task the
/// difference in AUROC, as far as truth and both answers are known.
pub(super) fn compare(
    inputs: &Inputs<'_>,
    other: &Run,
    figures: &mut Vec<Figure>,
) -> Option<McNemar> {
    for task in Task::ALL {
        let pairs = pairs(inputs, other, task);
        if pairs.is_empty() {
            continue;
        }
        figures.push(Figure {
            section: "compare",
            subset: "all".into(),
            task: task.code(),
            metric: "AUROC minus that of the other".into(),
            estimate: difference(&pairs, inputs.rounds),
        });
    }
    let bcc = pairs(inputs, other, Task::Bcc);
    let at = Task::Bcc.index();
    let highs = (inputs.run.provenance.high[at], other.provenance.high[at]);
    let right = |p: &Pair<'_>| {
        (
            (p.first >= highs.0) == p.truth,
            (p.second >= highs.1) == p.truth,
        )
    };
    let pairs = bcc.iter().map(|p| (p.lesion, right(p)));
    (!bcc.is_empty()).then(|| mcnemar_by_cluster(pairs))
}

fn pairs<'a>(inputs: &'a Inputs<'_>, other: &Run, task: Task) -> Vec<Pair<'a>> {
    let answers = inputs.run.predictions.iter().zip(&other.predictions);
    let both = inputs.cases.iter().zip(answers);
    both.filter_map(|(case, (first, second))| {
        Some(Pair {
            first: first.scored?.probability[task.index()],
            second: second.scored?.probability[task.index()],
            truth: truth(inputs, case, task)?,
            lesion: &case.lesion,
        })
    })
    .collect()
}

fn truth(inputs: &Inputs<'_>, case: &Case, task: Task) -> Option<bool> {
    if task == Task::Bcc {
        return Some(case.bcc);
    }
    let standard = inputs.reference?.get(case.name())?;
    Some(standard.posterior[task.index()]? >= PRESENT)
}

fn difference(pairs: &[Pair<'_>], rounds: usize) -> Estimate {
    let of = |drawn: &[usize]| {
        let answers = |pick: fn(&Pair<'_>) -> f64| -> Vec<f64> {
            drawn.iter().map(|&i| pick(&pairs[i])).collect()
        };
        let truth: Vec<bool> = drawn.iter().map(|&i| pairs[i].truth).collect();
        Some(auroc(&answers(|p| p.first), &truth)? - auroc(&answers(|p| p.second), &truth)?)
    };
    let everything: Vec<usize> = (0..pairs.len()).collect();
    let value = of(&everything);
    let lesions = pairs.iter().map(|p| p.lesion);
    let bootstrap = Bootstrap::by_cluster(lesions, rounds, SEED);
    let ends = value.and_then(|_| bootstrap.interval(of));
    let truth: Vec<bool> = pairs.iter().map(|p| p.truth).collect();
    Estimate::of_classes(value, ends, &truth, &bootstrap, "bootstrap")
}
