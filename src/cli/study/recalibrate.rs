//! `bccscope study recalibrate`.

use std::path::PathBuf;

use clap::Args;

use super::inputs::{DataArgs, bar, command_line};
use crate::{
    cli::{
        context::ModelArgs,
        error::{CliError, OrFail},
        out::{complain, printable_lines, say},
    },
    config::Config,
    model::{Package, Task},
    study::{
        evaluate::{self, Provenance},
        output,
        recalibrate::{self, Named, Wish},
    },
};

/// Arguments of `bccscope study recalibrate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope study recalibrate --labels ours.csv --images ours/ --prevalence 0.05 \\
      --name bcc8-ourclinic --version 1 --out bcc8-ourclinic/
  bccscope study recalibrate --labels ours.csv --predictions answers.jsonl --prevalence 0.05 \\
      --sensitivity 0.95 --specificity 0.9 --name bcc8-ourclinic --version 1 --out bcc8-ourclinic/
  bccscope study evaluate --labels others.csv --model bcc8-ourclinic/ --out evidence/
  bccscope run --model bcc8-ourclinic/

A probability holds where BCC is as frequent as among the images it was fitted on: those of the
shipped model were half BCC. --prevalence names the share among the patients the device will see;
without it, that of the images counts. The thresholds stay at the same scores, so that the same
pictures are suspected as before, unless a sensitivity or a specificity is asked for. Network,
patterns and heat maps stay as they are. At least 20 images of either class, better 100, of one
camera and one kind of patients, none of which may judge the result.")]
pub struct RecalibrateCommand {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    model: ModelArgs,
    /// Answers of `analyze --json --no-gate` by that model instead of running it
    #[arg(long, value_name = "JSONL")]
    predictions: Option<PathBuf>,
    /// Share of BCC among those the device will see, above 0 and below 1 [default: the images']
    #[arg(long, value_name = "SHARE", value_parser = share)]
    prevalence: Option<f64>,
    /// Put `low` where at least this share of BCC is not answered "no"
    #[arg(long, value_name = "SHARE", value_parser = share)]
    sensitivity: Option<f64>,
    /// Put `high` where at least this share of the others is not suspected
    #[arg(long, value_name = "SHARE", value_parser = share)]
    specificity: Option<f64>,
    /// The new model's name
    #[arg(long)]
    name: String,
    /// The new model's version
    #[arg(long)]
    version: String,
    /// Folder of the new model, which must not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if share > 0.0 && share < 1.0 => Ok(share),
        _ => Err("a number above 0 and below 1 is needed (5 % is 0.05)".into()),
    }
}

/// Runs the command.
///
/// # Errors
/// What is wrong with the data, by file and line, or why nothing can be fitted.
pub fn run(command: &RecalibrateCommand, config: &Config) -> Result<(), CliError> {
    let out = &command.out;
    // Also what only looks like nothing: a link to a folder that is gone.
    if out.symlink_metadata().is_ok() {
        return Err(CliError::Failed(format!(
            "{}: is there already; a model is not written over",
            out.display()
        )));
    }
    let data = &command.data;
    let cases = data.cases()?;
    let package = Package::open(&command.model.folder(config)?).or_fail()?;
    let run = match &command.predictions {
        Some(path) => {
            let run = evaluate::from_json(path, &data.labels, &cases).or_fail()?;
            belongs(&run.provenance, &package)
                .map_err(|why| CliError::Failed(format!("{}: {why}", path.display())))?;
            run
        }
        None => {
            let mut assessor = command.model.open(config)?;
            let progress = bar(cases.len());
            let (labels, images) = (&data.labels, data.images());
            let run = evaluate::from_assessor(&mut assessor, labels, &images, &cases, || {
                progress.inc(1);
            });
            progress.finish_and_clear();
            run.or_fail()?
        }
    };
    if let Some(what) = run.provenance.stood_in() {
        complain(format_args!("not the device itself: {what}"));
    }
    // On the device a refused picture has no probability.
    let (probabilities, truth): (Vec<f64>, Vec<bool>) = (run.predictions.iter().zip(&cases))
        .filter(|(prediction, _)| prediction.usable)
        .filter_map(|(p, case)| Some((p.scored?.probability[Task::Bcc.index()], case.bcc)))
        .unzip();
    let wish = Wish {
        prevalence: command.prevalence,
        sensitivity: command.sensitivity,
        specificity: command.specificity,
    };
    let bcc = package.manifest.task(Task::Bcc);
    let on = format!(
        "{}{}: {} images that the gate lets pass of {}",
        data.labels.display(),
        (data.split.as_ref()).map_or_else(String::new, |split| format!(", split {split}")),
        truth.len(),
        cases.len()
    );
    let new = recalibrate::recalibrate(bcc, &probabilities, &truth, wish, on)
        .map_err(|why| CliError::Failed(format!("{}: {why}", data.labels.display())))?;
    let named = Named {
        name: command.name.clone(),
        version: command.version.clone(),
        created: jiff::Zoned::now().date().to_string(),
        command: command_line(),
    };
    let files = recalibrate::files(&package, &new, &named).map_err(CliError::Failed)?;
    let files: Vec<(&str, Vec<u8>)> = (files.iter())
        .map(|(name, bytes)| (&**name, bytes.clone()))
        .collect();
    let written = output::write_all(out, &files).map_err(CliError::Failed)?;
    say(printable_lines(recalibrate::summary(&new)))?;
    for path in written {
        say(path.display())?;
    }
    Ok(())
}

/// Thresholds cannot be moved by the answers of another model, or of this one with others.
fn belongs(answers: &Provenance, package: &Package) -> Result<(), String> {
    let same = answers.sha256 == package.cpu_sha256
        && answers
            .manifest_sha256
            .as_deref()
            .unwrap_or(&package.manifest_sha256)
            == package.manifest_sha256;
    let task = package.manifest.task(Task::Bcc);
    let (low, high) = (f64::from(task.low), f64::from(task.high));
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
    if same && near(answers.low[0], low) && near(answers.high[0], high) {
        return Ok(());
    }
    Err(format!(
        "answered by {} {}, or by other thresholds of it, not by {} {} as it is in {}: analyse the \
         images with that (--model)",
        answers.model,
        answers.version,
        package.manifest.name,
        package.manifest.version,
        package.folder.display()
    ))
}
