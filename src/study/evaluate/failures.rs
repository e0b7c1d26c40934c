//! The answers that are most wrong: what a clinician wants to see first.

use serde::Serialize;

use super::view::{Item, View};
use crate::model::Task;

/// Shown of each kind.
const SHOWN: usize = 12;

/// The worst answers of both kinds.
#[derive(Clone, Debug, Serialize)]
pub struct Failures {
    /// BCC below `low`, the surest first.
    pub missed: Vec<Failure>,
    /// How many there are.
    pub missed_total: u64,
    /// Non-BCC at or above `high`, the surest first.
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
    /// The BCC probability said.
    pub probability: f64,
    /// Patterns said to be present.
    pub patterns: Vec<&'static str>,
    /// Whether the quality gate would have refused it.
    pub refused: bool,
}

pub(super) fn failures(all: &View<'_>) -> Failures {
    let p = |i: &Item<'_>| i.p(Task::Bcc);
    let mut missed: Vec<_> = all
        .items
        .iter()
        .filter(|i| i.case.bcc && p(i) < all.low(Task::Bcc))
        .collect();
    missed.sort_by(|a, b| p(a).total_cmp(&p(b)));
    let mut alarms: Vec<_> = all
        .items
        .iter()
        .filter(|i| !i.case.bcc && p(i) >= all.high(Task::Bcc))
        .collect();
    alarms.sort_by(|a, b| p(b).total_cmp(&p(a)));
    let tell = |items: &[&Item<'_>]| items.iter().take(SHOWN).map(|i| failure(all, i)).collect();
    Failures {
        missed: tell(&missed),
        missed_total: missed.len() as u64,
        false_alarms: tell(&alarms),
        false_alarms_total: alarms.len() as u64,
    }
}

fn failure(all: &View<'_>, item: &Item<'_>) -> Failure {
    Failure {
        file: item.case.file.clone(),
        diagnosis: item.case.diagnosis.clone(),
        probability: item.p(Task::Bcc),
        patterns: Task::PATTERNS
            .into_iter()
            .filter(|&task| item.p(task) >= all.high(task))
            .map(Task::code)
            .collect(),
        refused: !item.usable,
    }
}
