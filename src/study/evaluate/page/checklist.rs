//! Where the page answers what STARD (2015, with the AI extension of 2025) and CLAIM (2024)
//! ask for, and what no program can answer.

use super::images::confirmation_stated;
use crate::study::{
    evaluate::Evaluation,
    html::{Page, Table, escape},
};

/// What only those who made the study know.
const PROTOCOL: &str = "not by software: state it in the study's protocol";

pub(super) fn checklist(page: &mut Page, e: &Evaluation, explained: bool) {
    page.section("Checklist: STARD-AI and CLAIM");
    let mut table = Table::new("", &["item", "where"]);
    for (item, place) in items(e, explained) {
        table.row(item, [escape(&place)]);
    }
    let words = table.html().replace("<td>", "<td class=\"t\">");
    page.raw(&words.replace("<th>", "<th class=\"t\">"));
}

/// Item, and where it is. What was not told to the program is not claimed.
fn items(e: &Evaluation, explained: bool) -> [(&'static str, String); 27] {
    let read = e.flow.read > 0;
    let diagnoses = if confirmation_stated(e) {
        "Images (confirmed by)"
    } else {
        "the labels do not tell how the diagnoses were confirmed: state it in the study's protocol"
    };
    let (consensus, cut_offs, readers) = if read {
        let count = "study consensus (consensus.json); who they are: the study's protocol";
        (
            "; of the patterns: Methods (consensus)",
            "Methods (consensus)",
            count,
        )
    } else {
        ("", PROTOCOL, "no readings were given")
    };
    let missing = match e.flow.unreadable {
        0 => "no labelled image is left out; n at each figure; Methods".into(),
        n => format!("Images: {n} not readable, by name; n at each figure; Methods"),
    };
    let maps = if explained {
        "Heat maps"
    } else {
        "not judged here: run study explain and give --explain"
    };
    let reference = format!("{diagnoses}{consensus}");
    [
        (
            "STARD 1: a study of diagnostic accuracy, by its title",
            "title",
        ),
        (
            "STARD 3: intended use and clinical role",
            "the model's card",
        ),
        ("STARD 5: prospective or retrospective", PROTOCOL),
        ("STARD 6-9: eligibility, setting, dates, sampling", PROTOCOL),
        (
            "STARD 10a, AI: index test with version, hash, engine",
            "first lines; Methods; what it says: Basal cell carcinoma (The device's answers)",
        ),
        ("STARD 10b, 11: reference standard and why", &reference),
        (
            "STARD 12a: cut-offs of the index test, set before",
            "Basal cell carcinoma: the model's own; on which images they were set: its card",
        ),
        ("STARD 12b: cut-offs of the reference standard", cut_offs),
        (
            "STARD 13: blinding",
            "the device sees pixels only; who else knew what: state it in the study's protocol",
        ),
        ("STARD 14: methods for accuracy", "Methods"),
        (
            "STARD 15: indeterminate results",
            "Basal cell carcinoma (The device's answers: uncertain); The quality gate",
        ),
        ("STARD 16: missing data", &missing),
        ("STARD 17: variability, subgroups", "Subgroups"),
        ("STARD 18: intended sample size", PROTOCOL),
        ("STARD 19: flow", "Images"),
        (
            "STARD 20, 21: who took part, severity, other diagnoses",
            "Images; Subgroups; severity: state it in the study's protocol",
        ),
        (
            "STARD 23: cross tabulation",
            "Basal cell carcinoma: The device's answers; two-by-two tables",
        ),
        ("STARD 24: accuracy with intervals", "every table"),
        ("STARD 25: adverse events", PROTOCOL),
        (
            "STARD 26: limitations, bias, generalisability",
            "warnings at the top; the model's card; what else: the study's protocol",
        ),
        (
            "STARD 27: implications for practice",
            "What an answer is worth in practice",
        ),
        ("STARD 28-30: registration, protocol, funding", PROTOCOL),
        (
            "AI, CLAIM: data partitions",
            "first lines: split; the model's card",
        ),
        ("CLAIM: annotators, their number and agreement", readers),
        (
            "CLAIM: robustness, failure analysis",
            "The quality gate; Failures",
        ),
        (
            "CLAIM: code and model at hand",
            "Methods: command; first lines: hash",
        ),
        ("CLAIM: explainability and how it was validated", maps),
    ]
    .map(|(item, place): (_, &str)| (item, place.to_owned()))
}
