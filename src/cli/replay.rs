//! `bccscope replay`: a recorded run through the analysis, as fast as it goes. What happened
//! to the camera is told in its place; the same recording gives the same lines again but for
//! `elapsed_ms`.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use serde_json::json;

use super::{
    context::ModelArgs,
    error::{CliError, OrFail},
    out::say,
};
use crate::{
    assess::{Assessor, Gating, report::Report},
    camera::{self, Choice, News, replay::Speed},
    config::Config,
    frame::Frame,
};

/// Arguments of `bccscope replay`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope record run1/ --seconds 10 && bccscope replay run1/
  bccscope replay --json --every 10 run1/ > run1.jsonl
  bccscope run --source replay:run1/      # the same on the device, in real time")]
pub struct ReplayCommand {
    /// Folder of the recorded run
    dir: PathBuf,
    /// One JSON object a line instead of text
    #[arg(long)]
    json: bool,
    /// Analyse every Nth frame
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Score a frame the quality gate refuses all the same
    #[arg(long)]
    no_gate: bool,
    #[command(flatten)]
    model: ModelArgs,
}

/// Runs the command.
///
/// # Errors
/// When the recording or the model is refused, the recording cannot be played to its end, or a
/// frame could not be analysed.
pub fn run(command: &ReplayCommand, config: &Config) -> Result<(), CliError> {
    let mut assessor = command.model.open(config)?;
    let choice = Choice::Replay {
        folder: command.dir.clone(),
        speed: Speed::Fast,
    };
    let mut camera = camera::open(&config.camera, &choice).or_fail()?;
    let gating = if command.no_gate {
        Gating::Off
    } else {
        Gating::On
    };
    let (mut frames, mut failed) = (0u64, 0u64);
    loop {
        match camera.next(Duration::from_millis(100)) {
            News::Opened(opened) => {
                let words = format!("{} ({})", opened.source.name, opened.source.detail);
                event(command.json, "opened", &words)?;
            }
            News::Lost(lost) => event(command.json, "lost", &lost.why)?,
            News::Dropped(why) => event(command.json, "dropped", &why)?,
            News::Quiet => {}
            News::Ended => break,
            News::Failed(lost) => {
                event(command.json, "lost", &lost.why)?;
                return Err(CliError::Failed(lost.to_string()));
            }
            News::Frame(frame) => {
                frames += 1;
                if (frames - 1) % command.every == 0
                    && !analyse(&mut assessor, &frame, frames, gating, command)?
                {
                    failed += 1;
                }
            }
        }
    }
    if failed > 0 {
        return Err(CliError::Failed(format!(
            "{failed} of {frames} frames could not be analysed"
        )));
    }
    Ok(())
}

fn event(json: bool, kind: &str, words: &str) -> Result<(), CliError> {
    if json {
        say(json!({ "event": kind, "words": words }))
    } else {
        say(format_args!("-- {kind}: {words}"))
    }
}

/// Prints one frame's result; `false` where there is none.
fn analyse(
    assessor: &mut Assessor,
    frame: &Frame,
    number: u64,
    gating: Gating,
    command: &ReplayCommand,
) -> Result<bool, CliError> {
    let path = format!("{}#{number}", command.dir.display());
    let assessment = match assessor.assess(frame, gating) {
        Ok(assessment) => assessment,
        Err(why) => {
            let why = why.to_string();
            if command.json {
                say(json!({ "path": path, "error": why }))?;
            } else {
                say(format_args!("{path}  ERROR: {why}"))?;
            }
            return Ok(false);
        }
    };
    let report = Report::new(&path, &assessment);
    if command.json {
        say(serde_json::to_string(&report).or_fail()?)?;
    } else {
        let bcc = report
            .bcc
            .as_ref()
            .map_or_else(String::new, |bcc| format!("  BCC {}", bcc.percent()));
        let words = report.stand_ins.iter();
        let words: String = words.map(|word| format!("  [{word}]")).collect();
        say(format_args!("{path}{words}  {}{bcc}", report.verdict_words))?;
    }
    Ok(true)
}
