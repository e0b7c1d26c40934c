//! What the probabilities are worth: calibration, and use where BCC is rarer.

use super::figures::{of, pivot};
use crate::study::{
    evaluate::Evaluation,
    html::{Mark, Page, Plot, Table, estimate},
    metrics::{Bin, NetBenefit, wilson},
};

pub(super) fn calibration(page: &mut Page, e: &Evaluation) {
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

pub(super) fn use_in_practice(page: &mut Page, e: &Evaluation) {
    page.section("What an answer is worth in practice");
    let f = &e.flow;
    page.text(&format!(
        "BCC are {:.0}% of these images ({} of {}); in primary care it is a few in a hundred. \
         Sensitivity and specificity are taken as they are here, which another population may not \
         keep.",
        100.0 * f.bcc as f64 / f.images.max(1) as f64,
        f.bcc,
        f.images
    ));
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
    if e.decision.is_empty() {
        page.text("No decision curve: that needs images with BCC and images without.");
        return;
    }
    let mut plots = String::from("<div class=\"plots\">");
    for curve in &e.decision {
        let series = |of: fn(&NetBenefit) -> f64| -> Vec<(f64, f64)> {
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
                ": probabilities moved there by Bayes' rule from the prevalence they were fitted for"
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
    match e.provenance.prevalence {
        Some(fitted) => page.text(&format!(
            "The probabilities hold where {:.0}% are BCC; \"study recalibrate\" makes a model whose \
             probabilities hold elsewhere.",
            fitted * 100.0
        )),
        None => page.text(
            "No decision curve for primary care: the answers do not say at which prevalence their \
             probabilities hold (model.prevalence of `analyze --json`).",
        ),
    }
}
