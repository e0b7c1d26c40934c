//! From several readers to one reference standard, and how far they agree.

mod again;
pub mod agreement;
mod doubts;
pub mod em;
mod few;
mod files;
mod halves;
mod page;
mod regions;
mod report;
mod single;
mod votes;

use super::{
    cells::{CELLS, Cells},
    readings::{PATTERNS, Readings},
};
use crate::model::Task;
use em::{Fit, Priors};
pub use few::{LeftOut, enough_readers};
pub(crate) use files::quoted;
pub use files::{Reference, Standard};
pub use report::{
    AgreementReport, HammingReport, PairReport, QuestionReport, ReaderReport, Report, Source,
};
pub use votes::Votes;

/// The reference standard of all images and what it rests on.
#[derive(Clone, Debug)]
pub struct Consensus {
    /// The eight questions in the order of [`Task::ALL`]: the overall impression, then the
    /// patterns.
    pub questions: Vec<Question>,
    /// For each pattern, where the readers who saw it saw it.
    pub regions: Vec<regions::Regions>,
    /// What is told of it.
    pub report: Report,
}

/// One question put to the readers, and the answer.
#[derive(Clone, Debug)]
pub struct Question {
    /// Which.
    pub task: Task,
    /// The readers' votes, an item an image.
    pub votes: Votes,
    /// Dawid & Skene's fit.
    pub fit: Fit,
    /// An item each: the share of its readers who say what the others agree on.
    pub single: Vec<Option<f64>>,
    /// An item each: the chance that the same readers, read anew, come to the same consensus.
    pub again: Vec<Option<f64>>,
    /// An item each: the share of the ways to halve its readers in which both halves agree.
    pub halves: Vec<Option<f64>>,
}

/// How the consensus is made.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Priors of the EM.
    pub priors: Priors,
    /// Rounds of the bootstrap; 0 for no intervals.
    pub rounds: usize,
}

/// Makes the consensus.
///
/// # Errors
/// A sentence where the readings cannot carry one: a single reader.
pub fn consensus(readings: &Readings, settings: Settings) -> Result<Consensus, String> {
    if let [only] = readings.readers.as_slice() {
        return Err(format!(
            "only one reader ({only}) is in it; a consensus needs at least two"
        ));
    }
    let questions: Vec<Question> = Task::ALL
        .into_iter()
        .map(|task| {
            let votes = Votes::of_task(readings, task);
            let fit = em::fit(&votes, &settings.priors);
            let single = single::against_others(&votes, &settings.priors);
            let again = again::second_panel(&votes, &fit);
            let halves = halves::agree(&votes, &fit);
            Question {
                task,
                votes,
                fit,
                single,
                again,
                halves,
            }
        })
        .collect();
    let regions: Vec<_> = Task::PATTERNS
        .into_iter()
        .zip(&questions[1..])
        .map(|(task, question)| regions::regions(readings, task, question, &settings.priors))
        .collect();
    let report = report::report(readings, &questions, &regions, settings);
    Ok(Consensus {
        questions,
        regions,
        report,
    })
}

impl Consensus {
    /// The reference standard, an entry an image.
    pub fn standards(&self, readings: &Readings) -> Vec<Standard> {
        (0..readings.files.len())
            .map(|file| Standard {
                file: readings.files[file].clone(),
                posterior: std::array::from_fn(|q| self.questions[q].fit.posterior[file]),
                cells: std::array::from_fn(|p| self.regions[p].agreed[file]),
                single: std::array::from_fn(|q| self.questions[q].single[file]),
                again: std::array::from_fn(|q| self.questions[q].again[file]),
                halves: std::array::from_fn(|q| self.questions[q].halves[file]),
            })
            .collect()
    }
}

/// A pattern counts as present from this posterior on.
pub const PRESENT: f64 = 0.5;

/// A posterior this far from doubt, either way, counts as decided.
pub const DECIDED: f64 = 0.8;

/// What no file tells, said wherever the readers are spoken of.
pub const WHO_READ: &str = "The program does not know who the readers were. State it beside these     figures: how many, of what profession and experience, what they were told, whether they knew     the diagnosis or each other's answers, or that they were a program. In the project's own data     they are blinded runs of an automated vision-language reader, not dermatologists.";

/// Posteriors of the nine cells.
pub type CellPosteriors = [f64; CELLS];

const _: () = assert!(PATTERNS + 1 == crate::model::TASKS);

/// The cells whose posterior reaches [`PRESENT`]. Where none does, the likeliest one: a pattern
/// that is there is somewhere.
fn agreed_cells(posteriors: &CellPosteriors) -> Cells {
    let mut cells = Cells::default();
    let best = posteriors.iter().copied().fold(0.0, f64::max);
    let least = PRESENT.min(best);
    for (cell, &p) in posteriors.iter().enumerate() {
        if p >= least {
            cells.insert(cell);
        }
    }
    cells
}

#[cfg(test)]
impl Readings {
    /// Images that each reader named has read: `said(reader, image)` is the answer to every
    /// question, or nothing where this reader did not see the image.
    fn made_up(
        readers: &[&str],
        images: usize,
        said: impl Fn(usize, usize) -> Option<bool>,
    ) -> Readings {
        use super::readings::Reading;
        let mut all = Vec::new();
        for file in 0..images {
            for reader in 0..readers.len() {
                all.extend(said(reader, file).map(|yes| Reading {
                    file,
                    reader,
                    bcc: Some(yes),
                    poor: false,
                    patterns: [Some(yes); PATTERNS],
                    cells: [Cells::default(); PATTERNS],
                }));
            }
        }
        Readings {
            files: (0..images).map(|i| format!("{i}.jpg")).collect(),
            readers: readers.iter().map(|&r| r.to_owned()).collect(),
            readings: all,
        }
    }
}

#[cfg(test)]
impl Report {
    /// Of these readings, as the command makes it.
    fn of(readings: &Readings) -> Report {
        let settings = Settings {
            priors: Priors::default(),
            rounds: 60,
        };
        consensus(readings, settings).expect("a consensus").report
    }
}
