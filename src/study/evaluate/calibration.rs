//! Whether the probabilities mean what they say, and what an answer is worth elsewhere.

use serde::Serialize;

use super::{
    Figure,
    view::{Item, View},
};
use crate::{
    assess::Verdict,
    model::Task,
    study::metrics::{
        Bin, Bins, Estimate, NetBenefit, brier, calibration_in_the_large, ece, net_benefit, npv,
        ppv, reliability, slope_intercept,
    },
};

/// Reliability of one task's probability.
#[derive(Clone, Debug, Serialize)]
pub struct Calibration {
    /// Task code.
    pub task: &'static str,
    /// Ten bins of equal width; empty ones left out.
    pub bins: Vec<Bin>,
}

/// What an answer is worth at one prevalence.
#[derive(Clone, Debug, Serialize)]
pub struct PrevalenceRow {
    /// `verdict` (suspected, no signs), or the network alone at `low` or `high`.
    pub threshold: &'static str,
    /// Share of BCC among those looked at.
    pub prevalence: f64,
    /// Chance that an answer from the threshold on (suspected) is right.
    pub ppv: Estimate,
    /// Chance that an answer below it (no signs) is right.
    pub npv: Estimate,
}

/// Decision curve in a population.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionCurve {
    /// Its prevalence.
    pub prevalence: f64,
    /// Whether that is the test set's own.
    pub own: bool,
    /// Points.
    pub points: Vec<NetBenefit>,
}

/// Prevalences of the table: a screening clinic's to a specialist's.
const PREVALENCES: [f64; 9] = [0.01, 0.02, 0.03, 0.05, 0.10, 0.15, 0.20, 0.30, 0.50];
/// Prevalence of the second decision curve: referrals in primary care.
const PRIMARY_CARE: f64 = 0.05;
/// Bins of the calibration error.
const BINS: usize = 10;

pub(super) fn all(view: &View<'_>, figures: &mut Vec<Figure>) -> Vec<Calibration> {
    Task::ALL
        .into_iter()
        .filter_map(|task| {
            let known = match task {
                Task::Bcc => view.clone(),
                pattern => view.part("all", |i| i.consensus(pattern).is_some()),
            };
            if known.is_empty() {
                return None;
            }
            let truth: Vec<bool> = known
                .items
                .iter()
                .map(|i| {
                    i.consensus(task)
                        .filter(|_| task != Task::Bcc)
                        .unwrap_or(i.case.bcc)
                })
                .collect();
            let mut add = |metric: &str, estimate| {
                known.add(figures, "calibration", task, metric, estimate);
            };
            add("Brier", known.scored(task, &truth, brier));
            add(
                "ECE, 10 fixed bins",
                known.error(task, &truth, |p, t| ece(p, t, Bins::Fixed(BINS))),
            );
            add(
                "ECE, 10 adaptive bins",
                known.error(task, &truth, |p, t| ece(p, t, Bins::Adaptive(BINS))),
            );
            add(
                "slope",
                known.scored(task, &truth, |p, t| Some(slope_intercept(p, t)?.slope)),
            );
            add(
                "intercept",
                known.scored(task, &truth, |p, t| Some(slope_intercept(p, t)?.intercept)),
            );
            add(
                "in the large",
                known.scored(task, &truth, calibration_in_the_large),
            );
            Some(Calibration {
                task: task.code(),
                bins: reliability(&known.p(task), &truth, Bins::Fixed(BINS)),
            })
        })
        .collect()
}

pub(super) fn prevalence(view: &View<'_>) -> Vec<PrevalenceRow> {
    let from = |at: f64| move |i: &Item<'_>| i.p(Task::Bcc) >= at;
    let (high, low) = (from(view.high(Task::Bcc)), from(view.low(Task::Bcc)));
    let suspected = |i: &Item<'_>| i.scored.verdict == Verdict::BccSuspected;
    // Uncertain is neither: a no of these is a verdict of no signs alone.
    let any_signs = |i: &Item<'_>| i.scored.verdict != Verdict::NoBccSigns;
    let mut rows = Vec::new();
    for (threshold, yes, not_no) in [
        ("verdict", &suspected as Says<'_>, &any_signs as Says<'_>),
        ("high", &high, &high),
        ("low", &low, &low),
    ] {
        let [for_yes, for_no] = [yes, not_no].map(|said| {
            (
                view.share(|i| i.case.bcc.then(|| said(i))),
                view.share(|i| (!i.case.bcc).then(|| !said(i))),
            )
        });
        for prevalence in PREVALENCES {
            rows.push(PrevalenceRow {
                threshold,
                prevalence,
                ppv: Estimate::of_shares(&for_yes.0, &for_yes.1, |a, b| ppv(a, b, prevalence)),
                npv: Estimate::of_shares(&for_no.0, &for_no.1, |a, b| npv(a, b, prevalence)),
            });
        }
    }
    rows
}

/// Whether something was said of an image.
type Says<'a> = &'a dyn Fn(&Item<'_>) -> bool;

/// Decision curves: at the test set's prevalence, with the probabilities as they are; and at
/// primary care's, where they are first moved there by Bayes' rule from the prevalence they were
/// fitted for (not the test set's: that may be any), as a clinic would have to. The second is left
/// out where that is not known, both without both classes.
pub(super) fn decision(view: &View<'_>) -> Vec<DecisionCurve> {
    let truth = view.bcc();
    let positives = truth.iter().filter(|&&t| t).count();
    if positives == 0 || positives == truth.len() {
        return Vec::new();
    }
    let own = positives as f64 / truth.len() as f64;
    let odds = |p: f64| p / (1.0 - p);
    let fitted = view.provenance.prevalence;
    let there = fitted.map(|fitted| (PRIMARY_CARE, odds(PRIMARY_CARE) / odds(fitted)));
    [Some((own, 1.0)), there]
        .into_iter()
        .flatten()
        .map(|(prevalence, shift)| {
            let moved: Vec<f64> = view
                .p(Task::Bcc)
                .into_iter()
                .map(|p| p * shift / (p * shift + 1.0 - p))
                .collect();
            let points = (1..=50)
                .filter_map(|percent| {
                    net_benefit(&moved, &truth, f64::from(percent) / 100.0, Some(prevalence))
                })
                .collect();
            DecisionCurve {
                prevalence,
                own: prevalence == own,
                points,
            }
        })
        .collect()
}
