//! What the device itself says, as a cross tabulation and in shares.

use super::figures::{of, pivot};
use crate::study::{
    evaluate::{Evaluation, Told},
    html::{Page, Table},
};

pub(super) fn verdict(page: &mut Page, e: &Evaluation) {
    page.heading("The device's verdict");
    page.text(
        "The answer judged is the verdict on the screen. BCC suspected: the network's probability \
         reaches the threshold high and the rule does not say \"not BCC\". No signs: it lies below \
         low and the rule does not say \"BCC\". Uncertain, repeat or refer: it lies between the \
         thresholds, or network and rule disagree. With the gate on, a refused image is \"not \
         usable\" and counts; in the other columns it has the verdict it would have had.",
    );
    let unscored = e.flow.images - e.flow.scored;
    if unscored > 0 {
        page.text(&format!(
            "{unscored} of the {} images were refused and never scored: only \"gate on\" counts \
             them. analyze --no-gate scores them too.",
            e.flow.images
        ));
    }
    let mut table = Table::new(
        "Verdicts by diagnosis",
        &[
            "",
            "n",
            "suspected",
            "uncertain",
            "(between the thresholds)",
            "(the rule disagrees)",
            "no signs",
            "not usable",
        ],
    );
    for t in &e.verdicts {
        for (truth, told) in [("BCC", &t.bcc), ("non-BCC", &t.non_bcc)] {
            table.row(&row_name(&t.subset, truth), cells(told, t.gate));
        }
    }
    page.raw(&table.html());
    page.raw(&pivot(
        "Shares with 95% intervals; those \"among\" hold for the share of BCC in these images",
        &of(e, "verdict"),
        |f| f.metric.clone(),
        |f| f.subset.clone(),
        "",
    ));
}

fn row_name(subset: &str, truth: &str) -> String {
    format!("{subset}: {truth}")
}

fn cells(told: &Told, gate: bool) -> Vec<String> {
    let n = told.total();
    let count = |part: u64| {
        if n == 0 {
            return part.to_string();
        }
        let percent = 100.0 * part as f64 / n as f64;
        format!("{part} <span class=\"ci\">({percent:.1} %)</span>")
    };
    let mut cells = vec![n.to_string()];
    cells.extend(
        [
            told.suspected,
            told.uncertain,
            told.between_thresholds,
            told.rule_disagrees,
            told.no_signs,
        ]
        .map(count),
    );
    cells.push(if gate {
        count(told.not_usable)
    } else {
        "–".into()
    });
    cells
}
