//! The heat maps' part of the page.

use super::{IOU_AT, Report};
use crate::study::{
    consensus::WHO_READ,
    html::{Page, Table, estimate, number},
};

/// Writes the section.
pub fn section(page: &mut Page, report: &Report) {
    page.section("Heat maps");
    page.text(&format!(
        "Maps of the model {} {} (sha256 {}), by bccscope {}.",
        report.model, report.version, report.sha256, report.app_version
    ));
    if let Some(source) = &report.source {
        page.text(&source.words());
    }
    page.text(&format!(
        "{} images. The map has {} × {} cells: it cannot resolve a small globule. Maps are brought \
         to a maximum of 1 before they are measured. Chance for pointing and mass is the region's \
         share of the picture; the control is a blob in the middle, whatever the picture. The \
         readers' cells are ninths of the picture: coarser than the maps. The BCC map of a BCC is \
         held against the cells of all its positive patterns together.",
        report.images, report.grid.0, report.grid.1
    ));
    for (title, rows) in [
        ("Against the cells agreed by the readers", &report.cells),
        (
            "Against the drawn regions of PHANTOMS (test targets, no lesions)",
            &report.phantom,
        ),
    ] {
        if rows.is_empty() {
            continue;
        }
        let iou = format!("IoU at {IOU_AT}");
        let mut table = Table::new(
            title,
            &[
                "pattern, map",
                "empty",
                "region",
                "inside",
                "outside",
                "pointing",
                "mass",
                &iou,
            ],
        );
        let mut rows: Vec<_> = rows.iter().collect();
        rows.sort_by(|a, b| a.task.cmp(&b.task).then(a.method.cmp(&b.method)));
        for row in rows {
            table.row(
                &format!("{}, {}", row.task, row.method.name()),
                [
                    row.empty.to_string(),
                    number(row.area),
                    estimate(&row.inside),
                    estimate(&row.outside),
                    estimate(&row.pointing),
                    estimate(&row.mass),
                    estimate(&row.iou),
                ],
            );
        }
        page.raw(&table.html());
    }
    let mut table = Table::new(
        "Sanity: weights shuffled from the head downwards",
        &[
            "weights",
            "tensors",
            "mean |rank correlation| with the true maps",
            "unchanged maps",
        ],
    );
    for row in &report.sanity.randomised {
        table.row(
            &row.weights,
            [
                row.tensors.to_string(),
                number(row.rank_correlation),
                number(row.same),
            ],
        );
    }
    page.raw(&table.html());
    let yes = |b: bool| if b { "yes" } else { "NO" };
    page.text(&format!(
        "{} images. Asked again, the same bytes: {}; in a second engine: {}. Sanity checks passed: {}.",
        report.sanity.images,
        yes(report.sanity.repeats),
        yes(report.sanity.repeats_in_new_engine),
        yes(report.sanity.passed)
    ));
    let mut table = Table::new(
        "Faithfulness: area under the probability while cells are covered (deletion, lower is \
         better) or uncovered (insertion, higher is better)",
        &["task, order of the cells", "deletion", "insertion"],
    );
    let mut rows: Vec<_> = report.faithfulness.iter().collect();
    rows.sort_by(|a, b| a.task.cmp(&b.task).then(a.order.cmp(&b.order)));
    for row in rows {
        table.row(
            &format!("{}, {}", row.task, row.order),
            [estimate(&row.deletion), estimate(&row.insertion)],
        );
    }
    page.raw(&table.html());
}

impl Report {
    /// A page of its own.
    pub fn html(&self) -> String {
        let mut page = Page::new("bccscope: heat maps");
        page.warning(WHO_READ);
        section(&mut page, self);
        page.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As written before the source was kept.
    const OLDER: &str = include_str!("../../../models/bcc8-mnv2/explain.json");

    #[test]
    fn a_file_without_its_source_still_reads_and_says_nothing_of_it() {
        let mut older: serde_json::Value = serde_json::from_str(OLDER).unwrap();
        older.as_object_mut().unwrap().remove("source");
        let report: Report = serde_json::from_value(older).unwrap();
        assert_eq!(report.source, None);
        let page = report.html();
        assert!(!page.contains("Labels:") && page.contains("Maps of the model"));
        report
            .is_of(std::path::Path::new("none.csv"), Some("val"))
            .expect("what is not told is not refused");
    }

    #[test]
    fn the_page_does_not_pretend_to_know_the_readers() {
        let report: Report = serde_json::from_str(OLDER).unwrap();
        assert!(report.html().contains("does not know who the readers were"));
    }
}
