//! Figures out of an evaluation, one or a table of them.

use crate::study::{
    evaluate::{Evaluation, Figure},
    html::{Table, estimate},
    metrics::Estimate,
};

/// One figure.
pub(super) fn find<'a>(
    e: &'a Evaluation,
    section: &str,
    subset: &str,
    metric: &str,
) -> Option<&'a Estimate> {
    e.figures
        .iter()
        .find(|f| f.section == section && f.subset == subset && f.metric == metric)
        .map(|f| &f.estimate)
}

/// A table of one section: rows and columns by two properties of the figures.
pub(super) fn pivot(
    caption: &str,
    figures: &[&Figure],
    row: impl Fn(&Figure) -> String,
    column: impl Fn(&Figure) -> String,
    corner: &str,
) -> String {
    let distinct = |of: &dyn Fn(&Figure) -> String| {
        let mut all: Vec<String> = Vec::new();
        for name in figures.iter().map(|f| of(f)) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        all
    };
    let columns = distinct(&column);
    let mut head = vec![corner];
    head.extend(columns.iter().map(String::as_str));
    let mut table = Table::new(caption, &head);
    for name in distinct(&row) {
        let cells = columns.iter().map(|c| {
            figures
                .iter()
                .find(|f| row(f) == name && &column(f) == c)
                .map(|f| estimate(&f.estimate))
                .unwrap_or_default()
        });
        table.row(&name, cells);
    }
    table.html()
}

/// All figures of a section.
pub(super) fn of<'a>(e: &'a Evaluation, section: &str) -> Vec<&'a Figure> {
    e.figures.iter().filter(|f| f.section == section).collect()
}
