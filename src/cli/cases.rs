//! `bccscope cases`: what was stored, and whether each frame is still the one that was assessed.

use std::{io, path::PathBuf};

use clap::Args;

use super::{
    error::{CliError, OrFail},
    out::{complain, printable, say},
};
use crate::{
    assess::{percent, report::NOTICE},
    config::Config,
    records::{self, Stored},
};

/// Arguments of `bccscope cases`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope cases
  bccscope cases --json /media/stick/cases > cases.jsonl
  bccscope analyze --heatmaps maps/ $(bccscope cases --json | jq -r '.folder')

Every frame is compared with the checksum in its case.json; that an answer in case.json itself was
changed does not show. A damaged case has its fault in the line instead of its answers, and exit
code 1 tells that there is one; nothing is changed. Cases belong to whoever ran the device:
sudo bccscope cases reads those of the service.")]
pub struct CasesCommand {
    /// Folder the cases are stored in [default: from the configuration]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// One JSON object a case and line, with all of its case.json where it is whole
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// A folder that cannot be read, and any case that is damaged.
pub fn run(command: &CasesCommand, config: &Config) -> Result<(), CliError> {
    let folder = command.folder.as_ref().unwrap_or(&config.records.folder);
    let cases = match records::read(folder) {
        Ok(cases) => cases,
        // The device makes it with the first case.
        Err(e) if e.kind() == io::ErrorKind::NotFound && command.folder.is_none() => vec![],
        Err(e) => {
            let advice = match e.kind() {
                io::ErrorKind::PermissionDenied => "; read it as its owner, or with sudo",
                _ => "",
            };
            let place = folder.display();
            return Err(CliError::Failed(format!(
                "{place}: the cases cannot be read: {e}{advice}"
            )));
        }
    };
    let damaged = cases.iter().filter(|case| case.fault.is_some()).count();
    for case in &cases {
        if command.json {
            say(serde_json::to_string(case).or_fail()?)?;
        } else {
            say(describe(case))?;
        }
    }
    if !command.json {
        let place = folder.display().to_string();
        say(match cases.len() {
            0 => format!("No case is stored in {}", printable(&place)),
            n => format!("{n} in {}, {damaged} damaged; {NOTICE}", printable(&place)),
        })?;
    }
    for case in &cases {
        if let Some(fault) = &case.fault {
            complain(format_args!("{}: {fault}", case.folder.display()));
        }
    }
    match damaged {
        0 => Ok(()),
        _ => Err(CliError::AlreadySaid),
    }
}

/// A case in words. What a damaged one says is not repeated: it may be of another picture.
fn describe(case: &Stored) -> String {
    let name = printable(&case.name);
    let Some(told) = &case.told else {
        return format!("{name}\n  DAMAGED\n");
    };
    let mut answers = vec![];
    if let Some(bcc) = &told.bcc {
        answers.push(format!("BCC {}", percent(bcc.probability)));
        if told.burst.scored > 1 {
            answers.push(format!(
                "({} to {} in {} pictures)",
                percent(told.burst.lowest),
                percent(told.burst.highest),
                told.burst.scored
            ));
        }
    }
    let present = told.patterns.iter().filter(|p| p.present);
    answers.extend(present.map(|pattern| pattern.code.clone()));
    answers.extend(told.stand_ins.iter().map(|word| format!("[{word}]")));
    // One that was refused has no answers.
    let lines = [
        format!("{}  {}", told.captured_at, told.verdict_words),
        answers.join("  "),
        format!(
            "{}; {} {}",
            told.engine, told.model.name, told.model.version
        ),
    ];
    let lines = lines.iter().filter(|line| !line.is_empty());
    let lines: Vec<_> = lines
        .map(|line| format!("  {}\n", printable(line)))
        .collect();
    format!("{name}\n{}", lines.concat())
}
