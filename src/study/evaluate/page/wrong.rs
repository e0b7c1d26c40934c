//! Images that got no answer, and those that got a wrong one.

use super::figures::{of, pivot};
use crate::study::{
    evaluate::{Evaluation, Failure},
    html::{Page, escape},
};

pub(super) fn gate(page: &mut Page, e: &Evaluation) {
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

pub(super) fn failures(
    page: &mut Page,
    e: &Evaluation,
    thumbnails: &dyn Fn(&str) -> Option<String>,
) {
    page.section("Failures");
    let f = &e.failures;
    for (title, shown, total) in [
        (
            "BCC told no signs, the surest first",
            &f.told_no_signs,
            f.told_no_signs_total,
        ),
        (
            "Not BCC, told suspected, the surest first",
            &f.told_suspected,
            f.told_suspected_total,
        ),
    ] {
        page.heading(&format!("{title}: {} of {total}", shown.len()));
        let all: String = shown.iter().map(|f| failure(f, thumbnails)).collect();
        page.raw(&format!("<div class=\"gallery\">{all}</div>"));
    }
    page.text(&format!(
        "Of the BCC that the network alone puts below low, {} of {} have another verdict, as the \
         rule disagrees; of the others that it puts at high or above, {} of {}.",
        f.missed_total - f.told_no_signs_total,
        f.missed_total,
        f.false_alarms_total - f.told_suspected_total,
        f.false_alarms_total
    ));
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
