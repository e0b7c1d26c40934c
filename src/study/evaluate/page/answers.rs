//! How often the answers are right: BCC, the seven patterns and the rule, subgroups.

use super::{
    figures::{of, pivot},
    verdict::verdict,
};
use crate::study::{
    evaluate::{AGAINST_NEVI, Evaluation},
    html::{Mark, Page, Plot, Table, escape, estimate, forest, number},
    metrics::Estimate,
};

pub(super) fn bcc(page: &mut Page, e: &Evaluation) {
    page.section("Basal cell carcinoma");
    verdict(page, e);
    if !e.figures.iter().any(|f| f.subset == AGAINST_NEVI) {
        page.text(
            "BCC against nevi is not judged: no scored image has the diagnosis NV, which is how \
             the labels have to name a nevus.",
        );
    }
    page.heading("The network alone");
    let p = &e.provenance;
    page.text(&format!(
        "Without the rule, the network's BCC probability says no below {:.3} (low), yes from {:.3} \
         (high), and nothing between. \"gate on\" leaves out what the quality gate refuses.",
        p.low[0], p.high[0]
    ));
    let figures = of(e, "bcc");
    page.raw(&pivot(
        "Figures with 95% intervals",
        &figures,
        |f| f.metric.clone(),
        |f| f.subset.clone(),
        "",
    ));
    let mut table = Table::new(
        "Two-by-two tables",
        &["", "threshold", "true +", "false +", "false −", "true −"],
    );
    for t in e.tables.iter().filter(|t| t.task == "BCC") {
        table.row(
            &format!("{}, {}", t.subset, t.threshold),
            [
                number(t.at),
                t.counts.true_positive.to_string(),
                t.counts.false_positive.to_string(),
                t.counts.false_negative.to_string(),
                t.counts.true_negative.to_string(),
            ],
        );
    }
    page.raw(&table.html());
    let thresholds: Vec<(f64, f64)> = e
        .tables
        .iter()
        .filter(|t| t.task == "BCC" && t.subset == "all")
        .filter_map(|t| Some((1.0 - t.counts.specificity()?, t.counts.sensitivity()?)))
        .collect();
    let unit = (0.0, 1.0);
    let roc = Plot::new(
        "ROC curve; dots: the thresholds high and low",
        ("1 − specificity", "sensitivity"),
        unit,
        unit,
    )
    .series("", &[(0.0, 0.0), (1.0, 1.0)], Mark::Dashed, 3)
    .series("BCC against everything else", &e.curves.roc, Mark::Line, 0);
    let roc = match e.curves.roc_nevi.is_empty() {
        true => roc,
        false => roc.series("BCC against nevi", &e.curves.roc_nevi, Mark::Line, 2),
    }
    .series("", &thresholds, Mark::Dots, 1);
    let precision = Plot::new(
        "Precision-recall curve",
        ("recall", "precision"),
        unit,
        unit,
    )
    .series("", &e.curves.precision_recall, Mark::Line, 0);
    let points: Vec<(f64, f64)> = e
        .curves
        .risk_coverage
        .iter()
        .filter(|c| c.coverage >= 0.05)
        .map(|c| (c.coverage, c.risk))
        .collect();
    let coverage = Plot::new(
        "Abstaining: errors among the answers, the surest first",
        ("share of images answered", "share of answers wrong"),
        unit,
        (0.0, 0.25),
    )
    .series("", &points, Mark::Line, 0);
    page.raw(&format!(
        "<div class=\"plots\">{}{}{}</div>",
        roc.html(),
        precision.html(),
        coverage.html()
    ));
    if let Some(test) = &e.mcnemar {
        page.heading("Against another engine or model");
        if let Some(other) = &e.compared_with {
            page.text(&format!("The other: {}.", other.words()));
            if let Some(what) = other.stood_in() {
                page.warning(&format!("Of the other {what}: only a stand-in there."));
            }
        }
        page.text(&format!(
            "At the threshold high: only these answers right in {} images, only the other's in {}; \
             McNemar's exact p = {:.3}{}.",
            test.only_first,
            test.only_second,
            test.p,
            if test.by_lesion {
                ", the answers exchanged in whole lesions, as some have several images"
            } else {
                ""
            }
        ));
        page.raw(&pivot(
            "",
            &of(e, "compare"),
            |f| f.task.into(),
            |f| f.metric.clone(),
            "task",
        ));
    }
}

pub(super) fn patterns(page: &mut Page, e: &Evaluation) {
    page.section("The seven patterns and the rule");
    let figures = of(e, "patterns");
    if figures.is_empty() {
        page.text("No readings were given: patterns are not judged.");
        return;
    }
    let (ranking, at): (Vec<_>, Vec<_>) = figures
        .into_iter()
        .partition(|f| !f.metric.contains(" at "));
    for (caption, figures) in [
        ("Against the readers' consensus", ranking),
        ("At the thresholds", at),
    ] {
        let figures: Vec<_> = figures
            .into_iter()
            .filter(|f| !f.metric.starts_with("accuracy"))
            .collect();
        page.raw(&pivot(
            caption,
            &figures,
            |f| f.task.into(),
            |f| f.metric.clone(),
            "pattern",
        ));
    }
    let mut table = Table::new(
        "The rule: not BCC with pigment network, BCC with any other pattern",
        &["among", "share that has", ""],
    );
    for f in of(e, "rule") {
        table.row(&f.subset, [escape(&f.metric), estimate(&f.estimate)]);
    }
    page.raw(&table.html());
}

pub(super) fn subgroups(page: &mut Page, e: &Evaluation) {
    page.section("Subgroups");
    let figures = of(e, "subgroups");
    let rows: Vec<(String, &Estimate)> = figures
        .iter()
        .filter(|f| f.metric == "AUROC")
        .map(|f| (f.subset.clone(), &f.estimate))
        .collect();
    page.raw(&forest(
        "AUROC of BCC in each subgroup; hollow: fewer than 30 of either class; an arrow: the interval \
         goes on beyond the axis",
        (0.5, 1.0),
        &rows,
    ));
    page.raw(&pivot(
        "At the thresholds",
        &figures,
        |f| f.subset.clone(),
        |f| f.metric.clone(),
        "subgroup",
    ));
}
