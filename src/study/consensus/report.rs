//! What is told of a consensus: readers, convergence, agreement.

mod question;
mod words;

use std::path::PathBuf;

use serde::Serialize;

use self::{question::question_report, words::hamming_reports};
use super::{Question, Settings, doubts, em::Priors, few::LeftOut, regions::Regions};
use crate::{
    model::Task,
    study::{
        metrics::{Estimate, SMALL},
        readings::Readings,
    },
};

/// With fewer images than this a bootstrap interval would only pretend; none is given.
pub(super) const TOO_FEW: usize = 5;

/// `consensus.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Version of this program.
    pub app_version: &'static str,
    /// Where the readings came from.
    pub source: Source,
    /// Images read.
    pub images: usize,
    /// Of them, those of which a single reader answered anything.
    pub one_reader: usize,
    /// What `--min-readers` left out.
    pub left_out: LeftOut,
    /// Readings.
    pub readings: usize,
    /// Readings that call the image poor. They count like any other.
    pub poor: usize,
    /// The readers' names.
    pub readers: Vec<String>,
    /// How many each has read.
    pub readings_by_reader: Vec<usize>,
    /// Set where the data carry the consensus badly.
    pub warnings: Vec<String>,
    /// Method in words.
    pub method: &'static str,
    /// Priors used.
    pub priors: Priors,
    /// Bootstrap rounds behind the intervals.
    pub bootstrap_rounds: usize,
    /// The overall impression (BCC) and the seven patterns.
    pub questions: Vec<QuestionReport>,
    /// The patterns' places.
    pub regions: Vec<QuestionReport>,
    /// Mean Hamming distance on the word of seven patterns.
    pub hamming: Vec<HammingReport>,
}

/// Where the readings came from, in words.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Source {
    /// The file.
    pub readings: PathBuf,
    /// The command line that made this.
    pub command: String,
}

/// One question.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionReport {
    /// Task code.
    pub code: &'static str,
    /// Items (images; for places, image × cell) with at least one vote.
    pub items: usize,
    /// Of them, those with a single vote.
    pub one_reader: usize,
    /// Items with a posterior from 0.5 on.
    pub positive: usize,
    /// Of them, those tied in the majority vote: the readers' estimated errors decided.
    pub positive_tied: usize,
    /// Items, positive or not, with a posterior between 0.2 and 0.8.
    pub undecided: usize,
    /// Items positive by majority (more than half; a tie is not).
    pub majority_positive: usize,
    /// Items tied in the majority vote.
    pub tied: usize,
    /// Items where EM and majority differ (ties left out).
    pub differ: usize,
    /// Prevalence in the model: one number, for places nine.
    pub prevalence: Vec<f64>,
    /// Iterations of the EM.
    pub iterations: usize,
    /// Whether it came to rest.
    pub converged: bool,
    /// Log posterior at the end, up to a constant.
    pub log_posterior: f64,
    /// Each reader.
    pub readers: Vec<ReaderReport>,
    /// Agreement.
    pub agreement: AgreementReport,
}

/// One reader on one question.
#[derive(Clone, Debug, Serialize)]
pub struct ReaderReport {
    /// Name.
    pub reader: String,
    /// Votes given.
    pub n: usize,
    /// Share of yes among them.
    pub said_yes: Option<f64>,
    /// Against the consensus; without a value where this reader met no positive item.
    pub sensitivity: Estimate,
    /// Against the consensus; without a value where this reader met no negative item.
    pub specificity: Estimate,
}

/// Agreement on one question.
#[derive(Clone, Debug, Serialize)]
pub struct AgreementReport {
    /// Over what all readers read.
    pub fleiss_kappa: Estimate,
    /// Over everything.
    pub krippendorff_alpha: Estimate,
    /// A pair each.
    pub cohen_kappa: Vec<PairReport>,
}

/// One pair of readers.
#[derive(Clone, Debug, Serialize)]
pub struct PairReport {
    /// The one.
    pub a: String,
    /// The other.
    pub b: String,
    /// Cohen's κ.
    pub kappa: Option<f64>,
    /// The same with its interval, and over how many items both read.
    #[serde(flatten)]
    pub estimate: Estimate,
}

/// Hamming distance between two sources of words.
#[derive(Clone, Debug, Serialize)]
pub struct HammingReport {
    /// The one.
    pub a: String,
    /// The other.
    pub b: String,
    /// Mean number of patterns, of 7, that differ.
    pub distance: Option<f64>,
    /// The same with its interval, and over how many images with both words whole.
    #[serde(flatten)]
    pub estimate: Estimate,
}

pub(super) fn report(
    readings: &Readings,
    questions: &[Question],
    regions: &[Regions],
    settings: Settings,
) -> Report {
    let by_reader = |r: usize| readings.readings.iter().filter(|x| x.reader == r).count();
    let names = &readings.readers;
    let mut report = Report {
        app_version: env!("CARGO_PKG_VERSION"),
        source: Source::default(),
        images: readings.files.len(),
        one_reader: doubts::one_reader(readings),
        left_out: LeftOut::default(),
        readings: readings.readings.len(),
        poor: readings.readings.iter().filter(|r| r.poor).count(),
        readers: names.clone(),
        readings_by_reader: (0..names.len()).map(by_reader).collect(),
        warnings: Vec::new(),
        method: "Dawid & Skene 1979, binary, EM for the mode with Beta priors, started from the \
                 majority vote; intervals: percentile bootstrap over images, refitted each round",
        priors: settings.priors,
        bootstrap_rounds: settings.rounds,
        questions: questions
            .iter()
            .map(|q| question_report(q.task, &q.votes, &q.fit, names, settings))
            .collect(),
        regions: Task::PATTERNS
            .into_iter()
            .zip(regions)
            .map(|(task, r)| question_report(task, &r.votes, &r.fit, names, settings))
            .collect(),
        hamming: hamming_reports(readings, questions, settings.rounds),
    };
    report.warnings = doubts::doubts(readings, &report);
    report
}

/// A figure of `n` items with its bootstrap interval: none from fewer than five images, and none
/// where all draws are the same.
fn drawn(value: Option<f64>, ends: Option<(f64, f64)>, n: usize, images: usize) -> Estimate {
    let ends = value
        .and(ends)
        .filter(|(low, high)| images >= TOO_FEW && low < high);
    Estimate {
        value,
        low: ends.map(|e| e.0),
        high: ends.map(|e| e.1),
        n: n as u64,
        small: (images as u64) < SMALL,
        interval: "bootstrap".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three readers, each with slips; the first `positive` images of a hundred are positive.
    fn of(positive: usize) -> Report {
        Report::of(&Readings::made_up(&["A", "B", "C"], 100, |r, image| {
            let slip = image % 30 == 10 + r || (positive > 4 && image == r);
            Some((image < positive) != slip)
        }))
    }

    #[test]
    fn a_prior_is_no_measured_sensitivity() {
        for reader in &of(0).questions[6].readers {
            let e = &reader.sensitivity;
            assert_eq!((e.value, e.low, e.high, e.n), (None, None, None, 0));
            assert!(reader.specificity.value.is_some_and(|v| v > 0.9));
        }
        let json = serde_json::to_value(of(0)).unwrap();
        let sensitivity = &json["questions"][6]["readers"][0]["sensitivity"];
        assert!(sensitivity["value"].is_null() && sensitivity["n"] == 0);
    }

    #[test]
    fn fewer_than_five_images_make_no_interval() {
        let (four, many) = (of(4), of(12));
        for (report, has) in [(&four, false), (&many, true)] {
            let question = &report.questions[1];
            let sensitivity = &question.readers[0].sensitivity;
            assert!(sensitivity.value.is_some() && sensitivity.small);
            let agreement = &question.agreement;
            for e in [
                sensitivity,
                &agreement.fleiss_kappa,
                &agreement.krippendorff_alpha,
                &agreement.cohen_kappa[0].estimate,
            ] {
                assert!(e.value.is_some());
                assert_eq!((e.low.is_some(), e.high.is_some()), (has, has), "{e:?}");
            }
        }
        assert_eq!(many.questions[1].positive, 12);
    }

    #[test]
    fn a_reader_without_an_error_has_no_certainty() {
        let report = Report::of(&Readings::made_up(&["A", "B", "C"], 100, |r, image| {
            Some((image < 50) != (r > 0 && image % 20 == r))
        }));
        let [first, second] = [0, 1].map(|r| report.questions[1].readers[r].specificity.clone());
        assert!(first.value.is_some_and(|v| v > 0.95));
        assert_eq!((first.low, first.high), (None, None));
        assert!(second.low < second.value && second.value < second.high);
    }

    #[test]
    fn ties_and_undecided_ones_are_counted_apart() {
        // Two of four say yes to every tenth image, and all to every third.
        let readings = Readings::made_up(&["A", "B", "C", "D"], 90, |r, image| {
            Some(image % 3 == 0 || (r < 2 && image % 10 == 1))
        });
        let question = &Report::of(&readings).questions[1];
        let ties = (0..90).filter(|i| i % 3 != 0 && i % 10 == 1).count();
        assert_eq!((question.tied, question.majority_positive), (ties, 30));
        assert_eq!(question.positive, 30 + question.positive_tied);
        assert!(question.positive_tied == 0 || question.positive_tied == ties);
    }

    #[test]
    fn pairs_keep_their_old_names_and_have_intervals() {
        let json = serde_json::to_value(of(12)).unwrap();
        let pair = &json["questions"][1]["agreement"]["cohen_kappa"][0];
        assert_eq!(pair["n"], 100);
        let kappa = pair["kappa"].as_f64().unwrap();
        assert!(pair["low"].as_f64().unwrap() < kappa && kappa < pair["high"].as_f64().unwrap());
        let pair = &json["hamming"][0];
        let distance = pair["distance"].as_f64().unwrap();
        assert!(pair["low"].as_f64().unwrap() < distance && pair["n"] == 100);
    }
}
