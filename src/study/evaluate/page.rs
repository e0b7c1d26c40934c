//! The report a clinician reads: one page, everything in it, no network.

mod answers;
mod checklist;
mod figures;
mod images;
mod probabilities;
mod verdict;
mod wrong;

use self::figures::find;
use super::Evaluation;
use crate::study::{
    explain,
    html::{Page, SMALL},
};

/// Writes the page. `thumbnails` gives a data URL for an image, or nothing.
pub fn page(
    e: &Evaluation,
    explained: Option<&explain::Report>,
    thumbnails: &dyn Fn(&str) -> Option<String>,
) -> String {
    let mut page = Page::new("bccscope: evaluation of the model");
    head(&mut page, e);
    images::flow(&mut page, e);
    answers::bcc(&mut page, e);
    answers::patterns(&mut page, e);
    probabilities::calibration(&mut page, e);
    probabilities::use_in_practice(&mut page, e);
    answers::subgroups(&mut page, e);
    wrong::gate(&mut page, e);
    if let Some(report) = explained {
        explain::section(&mut page, report);
    }
    wrong::failures(&mut page, e, thumbnails);
    methods(&mut page, e);
    checklist::checklist(&mut page, e, explained.is_some());
    page.finish()
}

fn head(page: &mut Page, e: &Evaluation) {
    page.text(&format!(
        "Model {}. Labels: {}{}. Decision support, not a diagnosis.",
        e.provenance.words(),
        e.source.labels.display(),
        e.source
            .split
            .as_ref()
            .map(|s| format!(", split {s}"))
            .unwrap_or_default()
    ));
    if let Some(what) = e.provenance.stood_in() {
        page.warning(&format!(
            "{what}: engine or camera was only a stand-in there. These are not the device's figures."
        ));
    }
    if let Some(known) = known_to_the_model(e) {
        page.warning(&format!(
            "{known}: then these figures are optimistic. Only images the model and its makers \
             never saw can judge it. Splits of your own data of the same names mean nothing here."
        ));
    }
    if e.flow.read > 0 {
        page.warning(
            "Pattern figures compare with the consensus of the readers given, whoever they were. The \
             readings this project ships are blinded runs of an automated vision-language reader, \
             not dermatologists.",
        );
    }
    let mut cards = String::from("<div class=\"cards\">");
    for (section, metric) in [
        ("verdict", "BCC told no signs"),
        ("verdict", "BCC told suspected or uncertain"),
        ("verdict", "non-BCC told no signs"),
        ("verdict", "left uncertain"),
        ("bcc", "AUROC"),
        ("bcc", "accuracy at high"),
        ("bcc", "sensitivity at high"),
        ("bcc", "specificity at high"),
        ("bcc", "sensitivity at low"),
        ("bcc", "specificity at low"),
    ] {
        let found = find(e, section, "all", metric);
        if let Some((value, found)) = found.and_then(|e| Some((e.value?, e))) {
            let ends = found.ends("–").unwrap_or("no interval".into());
            cards += &format!(
                "<div class=\"card\">{metric}<b>{value:.3}</b><span class=\"ci\">{ends}, n {}</span>{}</div>",
                found.n,
                if found.small { SMALL } else { "" }
            );
        }
    }
    page.raw(&(cards + "</div>"));
}

/// How many of the images went into the model if the labels' splits are those of its own data,
/// whether or not a split was asked for; `None` where none did.
fn known_to_the_model(e: &Evaluation) -> Option<String> {
    let made = [
        ("train", "from which the model learned"),
        (
            "val",
            "on which thresholds, calibration and the choice of the weights were made",
        ),
    ];
    let known: Vec<String> = made
        .iter()
        .filter_map(|(split, what)| {
            let (_, n) = e.flow.splits.iter().find(|found| found.0 == *split)?;
            let all = e.flow.images;
            Some(format!(
                "{n} of the {all} images are of the split {split}, {what}"
            ))
        })
        .collect();
    (!known.is_empty()).then(|| {
        format!(
            "{}, if these are the splits of the project's own data",
            known.join("; ")
        )
    })
}

fn methods(page: &mut Page, e: &Evaluation) {
    page.section("Methods");
    page.text(&format!(
        "Answers: {}. Shares have Wilson's 95% interval, where \
         a lesion has several images that of as many independent ones as they are worth (by the \
         share's design effect; a lesion counts once where all answers are the same); predictive values by prevalence the ends \
         of those of sensitivity and specificity, carried through Bayes' rule, which is wider than \
         95%; all other figures the 2.5th and 97.5th \
         percentile of {} bootstrap rounds over lesions, with a fixed seed (for the calibration \
         error moved by the rounds' bias, which is upward). A figure from fewer than \
         30 cases (or fewer than 30 of either class) is marked \"small n\"; with fewer than 5 \
         of either class it has no bootstrap interval, nor where every round gives the same \
         figure: no error among these cases is no certainty of none elsewhere; nor where more than \
         one round in a hundred has no such figure. \"Or more\": the interval has no upper end, as the \
         figure is infinite in some rounds. Patterns count as present \
         from a posterior of 0.5 of Dawid and Skene's EM over the readers. Missing labels leave an \
         image out of that figure only; its n says so.",
        e.provenance.by, e.bootstrap_rounds
    ));
    page.text(&format!(
        "Made by bccscope {}: {}",
        e.app_version, e.source.command
    ));
}
