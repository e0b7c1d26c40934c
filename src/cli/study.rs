//! `bccscope study`: the evidence behind a model.

mod consensus;

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
}

/// Runs the command.
///
/// # Errors
/// What is wrong with the data, by file and line, or what failed.
pub fn run(command: &StudyCommand, _config: &Config) -> Result<(), CliError> {
    match &command.action {
        Action::Consensus(command) => consensus::run(command),
    }
}
