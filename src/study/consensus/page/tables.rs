//! The page's tables.

use crate::{
    model::Task,
    study::{
        consensus::{QuestionReport, Report},
        html::{Table, estimate, forest},
        metrics::Estimate,
    },
};

/// Questions beside each other in a table that has a row a pair.
const ABREAST: usize = 4;

/// Code and name of a question.
fn named(code: &str) -> String {
    match Task::from_code(code) {
        Some(Task::Bcc) => format!("{code}, overall impression"),
        Some(task) => format!("{code} {}", task.name()),
        None => code.to_owned(),
    }
}

pub(super) fn agreed(title: &str, questions: &[QuestionReport]) -> String {
    let mut table = Table::new(
        title,
        &[
            "question",
            "read",
            "by one reader",
            "present",
            "of these tied",
            "undecided",
            "present by majority",
            "tied",
            "majority differs",
        ],
    );
    for q in questions {
        let counts = [
            q.items,
            q.one_reader,
            q.positive,
            q.positive_tied,
            q.undecided,
            q.majority_positive,
            q.tied,
            q.differ,
        ];
        table.row(&named(q.code), counts.map(|n| n.to_string()));
    }
    table.html()
}

pub(super) fn agreement(title: &str, questions: &[QuestionReport]) -> String {
    let head = ["question", "Fleiss' kappa", "Krippendorff's alpha"];
    let mut table = Table::new(title, &head);
    for q in questions {
        table.row(
            &named(q.code),
            [
                estimate(&q.agreement.fleiss_kappa),
                estimate(&q.agreement.krippendorff_alpha),
            ],
        );
    }
    table.html()
}

pub(super) fn forest_of(caption: &str, questions: &[QuestionReport]) -> String {
    let rows: Vec<(String, &Estimate)> = questions
        .iter()
        .map(|q| (named(q.code), &q.agreement.krippendorff_alpha))
        .collect();
    forest(caption, (0.0, 1.0), &rows)
}

pub(super) fn cohen(title: &str, questions: &[QuestionReport]) -> String {
    let mut all = String::new();
    for questions in questions.chunks(ABREAST) {
        let mut head = vec!["readers"];
        head.extend(questions.iter().map(|q| q.code));
        let mut table = Table::new(title, &head);
        let pairs = questions.first().map(|q| &q.agreement.cohen_kappa);
        for (i, pair) in pairs.into_iter().flatten().enumerate() {
            let found = |q: &QuestionReport| estimate(&q.agreement.cohen_kappa[i].estimate);
            let cells = questions.iter().map(found);
            table.row(&format!("{}, {}", pair.a, pair.b), cells);
        }
        all += &table.html();
    }
    all
}

pub(super) fn hamming(report: &Report) -> String {
    let mut table = Table::new(
        "Hamming distance: patterns of seven in which two differ, mean over images",
        &["", "patterns"],
    );
    for pair in &report.hamming {
        table.row(
            &format!("{}, {}", pair.a, pair.b),
            [estimate(&pair.estimate)],
        );
    }
    table.html()
}

/// A small table a question.
pub(super) fn readers(questions: &[QuestionReport], what: &str) -> String {
    questions.iter().map(|q| readers_of(q, what)).collect()
}

fn readers_of(question: &QuestionReport, what: &str) -> String {
    let mut table = Table::new(
        &format!("{}{what}", named(question.code)),
        &["reader", "said yes", "sensitivity", "specificity"],
    );
    let met = |e: &Estimate, kind: &str| {
        if e.n == 0 {
            format!("<span class=\"ci\">met none that is {kind}</span>")
        } else {
            estimate(e)
        }
    };
    for reader in &question.readers {
        let said = reader.said_yes.map_or("–".to_owned(), |share| {
            format!(
                "{:.1}% <span class=\"ci\">of {}</span>",
                100.0 * share,
                reader.n
            )
        });
        table.row(
            &reader.reader,
            [
                said,
                met(&reader.sensitivity, "present"),
                met(&reader.specificity, "absent"),
            ],
        );
    }
    table.html()
}
