//! Which images were judged, and what the labels tell of them.

use crate::study::{
    evaluate::Evaluation,
    html::{Page, Table, escape},
    labels::NOT_STATED,
};

/// So many values of one column are told; a column of free text has as many as images.
const TOLD: usize = 12;

pub(super) fn flow(page: &mut Page, e: &Evaluation) {
    page.section("Images");
    let f = &e.flow;
    let mut table = Table::new("Flow", &["", "n"]);
    let mut row = |name: &str, n: u64| table.row(name, [n.to_string()]);
    row("labelled images", f.images + f.unreadable);
    if f.unreadable > 0 {
        row("of these not readable, and in no figure", f.unreadable);
        row("judged", f.images);
    }
    row("lesions", f.lesions);
    row("BCC", f.bcc);
    row("with a consensus of readers on the patterns", f.read);
    row("refused by the quality gate", f.refused);
    row(
        "scored (with those the gate refuses, where it was off)",
        f.scored,
    );
    page.raw(&table.html());
    page.text(&format!("Diagnoses: {}.", counts(&f.diagnoses)));
    page.text(&format!("Confirmed by: {}.", counts(&f.confirmed_by)));
    unreadable(page, e);
    for doubt in &e.source.doubts {
        page.warning(doubt);
    }
    page.text(&e.source.columns.words());
}

/// Values with their numbers, the most frequent first.
fn counts(values: &[(String, u64)]) -> String {
    let mut values: Vec<_> = values.iter().collect();
    values.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let told = values.iter().take(TOLD);
    let mut words: Vec<String> = told
        .map(|(value, n)| match value.as_str() {
            "" => format!("{NOT_STATED} {n}"),
            value => format!("{value} {n}"),
        })
        .collect();
    if let Some(rest) = values.get(TOLD..).filter(|rest| !rest.is_empty()) {
        let n: u64 = rest.iter().map(|(_, n)| n).sum();
        words.push(format!("{} other values {n}", rest.len()));
    }
    words.join(", ")
}

/// Whether the labels tell of any image how its diagnosis was confirmed.
pub(super) fn confirmation_stated(e: &Evaluation) -> bool {
    e.flow
        .confirmed_by
        .iter()
        .any(|(value, _)| !value.is_empty())
}

fn unreadable(page: &mut Page, e: &Evaluation) {
    let images = &e.source.unreadable;
    if images.is_empty() {
        return;
    }
    let bcc = images.iter().filter(|image| image.bcc).count();
    page.warning(&format!(
        "{} of {} labelled images could not be read, {bcc} of them BCC. They are in no figure.",
        images.len(),
        e.flow.images + e.flow.unreadable
    ));
    let mut table = Table::new(
        "Not readable",
        &["image", "line in the labels", "BCC", "why"],
    );
    for image in images {
        let bcc = if image.bcc { "yes" } else { "no" };
        table.row(
            &image.file,
            [image.line.to_string(), bcc.into(), escape(&image.why)],
        );
    }
    page.raw(&table.html());
}
