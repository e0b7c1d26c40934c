//! Where the page answers what STARD (2015, with the AI extension of 2025) and CLAIM (2024)
//! ask for, and what no program can answer.

use crate::study::html::{Page, Table, escape};

const OUTSIDE: &str = "not by software: the study's protocol";

/// Item, and where it is.
const ITEMS: [(&str, &str); 26] = [
    (
        "STARD 1: a study of diagnostic accuracy, by its title",
        "title",
    ),
    (
        "STARD 3: intended use and clinical role",
        "the model's card",
    ),
    (
        "STARD 5: prospective or retrospective",
        "retrospective: stored images with known diagnosis",
    ),
    ("STARD 6-9: eligibility, setting, dates, sampling", OUTSIDE),
    (
        "STARD 10a, AI: index test with version, hash, engine",
        "first lines; Methods",
    ),
    (
        "STARD 10b, 11: reference standard and why",
        "Images (histopathology); Methods (consensus)",
    ),
    (
        "STARD 12a: cut-offs of the index test, set before",
        "Basal cell carcinoma; the warning where set on this split",
    ),
    ("STARD 12b: cut-offs of the reference standard", "Methods"),
    (
        "STARD 13: blinding",
        "the device sees pixels only; readers were blind to the diagnosis",
    ),
    ("STARD 14: methods for accuracy", "Methods"),
    (
        "STARD 15: indeterminate results",
        "Basal cell carcinoma (band between the thresholds); The quality gate",
    ),
    ("STARD 16: missing data", "Methods; n at each figure"),
    ("STARD 17: variability, subgroups", "Subgroups"),
    ("STARD 18: intended sample size", OUTSIDE),
    ("STARD 19: flow", "Images"),
    (
        "STARD 20, 21: who took part, severity, other diagnoses",
        "Images; Subgroups",
    ),
    (
        "STARD 23: cross tabulation",
        "Basal cell carcinoma: two-by-two tables",
    ),
    ("STARD 24: accuracy with intervals", "every table"),
    ("STARD 25: adverse events", OUTSIDE),
    (
        "STARD 26: limitations, bias, generalisability",
        "warnings at the top; the model's card",
    ),
    (
        "STARD 27: implications for practice",
        "What an answer is worth in practice",
    ),
    ("STARD 28-30: registration, protocol, funding", OUTSIDE),
    (
        "AI, CLAIM: data partitions",
        "first lines: split; the model's card",
    ),
    (
        "CLAIM: annotators, their number and agreement",
        "study consensus (consensus.json)",
    ),
    (
        "CLAIM: robustness, failure analysis",
        "The quality gate; Failures",
    ),
    (
        "CLAIM: code and model at hand",
        "Methods: command; first lines: hash",
    ),
];

pub(super) fn checklist(page: &mut Page, explained: bool) {
    page.section("Checklist: STARD-AI and CLAIM");
    let mut table = Table::new("", &["item", "where"]);
    for (item, place) in ITEMS {
        table.row(item, [escape(place)]);
    }
    let maps = if explained {
        "Heat maps"
    } else {
        "not judged here: run study explain and give --explain"
    };
    table.row(
        "CLAIM: explainability and how it was validated",
        [maps.to_owned()],
    );
    page.raw(&table.html().replace("<td>", "<td class=\"t\">"));
}
