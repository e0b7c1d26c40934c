//! The report a clinician reads: one page, everything in it, no network.

mod checklist;

use super::{Evaluation, Failure, Figure};
use crate::study::{
    explain,
    html::{Mark, Page, Plot, Table, escape, estimate, forest, number},
    metrics::{Bin, Estimate, wilson},
};

/// Writes the page. `thumbnails` gives a data URL for an image, or nothing.
pub fn page(
    e: &Evaluation,
    explained: Option<&explain::Report>,
    thumbnails: &dyn Fn(&str) -> Option<String>,
) -> String {
    let mut page = Page::new("bccscope: evaluation of the model");
    head(&mut page, e);
    flow(&mut page, e);
    bcc(&mut page, e);
    patterns(&mut page, e);
    calibration(&mut page, e);
    use_in_practice(&mut page, e);
    subgroups(&mut page, e);
    gate(&mut page, e);
    if let Some(report) = explained {
        explain::section(&mut page, report);
    }
    failures(&mut page, e, thumbnails);
    methods(&mut page, e);
    checklist::checklist(&mut page, explained.is_some());
    page.finish()
}

fn find<'a>(e: &'a Evaluation, section: &str, subset: &str, metric: &str) -> Option<&'a Estimate> {
    e.figures
        .iter()
        .find(|f| f.section == section && f.subset == subset && f.metric == metric)
        .map(|f| &f.estimate)
}

fn head(page: &mut Page, e: &Evaluation) {
    let p = &e.provenance;
    page.text(&format!(
        "Model {} {} on {} ({}), sha256 {}. Labels: {}{}. Decision support, not a diagnosis.",
        p.model,
        p.version,
        p.engine,
        p.runtime,
        p.sha256,
        e.source.labels.display(),
        e.source
            .split
            .as_ref()
            .map(|s| format!(", split {s}"))
            .unwrap_or_default()
    ));
    if e.source.split.as_deref() == Some("val") {
        page.warning(
            "Thresholds, calibration and the choice of the weights were made on this split: its \
             figures are optimistic. Only images the model and its makers never saw can judge it.",
        );
    }
    if e.flow.read > 0 {
        page.warning(
            "Pattern figures compare with the consensus of the readers given. In the project's own \
             data these are blinded runs of an automated vision-language reader, not dermatologists.",
        );
    }
    let mut cards = String::from("<div class=\"cards\">");
    for (name, metric) in [
        ("AUROC", "AUROC"),
        ("accuracy at high", "accuracy at high"),
        ("sensitivity at high", "sensitivity at high"),
        ("specificity at high", "specificity at high"),
        ("sensitivity at low", "sensitivity at low"),
        ("specificity at low", "specificity at low"),
    ] {
        if let Some(Estimate {
            value: Some(value),
            low: Some(low),
            high: Some(high),
            n,
            ..
        }) = find(e, "bcc", "all", metric)
        {
            cards += &format!(
                "<div class=\"card\">{name}<b>{value:.3}</b><span class=\"ci\">{low:.3}–{high:.3}, n {n}</span></div>"
            );
        }
    }
    page.raw(&(cards + "</div>"));
}

fn flow(page: &mut Page, e: &Evaluation) {
    page.section("Images");
    let f = &e.flow;
    let mut table = Table::new("Flow", &["", "n"]);
    for (name, n) in [
        ("labelled images", f.images),
        ("lesions", f.lesions),
        ("BCC", f.bcc),
        ("diagnosis by histopathology", f.histopathology),
        ("with a consensus of readers on the patterns", f.read),
        ("refused by the quality gate", f.refused),
        (
            "scored (with those the gate refuses, where it was off)",
            f.scored,
        ),
    ] {
        table.row(name, [n.to_string()]);
    }
    page.raw(&table.html());
    let diagnoses: Vec<_> = f
        .diagnoses
        .iter()
        .map(|(d, n)| format!("{d} {n}"))
        .collect();
    page.text(&format!("Diagnoses: {}.", diagnoses.join(", ")));
}

/// A table of one section: rows and columns by two properties of the figures.
fn pivot(
    caption: &str,
    figures: &[&Figure],
    row: impl Fn(&Figure) -> String,
    column: impl Fn(&Figure) -> String,
    corner: &str,
) -> String {
    let distinct = |of: &dyn Fn(&Figure) -> String| {
        let mut all: Vec<String> = Vec::new();
        for name in figures.iter().map(|f| of(f)) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        all
    };
    let columns = distinct(&column);
    let mut head = vec![corner];
    head.extend(columns.iter().map(String::as_str));
    let mut table = Table::new(caption, &head);
    for name in distinct(&row) {
        let cells = columns.iter().map(|c| {
            figures
                .iter()
                .find(|f| row(f) == name && &column(f) == c)
                .map(|f| estimate(&f.estimate))
                .unwrap_or_default()
        });
        table.row(&name, cells);
    }
    table.html()
}

fn of<'a>(e: &'a Evaluation, section: &str) -> Vec<&'a Figure> {
    e.figures.iter().filter(|f| f.section == section).collect()
}

fn bcc(page: &mut Page, e: &Evaluation) {
    page.section("Basal cell carcinoma");
    let p = &e.provenance;
    page.text(&format!(
        "The device answers no below {:.3} (low), yes from {:.3} (high), and uncertain between. \
         \"gate on\" leaves out what the quality gate refuses.",
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
    .series("BCC against everything else", &e.curves.roc, Mark::Line, 0)
    .series("BCC against nevi", &e.curves.roc_nevi, Mark::Line, 2)
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
        page.text(&format!(
            "At the threshold high: only these answers right in {} images, only the other's in {}; \
             McNemar's exact p = {:.3}.",
            test.only_first, test.only_second, test.p
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

fn patterns(page: &mut Page, e: &Evaluation) {
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

fn calibration(page: &mut Page, e: &Evaluation) {
    page.section("Calibration");
    page.raw(&pivot(
        "Slope 1 and intercept 0 are right; a slope below 1 means too sure",
        &of(e, "calibration"),
        |f| f.task.into(),
        |f| f.metric.clone(),
        "task",
    ));
    let mut plots = String::from("<div class=\"plots\">");
    for c in &e.calibration {
        let points: Vec<(f64, f64)> = c.bins.iter().map(|b| (b.said, b.is)).collect();
        let plot = Plot::new(
            &format!("Reliability of {}; lines: 95% Wilson intervals", c.task),
            ("probability said", "share that is"),
            (0.0, 1.0),
            (0.0, 1.0),
        )
        .series("", &[(0.0, 0.0), (1.0, 1.0)], Mark::Dashed, 3);
        let plot = c
            .bins
            .iter()
            .fold(plot, |plot, bin: &Bin| match wilson(bin.positives, bin.n) {
                Some((low, high)) => plot.interval(bin.said, low, high, 0),
                None => plot,
            });
        plots += &plot.series("", &points, Mark::Dots, 0).html();
    }
    page.raw(&(plots + "</div>"));
}

fn use_in_practice(page: &mut Page, e: &Evaluation) {
    page.section("What an answer is worth in practice");
    page.text(
        "Half of the test images are BCC; in primary care it is a few in a hundred. Sensitivity and \
         specificity are taken as they are here, which another population may not keep.",
    );
    let mut table = Table::new(
        "Predictive values by prevalence",
        &[
            "threshold, prevalence",
            "PPV: a yes is right",
            "NPV: a no is right",
        ],
    );
    for row in &e.prevalence {
        table.row(
            &format!("{}, {:.0}%", row.threshold, row.prevalence * 100.0),
            [estimate(&row.ppv), estimate(&row.npv)],
        );
    }
    page.raw(&table.html());
    let mut plots = String::from("<div class=\"plots\">");
    for curve in &e.decision {
        let series = |of: fn(&crate::study::metrics::NetBenefit) -> f64| -> Vec<(f64, f64)> {
            curve.points.iter().map(|p| (p.threshold, of(p))).collect()
        };
        let top = (curve.prevalence * 1.1).min(1.0);
        // A tick falls on 0.
        let bottom = -top / 4.0;
        let caption = format!(
            "Decision curve at a prevalence of {:.0}%{}; a curve that leaves the plot goes on below \
             {bottom:.3}",
            curve.prevalence * 100.0,
            if curve.own {
                " (the test set's own)"
            } else {
                ": probabilities moved to it by Bayes' rule"
            }
        );
        plots += &Plot::new(
            &caption,
            ("probability from which one would refer", "net benefit"),
            (0.0, 0.5),
            (bottom, top),
        )
        .series(
            "refer nobody: 0",
            &[(0.0, 0.0), (0.5, 0.0)],
            Mark::Dashed,
            3,
        )
        .series("refer everybody", &series(|p| p.all), Mark::Dashed, 1)
        .series("refer by the model", &series(|p| p.model), Mark::Line, 0)
        .html();
    }
    page.raw(&(plots + "</div>"));
}

fn subgroups(page: &mut Page, e: &Evaluation) {
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

fn gate(page: &mut Page, e: &Evaluation) {
    page.section("The quality gate");
    page.raw(&pivot(
        "Share of images refused",
        &of(e, "gate"),
        |f| f.subset.clone(),
        |f| f.metric.clone(),
        "images",
    ));
    for (name, count) in [
        ("Labelled images", Some(&e.gate.images)),
        ("Not dermoscopic", e.gate.not_dermoscopic.as_ref()),
    ] {
        if let Some(count) = count {
            let reasons: Vec<_> = count
                .reasons
                .iter()
                .map(|(r, n)| format!("{r} {n}"))
                .collect();
            page.text(&format!(
                "{name}: {} of {} refused ({}).",
                count.refused,
                count.n,
                if reasons.is_empty() {
                    "no reason".into()
                } else {
                    reasons.join(", ")
                }
            ));
        }
    }
}

fn failures(page: &mut Page, e: &Evaluation, thumbnails: &dyn Fn(&str) -> Option<String>) {
    page.section("Failures");
    let f = &e.failures;
    for (title, shown, total) in [
        (
            "BCC answered no, the surest first",
            &f.missed,
            f.missed_total,
        ),
        (
            "Not BCC, answered yes, the surest first",
            &f.false_alarms,
            f.false_alarms_total,
        ),
    ] {
        page.heading(&format!("{title}: {} of {total}", shown.len()));
        let all: String = shown.iter().map(|f| failure(f, thumbnails)).collect();
        page.raw(&format!("<div class=\"gallery\">{all}</div>"));
    }
}

fn failure(f: &Failure, thumbnails: &dyn Fn(&str) -> Option<String>) -> String {
    let picture = thumbnails(&f.file)
        .map(|url| format!("<img alt=\"\" src=\"{url}\">"))
        .unwrap_or_default();
    format!(
        "<figure>{picture}<figcaption><code>{}</code><br>{}, BCC {:.0} %{}{}</figcaption></figure>",
        escape(&f.file),
        escape(&f.diagnosis),
        f.probability * 100.0,
        if f.patterns.is_empty() {
            String::new()
        } else {
            format!("; {}", f.patterns.join(", "))
        },
        if f.refused {
            "; refused by the gate"
        } else {
            ""
        }
    )
}

fn methods(page: &mut Page, e: &Evaluation) {
    page.section("Methods");
    page.text(&format!(
        "Answers: {}. Shares have Wilson's 95% interval; all other figures the 2.5th and 97.5th \
         percentile of {} bootstrap rounds over lesions, with a fixed seed (for the calibration \
         error moved by the rounds' bias, which is upward). A figure from fewer than \
         30 cases (or fewer than 30 of either class) is marked \"small n\"; with fewer than 5 \
         of either class it has no bootstrap interval. Patterns count as present \
         from a posterior of 0.5 of Dawid and Skene's EM over the readers. Missing labels leave an \
         image out of that figure only; its n says so.",
        e.provenance.by, e.bootstrap_rounds
    ));
    page.text(&format!(
        "Made by bccscope {}: {}",
        e.app_version, e.source.command
    ));
}
