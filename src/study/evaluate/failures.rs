//! The answers that are most wrong: what a clinician wants to see first. They rest on the device's
//! verdict; those of the network alone are counted beside them.

use serde::Serialize;

use super::view::{Item, View};
use crate::{assess::Verdict, model::Task};

/// Shown of each kind.
const SHOWN: usize = 12;

/// The worst answers of both kinds, whatever the quality gate says of their images.
#[derive(Clone, Debug, Serialize)]
pub struct Failures {
    /// BCC told that there are no signs of it, the surest first.
    pub told_no_signs: Vec<Failure>,
    /// How many there are.
    pub told_no_signs_total: u64,
    /// Non-BCC told that BCC is suspected, the surest first.
    pub told_suspected: Vec<Failure>,
    /// How many there are.
    pub told_suspected_total: u64,
    /// BCC that the network alone puts below `low`, the surest first.
    pub missed: Vec<Failure>,
    /// How many there are.
    pub missed_total: u64,
    /// Non-BCC that the network alone puts at or above `high`, the surest first.
    pub false_alarms: Vec<Failure>,
    /// How many there are.
    pub false_alarms_total: u64,
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// The image, relative to the images' folder.
    pub file: String,
    /// Its diagnosis.
    pub diagnosis: String,
    /// What the device says of it.
    pub verdict: Verdict,
    /// The BCC probability said.
    pub probability: f64,
    /// Patterns said to be present.
    pub patterns: Vec<&'static str>,
    /// Whether the quality gate would have refused it.
    pub refused: bool,
}

pub(super) fn failures(all: &View<'_>) -> Failures {
    let p = |i: &Item<'_>| i.p(Task::Bcc);
    let worst = |bcc: bool, wrong: &dyn Fn(&Item<'_>) -> bool| {
        let items = all.items.iter();
        let mut found: Vec<_> = items.filter(|i| i.case.bcc == bcc && wrong(i)).collect();
        found.sort_by(|a, b| p(a).total_cmp(&p(b)));
        if !bcc {
            found.reverse();
        }
        let shown = found.iter().take(SHOWN).map(|i| failure(all, i)).collect();
        (shown, found.len() as u64)
    };
    let said = |verdict| move |i: &Item<'_>| i.scored.verdict == verdict;
    let (told_no_signs, told_no_signs_total) = worst(true, &said(Verdict::NoBccSigns));
    let (told_suspected, told_suspected_total) = worst(false, &said(Verdict::BccSuspected));
    let (missed, missed_total) = worst(true, &|i| p(i) < all.low(Task::Bcc));
    let (false_alarms, false_alarms_total) = worst(false, &|i| p(i) >= all.high(Task::Bcc));
    Failures {
        told_no_signs,
        told_no_signs_total,
        told_suspected,
        told_suspected_total,
        missed,
        missed_total,
        false_alarms,
        false_alarms_total,
    }
}

fn failure(all: &View<'_>, item: &Item<'_>) -> Failure {
    Failure {
        file: item.case.file.clone(),
        diagnosis: item.case.diagnosis.clone(),
        verdict: item.scored.verdict,
        probability: item.p(Task::Bcc),
        patterns: Task::PATTERNS
            .into_iter()
            .filter(|&task| item.p(task) >= all.high(task))
            .map(Task::code)
            .collect(),
        refused: !item.usable,
    }
}
