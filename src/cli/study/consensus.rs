//! `bccscope study consensus`.

use std::path::PathBuf;

use clap::Args;

use crate::{
    cli::{
        error::{CliError, OrFail},
        out::{complain, say},
    },
    study::{
        consensus::{
            self, QuestionReport, Report, Settings,
            em::{Beta, Priors},
        },
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
Writes consensus.csv (the training's --consensus), cells.csv and consensus.json. In
consensus.csv stand, of each image and question: the posterior; _cells agreed on; the share
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
    let readings = Readings::read(&command.readings).or_fail()?;
    let settings = Settings {
        priors: Priors {
            sensitivity: command.sensitivity_prior,
            specificity: command.specificity_prior,
            prevalence: command.prevalence_prior,
        },
        rounds: command.rounds as usize,
    };
    let consensus = consensus::consensus(&readings, settings)
        .map_err(|why| CliError::Failed(format!("{}: {why}", command.readings.display())))?;
    for warning in &consensus.report.warnings {
        complain(format_args!("warning: {warning}"));
    }
    let json = serde_json::to_vec_pretty(&consensus.report).or_fail()?;
    let files = [
        ("consensus.csv", consensus.csv(&readings)),
        ("cells.csv", consensus.cells_csv(&readings)),
        ("consensus.json", json),
    ];
    let written = output::write_all(&command.out, &files).map_err(CliError::Failed)?;
    say(table(&consensus.report).trim_end())?;
    for path in written {
        say(path.display())?;
    }
    Ok(())
}

/// What was found, for people.
fn table(report: &Report) -> String {
    let mut text = format!(
        "{} images, {} readings by {}\n\n      positive  majority  Fleiss k  Krippendorff a  \
         sensitivity / specificity a reader\n",
        report.images,
        report.readings,
        report.readers.join(", ")
    );
    let number = |v: Option<f64>| v.map_or("   -".to_owned(), |v| format!("{v:.2}"));
    let line = |q: &QuestionReport| {
        let readers: Vec<_> = q
            .readers
            .iter()
            .map(|r| {
                format!(
                    "{} {}/{}",
                    r.reader,
                    number(r.sensitivity.value),
                    number(r.specificity.value)
                )
            })
            .collect();
        format!(
            "{:<4}  {:>8}  {:>8}  {:>8}  {:>14}  {}{}\n",
            q.code,
            q.positive,
            q.majority_positive,
            number(q.agreement.fleiss_kappa.value),
            number(q.agreement.krippendorff_alpha.value),
            readers.join("  "),
            if q.converged { "" } else { "  NOT CONVERGED" }
        )
    };
    text.extend(report.questions.iter().map(line));
    text += "\nplaces (image x cell)\n";
    text.extend(report.regions.iter().map(line));
    text.push('\n');
    text
}
