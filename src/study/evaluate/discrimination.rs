//! BCC against everything else: ranking, both thresholds, abstaining.

use serde::Serialize;

use super::{
    Figure, TwoByTwo,
    view::{View, of_both_classes},
};
use crate::{
    model::Task,
    study::metrics::{
        Confusion, Coverage, auroc, average_precision, precision_recall_curve, risk_coverage,
        roc_curve,
    },
};

/// Curves of the BCC probability.
#[derive(Clone, Debug, Serialize)]
pub struct Curves {
    /// (1 - specificity, sensitivity).
    pub roc: Vec<(f64, f64)>,
    /// The same for BCC against nevi; empty where the labels have none.
    pub roc_nevi: Vec<(f64, f64)>,
    /// (recall, precision).
    pub precision_recall: Vec<(f64, f64)>,
    /// Risk at each coverage, the surest first (sureness: distance from the middle of the
    /// thresholds, in logits).
    pub risk_coverage: Vec<Coverage>,
}

const TASK: Task = Task::Bcc;

pub(super) fn bcc(all: &View<'_>, figures: &mut Vec<Figure>, tables: &mut Vec<TwoByTwo>) -> Curves {
    let nevi = all.against_nevi();
    let passed = all.part("gate on", |i| i.usable);
    for view in [all, &passed].into_iter().chain(&nevi) {
        let truth = view.bcc();
        view.add(
            figures,
            "bcc",
            TASK,
            "AUROC",
            view.scored(TASK, &truth, auroc),
        );
        view.add(
            figures,
            "bcc",
            TASK,
            "AUPRC",
            view.scored(TASK, &truth, average_precision),
        );
        for threshold in [("high", view.high(TASK)), ("low", view.low(TASK))] {
            view.at_threshold("bcc", TASK, threshold, &truth, figures, Some(tables));
            let (name, at) = threshold;
            let npv = view.share(|i| (i.p(TASK) < at).then_some(!i.case.bcc));
            let npv = of_both_classes(&truth, npv);
            view.add(figures, "bcc", TASK, format!("NPV at {name}"), npv);
            derived(view, threshold, &truth, figures);
        }
        abstaining(view, figures);
    }
    Curves {
        roc: roc_curve(&all.p(TASK), &all.bcc()),
        roc_nevi: nevi.map_or(Vec::new(), |nevi| roc_curve(&nevi.p(TASK), &nevi.bcc())),
        precision_recall: precision_recall_curve(&all.p(TASK), &all.bcc()),
        risk_coverage: coverage(all),
    }
}

type Derived = (&'static str, fn(&Confusion) -> Option<f64>);

/// Figures of the two-by-two table that are no shares.
const DERIVED: [Derived; 3] = [
    ("F1", Confusion::f1),
    ("LR+", Confusion::lr_positive),
    ("LR-", Confusion::lr_negative),
];

fn derived(view: &View<'_>, (name, at): (&str, f64), truth: &[bool], figures: &mut Vec<Figure>) {
    for (metric, of) in DERIVED {
        let estimate = view.scored(TASK, truth, |p, t| {
            of(&Confusion::count(
                p.iter().zip(t).map(|(&p, &t)| (p >= at, t)),
            ))
        });
        let estimate = of_both_classes(truth, estimate);
        view.add(
            figures,
            "bcc",
            TASK,
            format!("{metric} at {name}"),
            estimate,
        );
    }
}

/// The band between the thresholds: how many are left unanswered, how good the answers are.
fn abstaining(view: &View<'_>, figures: &mut Vec<Figure>) {
    let high = view.high(TASK);
    let answered = |p: f64| !view.between(p);
    let share = view.share(|i| Some(answered(i.p(TASK))));
    let right = view.share(|i| {
        let p = i.p(TASK);
        answered(p).then_some((p >= high) == i.case.bcc)
    });
    let right = of_both_classes(&view.bcc(), right);
    view.add(figures, "bcc", TASK, "coverage outside the band", share);
    view.add(figures, "bcc", TASK, "accuracy outside the band", right);
}

fn coverage(view: &View<'_>) -> Vec<Coverage> {
    let logit = |p: f64| {
        let p = p.clamp(1e-9, 1.0 - 1e-9);
        (p / (1.0 - p)).ln()
    };
    let middle = (logit(view.low(TASK)) + logit(view.high(TASK))) / 2.0;
    let cases: Vec<(f64, bool)> = view
        .items
        .iter()
        .map(|item| {
            let side = logit(item.p(TASK)) - middle;
            (side.abs(), (side >= 0.0) == item.case.bcc)
        })
        .collect();
    risk_coverage(&cases)
}
