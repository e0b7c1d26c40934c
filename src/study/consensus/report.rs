//! What is told of a consensus: readers, convergence, agreement.

use serde::Serialize;

use super::{
    PRESENT, Question, Settings,
    agreement::{cohen_kappa, fleiss_kappa, hamming, krippendorff_alpha},
    em::{Fit, Priors, Refit},
    regions::Regions,
    votes::Votes,
};
use crate::{
    model::Task,
    study::{
        SEED,
        metrics::{Bootstrap, Estimate, SMALL, percentile},
        readings::{PATTERNS, Readings},
    },
};

/// `consensus.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Images read.
    pub images: usize,
    /// Readings.
    pub readings: usize,
    /// Readings called poor.
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

/// One question.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionReport {
    /// Task code.
    pub code: &'static str,
    /// Items (images; for places, image × cell) with at least one vote.
    pub items: usize,
    /// Items with a posterior from 0.5 on.
    pub positive: usize,
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
    /// Against the consensus.
    pub sensitivity: Estimate,
    /// Against the consensus.
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
    /// Items both read.
    pub n: usize,
    /// Cohen's κ.
    pub kappa: Option<f64>,
}

/// Hamming distance between two sources of words.
#[derive(Clone, Debug, Serialize)]
pub struct HammingReport {
    /// The one.
    pub a: String,
    /// The other.
    pub b: String,
    /// Images with both words whole.
    pub n: usize,
    /// Mean number of patterns, of 7, that differ.
    pub distance: Option<f64>,
}

pub(super) fn report(
    readings: &Readings,
    questions: &[Question],
    regions: &[Regions],
    settings: Settings,
) -> Report {
    let by_reader = |r: usize| readings.readings.iter().filter(|x| x.reader == r).count();
    let mut warnings = Vec::new();
    if readings.readers.len() == 2 {
        warnings.push(
            "two readers do not determine their own errors: the priors decide where they differ"
                .to_owned(),
        );
    }
    for question in questions {
        if !question.fit.converged {
            warnings.push(format!(
                "{}: the EM did not come to rest",
                question.task.code()
            ));
        }
    }
    Report {
        images: readings.files.len(),
        readings: readings.readings.len(),
        poor: readings.readings.iter().filter(|r| r.poor).count(),
        readers: readings.readers.clone(),
        readings_by_reader: (0..readings.readers.len()).map(by_reader).collect(),
        warnings,
        method: "Dawid & Skene 1979, binary, EM for the mode with Beta priors, started from the \
                 majority vote; intervals: percentile bootstrap over images, refitted each round",
        priors: settings.priors,
        bootstrap_rounds: settings.rounds,
        questions: questions
            .iter()
            .map(|q| question_report(q.task, &q.votes, &q.fit, &readings.readers, settings))
            .collect(),
        regions: Task::PATTERNS
            .into_iter()
            .zip(regions)
            .map(|(task, r)| question_report(task, &r.votes, &r.fit, &readings.readers, settings))
            .collect(),
        hamming: hamming_reports(readings, questions),
    }
}

fn question_report(
    task: Task,
    votes: &Votes,
    fit: &Fit,
    names: &[String],
    settings: Settings,
) -> QuestionReport {
    let items: Vec<usize> = (0..votes.items.len())
        .filter(|&i| fit.posterior[i].is_some())
        .collect();
    let positive = |i: usize| fit.posterior[i].is_some_and(|p| p >= PRESENT);
    let majority = |i: usize| votes.majority(i).unwrap_or(0.0);
    let clusters: Vec<String> = votes.cluster.iter().map(ToString::to_string).collect();
    let bootstrap =
        Bootstrap::by_cluster(clusters.iter().map(String::as_str), settings.rounds, SEED);
    let refit = Refit::new(votes, fit, &settings.priors);
    let models = bootstrap.draw(|drawn| Some(refit.model(drawn)));
    let readers = names
        .iter()
        .enumerate()
        .map(|(r, name)| {
            let said: Vec<(bool, bool)> = items
                .iter()
                .filter_map(|&i| votes.items[i][r].map(|v| (v, positive(i))))
                .collect();
            let yes = said.iter().filter(|s| s.0).count();
            let of = |value: f64, all: Vec<f64>, n: usize| {
                let ends = percentile(all);
                Estimate {
                    value: (!said.is_empty()).then_some(value),
                    low: ends.map(|e| e.0),
                    high: ends.map(|e| e.1),
                    n: n as u64,
                    small: (n as u64) < SMALL,
                    interval: "bootstrap".into(),
                }
            };
            let in_positive = said.iter().filter(|s| s.1).count();
            ReaderReport {
                reader: name.clone(),
                n: said.len(),
                said_yes: (!said.is_empty()).then(|| yes as f64 / said.len() as f64),
                sensitivity: of(
                    fit.model.sensitivity[r],
                    models.iter().map(|m| m.sensitivity[r]).collect(),
                    in_positive,
                ),
                specificity: of(
                    fit.model.specificity[r],
                    models.iter().map(|m| m.specificity[r]).collect(),
                    said.len() - in_positive,
                ),
            }
        })
        .collect();
    QuestionReport {
        code: task.code(),
        items: items.len(),
        positive: items.iter().filter(|&&i| positive(i)).count(),
        majority_positive: items.iter().filter(|&&i| majority(i) > 0.5).count(),
        tied: items.iter().filter(|&&i| majority(i) == 0.5).count(),
        differ: items
            .iter()
            .filter(|&&i| majority(i) != 0.5 && (majority(i) > 0.5) != positive(i))
            .count(),
        prevalence: fit.model.prevalence.clone(),
        iterations: fit.iterations,
        converged: fit.converged,
        log_posterior: fit.trace.last().copied().unwrap_or(0.0),
        readers,
        agreement: agreement_report(votes, &items, names, &bootstrap),
    }
}

fn agreement_report(
    votes: &Votes,
    items: &[usize],
    names: &[String],
    bootstrap: &Bootstrap,
) -> AgreementReport {
    let estimate = |figure: &dyn Fn(&[usize]) -> Option<f64>, n: usize| {
        let ends = bootstrap.interval(figure);
        Estimate {
            value: figure(items),
            low: ends.map(|e| e.0),
            high: ends.map(|e| e.1),
            n: n as u64,
            small: (n as u64) < SMALL,
            interval: "bootstrap".into(),
        }
    };
    let met = items
        .iter()
        .filter(|&&i| votes.items[i].iter().flatten().count() >= 2)
        .count();
    let pairs = (0..names.len())
        .flat_map(|a| (a + 1..names.len()).map(move |b| (a, b)))
        .map(|(a, b)| {
            let (kappa, n) = cohen_kappa(votes, a, b, items);
            PairReport {
                a: names[a].clone(),
                b: names[b].clone(),
                n,
                kappa,
            }
        })
        .collect();
    AgreementReport {
        fleiss_kappa: estimate(&|i| fleiss_kappa(votes, i).0, fleiss_kappa(votes, items).1),
        krippendorff_alpha: estimate(&|i| krippendorff_alpha(votes, i), met),
        cohen_kappa: pairs,
    }
}

type Word = [Option<bool>; PATTERNS];

fn hamming_reports(readings: &Readings, questions: &[Question]) -> Vec<HammingReport> {
    let images = readings.files.len();
    let patterns = &questions[1..];
    let reader = |r: usize| -> Vec<Word> {
        (0..images)
            .map(|i| std::array::from_fn(|p| patterns[p].votes.items[i][r]))
            .collect()
    };
    let em: Vec<Word> = (0..images)
        .map(|i| std::array::from_fn(|p| patterns[p].fit.posterior[i].map(|x| x >= PRESENT)))
        .collect();
    let majority: Vec<Word> = (0..images)
        .map(|i| std::array::from_fn(|p| patterns[p].votes.majority(i).map(|x| x > 0.5)))
        .collect();
    let mut sources: Vec<(String, Vec<Word>)> = readings
        .readers
        .iter()
        .enumerate()
        .map(|(r, name)| (name.clone(), reader(r)))
        .collect();
    sources.push(("EM".into(), em));
    sources.push(("majority".into(), majority));
    let mut reports = Vec::new();
    for (i, (a, first)) in sources.iter().enumerate() {
        for (b, second) in &sources[i + 1..] {
            let (distance, n) = hamming(first.iter().copied().zip(second.iter().copied()));
            reports.push(HammingReport {
                a: a.clone(),
                b: b.clone(),
                n,
                distance,
            });
        }
    }
    reports
}
