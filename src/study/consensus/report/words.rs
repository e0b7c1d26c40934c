//! How many of the seven patterns two readers, or a reader and a consensus, tell differently.

use super::{HammingReport, drawn};
use crate::study::{
    SEED,
    consensus::{PRESENT, Question, agreement::hamming},
    metrics::Bootstrap,
    readings::{PATTERNS, Readings},
};

type Word = [Option<bool>; PATTERNS];

pub(super) fn hamming_reports(
    readings: &Readings,
    questions: &[Question],
    rounds: usize,
) -> Vec<HammingReport> {
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
    let bootstrap = Bootstrap::of(images, rounds, SEED);
    let mut reports = Vec::new();
    for (i, (a, first)) in sources.iter().enumerate() {
        for (b, second) in &sources[i + 1..] {
            let of = |drawn: &mut dyn Iterator<Item = usize>| {
                hamming(drawn.map(|image| (first[image], second[image])))
            };
            let (distance, n) = of(&mut (0..images));
            let ends = bootstrap.interval(|drawn| of(&mut drawn.iter().copied()).0);
            reports.push(HammingReport {
                a: a.clone(),
                b: b.clone(),
                distance,
                estimate: drawn(distance, ends, n, n),
            });
        }
    }
    reports
}
