//! `bccscope selftest`: tries every part of the device once.

use clap::Args;

use super::{
    error::{CliError, OrFail},
    out::say,
};
use crate::{
    config::Config,
    selftest::{self, Check, Outcome},
};

/// Arguments of `bccscope selftest`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope selftest
  bccscope selftest --json

Takes about 15 seconds and shows the help page on the display. Stop a running device first: it
holds camera and display. The exit code is 1 where a part failed; a skipped part is no failure.")]
pub struct SelftestCommand {
    /// One JSON object a line and check
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// When a check failed.
pub fn run(command: &SelftestCommand, config: &Config) -> Result<(), CliError> {
    let mut printed = Ok(());
    let checks = selftest::run(config, |check| {
        if printed.is_ok() {
            printed = print(check, command.json);
        }
    });
    printed?;
    let failed: Vec<_> = checks
        .iter()
        .filter(|check| check.outcome == Outcome::Fail)
        .map(|check| check.part)
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(CliError::Failed(format!("failed: {}", failed.join(", "))))
    }
}

fn print(check: &Check, json: bool) -> Result<(), CliError> {
    if json {
        return say(serde_json::to_string(check).or_fail()?);
    }
    let outcome = match check.outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "FAIL",
        Outcome::Skip => "skip",
    };
    say(format_args!(
        "{outcome}  {:<12} {}",
        check.part, check.words
    ))
}
