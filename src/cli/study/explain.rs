//! `bccscope study explain`.

use std::path::PathBuf;

use clap::Args;

use super::inputs::{DataArgs, bar, command_line};
use crate::{
    cli::{
        context::ModelArgs,
        error::{CliError, OrFail},
        out::say,
    },
    config::Config,
    model::Package,
    study::{
        explain::{self, Inputs, Report, Source},
        output,
    },
};

/// Arguments of `bccscope study explain`.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  bccscope study explain --labels data/labels.csv --split val --readings readings.csv --out maps/

Compares only with the cells of a 3x3 grid that readers mark (<code>_cells in the readings): not
with masks or outlines drawn freely. Writes explain.json (for study evaluate --explain) and
explain.html.")]
pub struct ExplainCommand {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    model: ModelArgs,
    /// At most so many images a task for what takes many passes (occlusion, faithfulness)
    #[arg(long, default_value_t = 60)]
    limit: usize,
    /// Phantoms drawn for each pattern
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1000))]
    phantoms: u32,
    /// Bootstrap rounds behind the intervals
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    rounds: u32,
    /// Folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// What is wrong with the data, by file and line, or what failed.
pub fn run(command: &ExplainCommand, config: &Config) -> Result<(), CliError> {
    let cases = command.data.cases()?;
    let marks = command.data.reference_path().ok_or_else(|| {
        CliError::WrongUse("study explain needs --readings or --consensus: the marked cells".into())
    })?;
    let reference = command.data.reference(&cases)?.unwrap_or_default();
    let source = Source::new(
        &command.data.labels,
        command.data.split.clone(),
        command.data.images(),
        marks.clone(),
        command_line(),
    )
    .or_fail()?;
    let package = Package::open(&command.model.folder(config)?).or_fail()?;
    let progress = bar(cases.len());
    let report = explain::explain(
        Inputs {
            package,
            engine: &config.engine,
            source,
            cases: &cases,
            reference: &reference,
            limit: command.limit,
            phantoms: command.phantoms,
            rounds: command.rounds as usize,
        },
        || progress.inc(1),
    )
    .map_err(CliError::Failed)?;
    progress.finish_and_clear();
    let files = [
        (
            "explain.json",
            serde_json::to_vec_pretty(&report).or_fail()?,
        ),
        ("explain.html", report.html().into_bytes()),
    ];
    let written = output::write_all(&command.out, &files).map_err(CliError::Failed)?;
    say(summary(&report))?;
    for path in written {
        say(path.display())?;
    }
    Ok(())
}

fn summary(report: &Report) -> String {
    let number = |v: Option<f64>| v.map_or("-".to_owned(), |v| format!("{v:.3}"));
    let mut text = String::from("inside / outside, pointing, mass (region) in the agreed cells\n");
    for a in &report.cells {
        text += &format!(
            "{:<3} {:<24} {} / {}  {}  {} ({:.3})  n {}\n",
            a.task,
            a.method.name(),
            number(a.inside.value),
            number(a.outside.value),
            number(a.pointing.value),
            number(a.mass.value),
            a.area,
            a.inside.n
        );
    }
    for r in &report.sanity.randomised {
        text += &format!(
            "weights shuffled, {}: rank correlation {:.3}\n",
            r.weights, r.rank_correlation
        );
    }
    text += &format!("sanity checks passed: {}\n", report.sanity.passed);
    text
}
