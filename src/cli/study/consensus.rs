//! `bccscope study consensus`.

use std::path::PathBuf;

use clap::Args;

use super::inputs::command_line;
use crate::{
    cli::{
        error::{CliError, OrFail},
        out::{complain, printable, say},
    },
    study::{
        consensus::{
            self, QuestionReport, Report, Settings, Source,
            em::{Beta, Priors},
        },
        metrics::Estimate,
        output,
        readings::Readings,
    },
};

/// Arguments of `bccscope study consensus`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope study consensus readings.csv --out consensus/

One line an image and reader: file, reader, PN, UL, ON, MG, ML, SW, AT (0, 1 or empty for not
read); where there: bcc, quality (ok, poor) and <code>_cells (digits 1-9 of the 3x3 grid).
Writes consensus.csv (the training's --consensus), cells.csv, consensus.json and, to be read by
people, consensus.html. In consensus.csv stand, of each image and question: the posterior; _cells agreed on; the share
of votes (_votes); and how far the readers can be held to it: the share of them who say what
the others agree on (_single), the chance that they would agree on the same again (_again),
the share of the ways to halve them in which both halves agree (_halves).")]
pub struct ConsensusCommand {
    /// The readings
    readings: PathBuf,
    /// Folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Beta prior of a reader's sensitivity
    #[arg(long, value_name = "A,B", default_value = "4,2", value_parser = beta)]
    sensitivity_prior: Beta,
    /// Beta prior of a reader's specificity
    #[arg(long, value_name = "A,B", default_value = "8,2", value_parser = beta)]
    specificity_prior: Beta,
    /// Beta prior of a pattern's prevalence
    #[arg(long, value_name = "A,B", default_value = "1,1", value_parser = beta)]
    prevalence_prior: Beta,
    /// Leave out what fewer readers answered: images whole, and of the others single questions
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    min_readers: u32,
    /// Bootstrap rounds behind the intervals
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    rounds: u32,
}

fn beta(text: &str) -> Result<Beta, String> {
    let wrong = || format!("{text}: a prior is A,B, each a number from 1 to 1000, such as 4,2");
    let (a, b) = text.split_once(',').ok_or_else(wrong)?;
    let side = |s: &str| {
        s.trim()
            .parse::<f64>()
            .ok()
            .filter(|v| (1.0..=1000.0).contains(v))
            .ok_or_else(wrong)
    };
    Ok(Beta {
        a: side(a)?,
        b: side(b)?,
    })
}

/// Runs the command.
///
/// # Errors
/// What is wrong with the readings, by line; a folder that cannot be written.
pub fn run(command: &ConsensusCommand) -> Result<(), CliError> {
    let wrong = |why: String| CliError::Failed(format!("{}: {why}", command.readings.display()));
    let all = Readings::read(&command.readings).or_fail()?;
    let least = command.min_readers as usize;
    let (readings, left_out) = consensus::enough_readers(&all, least).map_err(wrong)?;
    let settings = Settings {
        priors: Priors {
            sensitivity: command.sensitivity_prior,
            specificity: command.specificity_prior,
            prevalence: command.prevalence_prior,
        },
        rounds: command.rounds as usize,
    };
    let mut consensus = consensus::consensus(&readings, settings).map_err(wrong)?;
    consensus.report.left_out = left_out;
    consensus.report.source = Source {
        readings: command.readings.clone(),
        command: command_line(),
    };
    let report = &consensus.report;
    for warning in &report.warnings {
        complain(format_args!("warning: {warning}"));
    }
    let files = [
        ("consensus.csv", consensus.csv(&readings)),
        ("cells.csv", consensus.cells_csv(&readings)),
        (
            "consensus.json",
            serde_json::to_vec_pretty(report).or_fail()?,
        ),
        ("consensus.html", report.html().into_bytes()),
    ];
    let written = output::write_all(&command.out, &files).map_err(CliError::Failed)?;
    say(table(report).trim_end())?;
    for path in written {
        say(path.display())?;
    }
    Ok(())
}

/// What was found, for people.
fn table(report: &Report) -> String {
    // Anybody's words.
    let names: Vec<_> = report.readers.iter().map(|r| printable(r)).collect();
    let mut text = format!(
        "{} images, {} readings by {}\n{} readings call the image poor; they count like any other\n",
        report.images,
        report.readings,
        names.join(", "),
        report.poor
    );
    let left_out = &report.left_out;
    if left_out.min_readers > 1 {
        text += &format!(
            "left out, fewer than {} readers: {} images whole, {} single questions of the others\n",
            left_out.min_readers, left_out.images, left_out.questions
        );
    }
    let blocks = [
        ("images", &report.questions),
        ("places (image x cell)", &report.regions),
    ];
    for (what, questions) in blocks {
        text += &format!(
            "\n{what}\n      {:>7}  {:>7}  {:>9}  {:>8}  {:<31}  Krippendorff a\n",
            "present", "by ties", "undecided", "majority", "Fleiss k"
        );
        text.extend(questions.iter().map(counts));
    }
    for (what, questions) in blocks {
        text += &format!("\nreaders against the consensus, {what}\n");
        let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        text += &format!("      {:<width$}  {:<31}  specificity\n", "", "sensitivity");
        for q in questions {
            for (r, name) in q.readers.iter().zip(&names) {
                text += &format!(
                    "{:<4}  {name:<width$}  {:<31}  {}\n",
                    q.code,
                    shown(&r.sensitivity),
                    shown(&r.specificity)
                );
            }
        }
    }
    text
}

/// What the readers agree on in one question, and how far.
fn counts(q: &QuestionReport) -> String {
    format!(
        "{:<4}  {:>7}  {:>7}  {:>9}  {:>8}  {:<31}  {}{}\n",
        q.code,
        q.positive,
        q.positive_tied,
        q.undecided,
        q.majority_positive,
        shown(&q.agreement.fleiss_kappa),
        shown(&q.agreement.krippendorff_alpha),
        if q.converged { "" } else { "  NOT CONVERGED" }
    )
}

/// A figure, its interval and n.
fn shown(e: &Estimate) -> String {
    let value = e.value.map_or("-".to_owned(), |v| format!("{v:.3}"));
    let ends = e.ends(" to ").unwrap_or_default();
    let small = if e.small && e.n > 0 { " (small)" } else { "" };
    format!("{value:>6}  {ends:<14}  n {}{small}", e.n)
}
