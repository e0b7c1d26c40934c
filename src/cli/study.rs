//! `bccscope study`: the evidence behind a model.

mod consensus;
mod evaluate;
mod explain;
mod inputs;
mod recalibrate;

use clap::{Args, Subcommand};

use super::error::CliError;
use crate::config::Config;

/// Arguments of `bccscope study`.
#[derive(Debug, Args)]
pub struct StudyCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Several readers' readings to one reference standard, and how far they agree
    Consensus(consensus::ConsensusCommand),
    /// The device's answers against labels and consensus: JSON, CSV and an HTML report
    Evaluate(Box<evaluate::EvaluateCommand>),
    /// Heat maps: agreement with marked cells and phantoms, sanity, faithfulness
    Explain(explain::ExplainCommand),
    /// BCC's probability and thresholds, fitted on a clinic's own images: a model of its own
    Recalibrate(Box<recalibrate::RecalibrateCommand>),
}

/// Runs the command.
///
/// # Errors
/// What is wrong with the data, by file and line, or what failed.
pub fn run(command: &StudyCommand, config: &Config) -> Result<(), CliError> {
    match &command.action {
        Action::Consensus(command) => consensus::run(command),
        Action::Evaluate(command) => evaluate::run(command, config),
        Action::Explain(command) => explain::run(command, config),
        Action::Recalibrate(command) => recalibrate::run(command, config),
    }
}
