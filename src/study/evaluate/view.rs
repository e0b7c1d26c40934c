//! Some of the cases, with everything known of each.

use super::{Figure, Inputs, Provenance, Scored, TwoByTwo};
use crate::{
    model::Task,
    study::{
        SEED,
        consensus::{PRESENT, Standard},
        labels::Case,
        metrics::{Bootstrap, Confusion, Estimate},
    },
};

/// The view that holds BCC against nevi alone, and how the labels name a nevus.
pub(crate) const AGAINST_NEVI: &str = "BCC against NV";
const NEVUS: &str = "NV";

/// A posterior this far from doubt counts as decided.
const DECIDED: f64 = 0.8;

/// One scored case.
#[derive(Clone, Copy)]
pub(crate) struct Item<'a> {
    pub case: &'a Case,
    pub scored: &'a Scored,
    pub usable: bool,
    pub standard: Option<&'a Standard>,
}

impl Item<'_> {
    pub fn p(&self, task: Task) -> f64 {
        self.scored.probability[task.index()]
    }

    /// The consensus on a pattern.
    pub fn consensus(&self, task: Task) -> Option<bool> {
        Some(self.standard?.posterior[task.index()]? >= PRESENT)
    }

    /// Share of the readers of a pattern who say what the others agree on.
    pub fn single(&self, task: Task) -> Option<f64> {
        self.standard?.single[task.index()]
    }

    /// Chance that the same readers come to the same consensus on a pattern again.
    pub fn again(&self, task: Task) -> Option<f64> {
        self.standard?.again[task.index()]
    }

    /// Share of the ways to halve the readers of a pattern in which both halves agree.
    pub fn halves(&self, task: Task) -> Option<f64> {
        self.standard?.halves[task.index()]
    }

    /// Whether the consensus leaves no doubt of a pattern, either way. Where it does, agreement
    /// with it says little: a single reader in four may have tipped it.
    pub fn decided(&self, task: Task) -> bool {
        let posterior = self.standard.and_then(|s| s.posterior[task.index()]);
        posterior.is_some_and(|p| p.max(1.0 - p) >= DECIDED)
    }
}

/// Scored cases under one name.
#[derive(Clone)]
pub(crate) struct View<'a> {
    pub name: String,
    pub items: Vec<Item<'a>>,
    pub provenance: &'a Provenance,
    pub rounds: usize,
}

impl<'a> View<'a> {
    pub fn all(inputs: &'a Inputs<'_>) -> View<'a> {
        let items = inputs
            .cases
            .iter()
            .zip(&inputs.run.predictions)
            .filter_map(|(case, prediction)| {
                Some(Item {
                    case,
                    scored: prediction.scored.as_ref()?,
                    usable: prediction.usable,
                    standard: inputs.reference.and_then(|r| r.get(case.name())),
                })
            })
            .collect();
        View {
            name: "all".into(),
            items,
            provenance: &inputs.run.provenance,
            rounds: inputs.rounds,
        }
    }

    pub fn part(&self, name: impl Into<String>, keep: impl Fn(&Item<'_>) -> bool) -> View<'a> {
        View {
            name: name.into(),
            items: self
                .items
                .iter()
                .filter(|item| keep(item))
                .copied()
                .collect(),
            ..*self
        }
    }

    /// BCC and nevi; `None` where no nevus is among these.
    pub fn against_nevi(&self) -> Option<View<'a>> {
        let nevus = |case: &Case| case.diagnosis == NEVUS;
        let any = self.items.iter().any(|i| nevus(i.case));
        any.then(|| self.part(AGAINST_NEVI, |i| i.case.bcc || nevus(i.case)))
    }

    pub fn len(&self) -> usize {
        self.items.len()
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub fn bootstrap(&self) -> Bootstrap {
        Bootstrap::by_cluster(
            self.items.iter().map(|item| item.case.lesion.as_str()),
            self.rounds,
            SEED,
        )
    }

    pub fn p(&self, task: Task) -> Vec<f64> {
        self.items.iter().map(|item| item.p(task)).collect()
    }

    pub fn bcc(&self) -> Vec<bool> {
        self.items.iter().map(|item| item.case.bcc).collect()
    }

    pub fn low(&self, task: Task) -> f64 {
        self.provenance.low[task.index()]
    }

    pub fn high(&self, task: Task) -> f64 {
        self.provenance.high[task.index()]
    }

    /// Whether a BCC probability lies between the thresholds.
    pub fn between(&self, p: f64) -> bool {
        p >= self.low(Task::Bcc) && p < self.high(Task::Bcc)
    }

    /// Adds a figure of these cases.
    pub fn add(
        &self,
        figures: &mut Vec<Figure>,
        section: &'static str,
        task: Task,
        metric: impl Into<String>,
        estimate: Estimate,
    ) {
        figures.push(Figure {
            section,
            subset: self.name.clone(),
            task: task.code(),
            metric: metric.into(),
            estimate,
        });
    }

    /// The share of yes among the images of which `says` says something.
    pub fn share(&self, says: impl Fn(&Item<'_>) -> Option<bool>) -> Estimate {
        let items = self.items.iter();
        Estimate::by_lesion(items.filter_map(|i| Some((i.case.lesion.as_str(), says(i)?))))
    }

    /// The mean of a share over the images of which it is known; `None` where of none.
    pub fn mean(&self, share: impl Fn(&Item<'_>) -> Option<f64>) -> Option<Estimate> {
        let known = self.part("", |item| share(item).is_some());
        let shares: Vec<f64> = known.items.iter().filter_map(share).collect();
        (!shares.is_empty()).then(|| Estimate::mean(&known.bootstrap(), &shares))
    }

    /// A figure of a task's probability against `truth`, with a bootstrap interval.
    pub fn scored(
        &self,
        task: Task,
        truth: &[bool],
        figure: impl Fn(&[f64], &[bool]) -> Option<f64>,
    ) -> Estimate {
        Estimate::bootstrapped(&self.bootstrap(), &self.p(task), truth, figure)
    }

    /// As [`View::scored`], for a calibration error.
    pub fn error(
        &self,
        task: Task,
        truth: &[bool],
        figure: impl Fn(&[f64], &[bool]) -> Option<f64>,
    ) -> Estimate {
        Estimate::bootstrapped_error(&self.bootstrap(), &self.p(task), truth, figure)
    }

    /// Adds the figures at one threshold and its two-by-two table. Of a single class there is no
    /// precision and no accuracy: they would be its share, or its sensitivity, under another name.
    pub fn at_threshold(
        &self,
        section: &'static str,
        task: Task,
        threshold: (&'static str, f64),
        truth: &[bool],
        figures: &mut Vec<Figure>,
        tables: Option<&mut Vec<TwoByTwo>>,
    ) {
        let (name, at) = threshold;
        let answers: Vec<(&Item<'_>, bool, bool)> = self
            .items
            .iter()
            .zip(truth)
            .map(|(item, &is)| (item, item.p(task) >= at, is))
            .collect();
        let counts = Confusion::count(answers.iter().map(|&(_, said, is)| (said, is)));
        for (metric, of_both, right) in SHARES {
            let estimate = Estimate::by_lesion(answers.iter().filter_map(|&(item, said, is)| {
                Some((item.case.lesion.as_str(), right(said, is)?))
            }));
            let estimate = if of_both {
                of_both_classes(truth, estimate)
            } else {
                estimate
            };
            self.add(
                figures,
                section,
                task,
                format!("{metric} at {name}"),
                estimate,
            );
        }
        if let Some(tables) = tables {
            tables.push(TwoByTwo {
                subset: self.name.clone(),
                task: task.code(),
                threshold: name,
                at,
                counts,
            });
        }
    }
}

/// A share of the two-by-two table: its name, whether it takes both classes, and of an answer
/// said and true whether it is right; `None` where it does not count.
type Share = (&'static str, bool, fn(bool, bool) -> Option<bool>);

const SHARES: [Share; 4] = [
    ("sensitivity", false, |said, is| is.then_some(said)),
    ("specificity", false, |said, is| (!is).then_some(!said)),
    ("precision", true, |said, is| said.then_some(is)),
    ("accuracy", true, |said, is| Some(said == is)),
];

/// The estimate, without a value where one of the classes is missing.
pub(crate) fn of_both_classes(truth: &[bool], estimate: Estimate) -> Estimate {
    if truth.contains(&true) && truth.contains(&false) {
        estimate
    } else {
        estimate.without_value()
    }
}
