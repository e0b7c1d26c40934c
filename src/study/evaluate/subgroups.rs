//! The same question in parts of the population.

use std::collections::BTreeSet;

use super::{
    Figure,
    view::{Item, View},
};
use crate::{
    model::Task,
    study::{labels::NOT_STATED, metrics::auroc},
};

pub(super) fn subgroups(all: &View<'_>, figures: &mut Vec<Figure>) {
    for (what, of) in [
        ("age", age_band as fn(&Item<'_>) -> String),
        ("sex", |i| stated(&i.case.sex)),
        ("skin tone", |i| stated(&i.case.skin_tone)),
        ("site", |i| stated(&i.case.site)),
    ] {
        let values: BTreeSet<String> = all.items.iter().map(of).collect();
        // Nothing is known of anybody: the one part would be the whole again.
        if values.iter().all(|value| value == NOT_STATED) {
            continue;
        }
        for value in values {
            let part = all.part(format!("{what}: {value}"), |i| of(i) == value);
            one(&part, figures, true);
        }
    }
    let diagnoses: BTreeSet<&str> = all
        .items
        .iter()
        .filter(|i| !i.case.bcc)
        .map(|i| i.case.diagnosis.as_str())
        .collect();
    if diagnoses.iter().all(|&diagnosis| diagnosis == NOT_STATED) {
        return;
    }
    for diagnosis in diagnoses {
        let part = all.part(format!("diagnosis: BCC against {diagnosis}"), |i| {
            i.case.bcc || i.case.diagnosis == diagnosis
        });
        // The sensitivity is everybody's; only what concerns the other side is told.
        one(&part, figures, false);
    }
}

fn one(part: &View<'_>, figures: &mut Vec<Figure>, both: bool) {
    let truth = part.bcc();
    let add = |figures: &mut Vec<Figure>, metric: &str, estimate| {
        part.add(figures, "subgroups", Task::Bcc, metric, estimate);
    };
    add(figures, "AUROC", part.scored(Task::Bcc, &truth, auroc));
    for (name, at) in [("high", part.high(Task::Bcc)), ("low", part.low(Task::Bcc))] {
        let said = |i: &Item<'_>| i.p(Task::Bcc) >= at;
        if both {
            let hit = part.share(|i| i.case.bcc.then(|| said(i)));
            add(figures, &format!("sensitivity at {name}"), hit);
        }
        let passed = part.share(|i| (!i.case.bcc).then(|| !said(i)));
        add(figures, &format!("specificity at {name}"), passed);
    }
}

fn age_band(item: &Item<'_>) -> String {
    match item.case.age {
        None => NOT_STATED.into(),
        Some(age) if age < 40.0 => "under 40".into(),
        Some(age) if age < 60.0 => "40 to 59".into(),
        Some(age) if age < 80.0 => "60 to 79".into(),
        Some(_) => "80 and over".into(),
    }
}

fn stated(text: &str) -> String {
    if text.is_empty() { NOT_STATED } else { text }.to_owned()
}
