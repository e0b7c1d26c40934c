//! The report a clinician reads: one page, everything in it, no network.

mod tables;

use self::tables::{agreed, agreement, cohen, forest_of, hamming, readers};
use super::{Report, WHO_READ, em::Beta};
use crate::study::{
    SEED,
    html::{Page, Table},
};

impl Report {
    /// As a page of its own.
    pub fn html(&self) -> String {
        let mut page = Page::new("bccscope: consensus of the readers");
        head(&mut page, self);
        how_to_read(&mut page, self);
        page.section("What the readers agree on");
        page.raw(&agreed("Images", &self.questions));
        page.raw(&agreed(
            "Places: image × cell, in the images in which the pattern is present",
            &self.regions,
        ));
        page.section("How far the readers agree");
        page.raw(&agreement("Images", &self.questions));
        page.raw(&forest_of(
            "Krippendorff's alpha with its 95% interval",
            &self.questions,
        ));
        page.raw(&agreement("Places: image × cell", &self.regions));
        page.heading("Two readers at a time");
        page.raw(&cohen("Cohen's kappa, images", &self.questions));
        page.raw(&hamming(self));
        page.section("Each reader against the consensus");
        page.text(
            "Each reader helped to make the consensus, so these figures are kinder than those \
             against an independent truth would be.",
        );
        page.raw(&readers(&self.questions, ""));
        page.heading("Places");
        page.raw(&readers(&self.regions, ", places"));
        methods(&mut page, self);
        page.finish()
    }
}

fn head(page: &mut Page, report: &Report) {
    page.text(&format!(
        "{} images, {} readings by {} readers. Readings: {}.",
        report.images,
        report.readings,
        report.readers.len(),
        report.source.readings.display()
    ));
    for warning in &report.warnings {
        page.warning(&format!("Warning: {warning}."));
    }
    page.warning(WHO_READ);
    let mut table = Table::new("Who read how much", &["reader", "images"]);
    for (name, n) in report.readers.iter().zip(&report.readings_by_reader) {
        table.row(name, [n.to_string()]);
    }
    page.raw(&table.html());
    page.text(&format!(
        "{} readings call the image poor. They count like any other.",
        report.poor
    ));
    let left_out = &report.left_out;
    if left_out.min_readers > 1 {
        page.text(&format!(
            "Left out, as fewer than {} readers answered: {} images whole, and {} single questions \
             of the images that stay.",
            left_out.min_readers, left_out.images, left_out.questions
        ));
    }
}

fn how_to_read(page: &mut Page, report: &Report) {
    page.section("How to read this");
    page.text(
        "The consensus is worked out from the readers' answers alone. No biopsy and no other truth \
         stands behind it: where most readers err together, so does the consensus.",
    );
    page.text(
        "A pattern counts as present from a posterior of 0.5 on. Where the votes are tied, the \
         errors estimated for each reader decide; such images count like any other, and the tables \
         say how many they are. Undecided are those with a posterior between 0.2 and 0.8: another \
         reader could turn them.",
    );
    page.text(
        "Kappa and alpha are 1 where the readers always agree, 0 where they agree as often as chance \
         would have it, and below 0 where less often. They fall where a pattern is rare, whatever \
         the readers can do: do not rank patterns of different frequency by them. Fleiss' kappa \
         looks only at what all readers read, Krippendorff's alpha at all that two or more read, \
         Cohen's kappa at two readers.",
    );
    page.text(&format!(
        "Sensitivity and specificity are chances estimated together with the consensus. Before \
         anything is read, {} are believed of a sensitivity and {} of a specificity. Where a reader \
         met few images of the kind that belief weighs as much as the readings, and where none no \
         figure is given.",
        worth(report.priors.sensitivity),
        worth(report.priors.specificity)
    ));
    page.text(
        "In brackets stand the 95% interval and n, what the figure rests on. There is no interval \
         with fewer than five images of the rarer answer, nor where a reader never erred: drawing the \
         same images again cannot show errors that are elsewhere. \"small n\": fewer than 30 of them.",
    );
}

/// A prior as the readings it stands for.
fn worth(prior: Beta) -> String {
    let (hits, misses) = (prior.a - 1.0, prior.b - 1.0);
    format!("{} readings of which {hits} are right", hits + misses)
}

fn methods(page: &mut Page, report: &Report) {
    page.section("How it was made");
    page.text(&format!("{}.", report.method));
    let beta = |prior: Beta| format!("Beta({}, {})", prior.a, prior.b);
    page.text(&format!(
        "Priors: sensitivity {}, specificity {}, prevalence {}. {} bootstrap rounds, seed {SEED}. \
         bccscope {}.",
        beta(report.priors.sensitivity),
        beta(report.priors.specificity),
        beta(report.priors.prevalence),
        report.bootstrap_rounds,
        report.app_version
    ));
    page.text(&format!("Command: {}", report.source.command));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::readings::Readings;

    fn readings() -> Readings {
        Readings::made_up(&["<i>A</i>", "B", "C"], 60, |r, image| {
            Some((image % 4 == 0) != (image % 17 == r))
        })
    }

    #[test]
    fn the_page_says_first_what_is_doubtful_and_who_must_be_named() {
        let mut report = Report::of(&readings());
        report.warnings = vec!["something is odd".into()];
        report.poor = 7;
        let page = report.html();
        let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}"));
        let order = [
            "Warning: something is odd.",
            "does not know who the readers were",
            "7 readings call the image poor",
            "How to read this",
            "of these tied",
            "How far the readers agree",
            "Two readers at a time",
            "Hamming distance",
            "Each reader against the consensus",
            "Beta(4, 2)",
        ]
        .map(at);
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn the_page_needs_nothing_else_and_a_name_cannot_become_markup() {
        let page = Report::of(&readings()).html();
        for outside in ["http://", "https://", "<script", "src=", "<i>"] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("&lt;i&gt;A&lt;/i&gt;, B"));
    }

    #[test]
    fn a_reader_who_met_none_has_words_and_no_figure() {
        let mut readings = readings();
        for reading in &mut readings.readings {
            reading.patterns[5] = Some(false);
        }
        assert!(
            Report::of(&readings)
                .html()
                .contains("met none that is present")
        );
        assert!(
            !Report::of(&self::readings())
                .html()
                .contains("met none that is present (n")
        );
    }

    #[test]
    fn what_was_left_out_is_said() {
        let mut report = Report::of(&readings());
        assert!(!report.html().contains("Left out"));
        report.left_out.min_readers = 3;
        report.left_out.images = 5;
        assert!(
            report
                .html()
                .contains("fewer than 3 readers answered: 5 images")
        );
    }
}
