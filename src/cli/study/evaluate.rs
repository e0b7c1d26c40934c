//! `bccscope study evaluate`.

use std::{io::Cursor, path::PathBuf};

use clap::Args;

use super::inputs::{DataArgs, bar, command_line};
use crate::{
    assess::{Assessor, Gating},
    camera::still,
    cli::{
        context::ModelArgs,
        error::{CliError, OrFail},
        out::{complain, printable, say},
    },
    config::Config,
    frame::Detail,
    study::{
        evaluate::{self, Evaluation, Inputs, Prediction, Provenance, Source, Unreadable},
        explain, html,
        labels::{self, Case, Columns},
        names::on_disk,
        output,
    },
};

/// Arguments of `bccscope study evaluate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope study evaluate --labels data/labels.csv --split val --readings readings.csv --out eval/
  bccscope analyze --json --no-gate images/ > answers.jsonl
  bccscope study evaluate --labels labels.csv --predictions answers.jsonl --out eval/

Writes evaluation.json, figures.csv and report.html. An interval with a lower end and no upper
one (null, empty) goes on without end: the figure may be infinite.")]
pub struct EvaluateCommand {
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    model: ModelArgs,
    /// Answers of `analyze --json` instead of running the model
    #[arg(long, value_name = "JSONL", conflicts_with = "model")]
    predictions: Option<PathBuf>,
    /// Answers of another engine or model to the same images (`analyze --json`)
    #[arg(long, value_name = "JSONL")]
    compare: Option<PathBuf>,
    /// Folder of pictures that are not dermoscopic: how many does the gate refuse?
    #[arg(long, value_name = "DIR", conflicts_with = "predictions")]
    not_dermoscopic: Option<PathBuf>,
    /// An explain.json to show in the report
    #[arg(long, value_name = "JSON")]
    explain: Option<PathBuf>,
    /// Put thumbnails of the failures into the report: only where the images may be passed on
    #[arg(long)]
    embed_images: bool,
    /// Leave out images that cannot be read; the report counts and names them
    #[arg(long)]
    skip_unreadable: bool,
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
pub fn run(command: &EvaluateCommand, config: &Config) -> Result<(), CliError> {
    let data = &command.data;
    let (cases, unreadable) = command.cases()?;
    let reference = data.reference(&cases)?;
    let images = data.images();
    let explained = command.explain.as_ref();
    let explained = explained.map(|path| Ok((path, read_explained(path, data)?)));
    let explained = explained.transpose()?;
    let other = command
        .compare
        .as_ref()
        .map(|path| evaluate::from_json(path, &data.labels, &cases))
        .transpose()
        .or_fail()?;
    let (run, not_dermoscopic) = match &command.predictions {
        Some(path) => {
            let run = evaluate::from_json(path, &data.labels, &cases).or_fail()?;
            let Provenance { model, sha256, .. } = &run.provenance;
            belongs(&explained, model, sha256)?;
            (run, None)
        }
        None => {
            let mut assessor = command.model.open(config)?;
            belongs(&explained, &assessor.model().name, &assessor.model().sha256)?;
            let progress = bar(cases.len());
            let run = evaluate::from_assessor(&mut assessor, &data.labels, &images, &cases, || {
                progress.inc(1);
            })
            .or_fail()?;
            progress.finish_and_clear();
            let others = command
                .not_dermoscopic
                .as_ref()
                .map(|folder| gate_only(&mut assessor, folder))
                .transpose()?;
            (run, others)
        }
    };
    let inputs = Inputs {
        cases: &cases,
        run: &run,
        reference: reference.as_ref(),
        other: other.as_ref(),
        not_dermoscopic: not_dermoscopic.as_deref(),
        source: Source {
            labels: data.labels.clone(),
            columns: Columns::of(&data.labels).or_fail()?,
            doubts: labels::mixed_lesions(&cases).into_iter().collect(),
            unreadable,
            split: data.split.clone(),
            images: images.clone(),
            reference: data.reference_path().cloned(),
            command: command_line(),
        },
        rounds: command.rounds as usize,
    };
    let evaluation = evaluate::evaluate(&inputs).map_err(CliError::Failed)?;
    let thumbnail = |file: &str| {
        command
            .embed_images
            .then(|| thumbnail(&on_disk(&images, file)))?
    };
    let files = [
        (
            "evaluation.json",
            serde_json::to_vec_pretty(&evaluation).or_fail()?,
        ),
        ("figures.csv", evaluation.csv()),
        (
            "report.html",
            evaluation
                .html(explained.as_ref().map(|e| &e.1), &thumbnail)
                .into_bytes(),
        ),
    ];
    let written = output::write_all(&command.out, &files).map_err(CliError::Failed)?;
    tell_of_the_data(&evaluation);
    say(summary(&evaluation))?;
    for path in written {
        say(path.display())?;
    }
    Ok(())
}

impl EvaluateCommand {
    /// The images to judge, and those that cannot be read where that is no fault.
    fn cases(&self) -> Result<(Vec<Case>, Vec<Unreadable>), CliError> {
        let cases = self.data.cases()?;
        if !self.skip_unreadable {
            return Ok((cases, Vec::new()));
        }
        let parted = match &self.predictions {
            Some(path) => {
                let failed = evaluate::not_analysed(path, &self.data.labels).or_fail()?;
                Unreadable::part(cases, |case| failed.get(&case.file).cloned())
            }
            None => {
                let images = self.data.images();
                Unreadable::part(cases, |case| evaluate::fault(&images, case))
            }
        };
        parted.map_err(CliError::Failed)
    }
}

/// What is easily passed over: a column under another name, an image that is not judged.
fn tell_of_the_data(evaluation: &Evaluation) {
    let source = &evaluation.source;
    if !source.columns.absent.is_empty() {
        complain(source.columns.words());
    }
    for doubt in &source.doubts {
        complain(format_args!("warning: {doubt}"));
    }
    for image in &source.unreadable {
        complain(format_args!(
            "{}, line {}: left out: {}: {}",
            source.labels.display(),
            image.line,
            image.file,
            image.why
        ));
    }
}

/// Heat maps of other images would be taken for those of the images judged.
fn read_explained(path: &PathBuf, data: &DataArgs) -> Result<explain::Report, CliError> {
    let wrong = |e: String| CliError::Failed(format!("{}: {e}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| wrong(format!("cannot be read: {e}")))?;
    let report: explain::Report =
        serde_json::from_str(&text).map_err(|e| wrong(format!("is no explain.json: {e}")))?;
    let split = data.split.as_deref();
    report.is_of(&data.labels, split).map_err(wrong)?;
    Ok(report)
}

/// Heat maps of another model would be taken for those of the model judged.
fn belongs(
    explained: &Option<(&PathBuf, explain::Report)>,
    model: &str,
    sha256: &str,
) -> Result<(), CliError> {
    let Some((path, report)) = explained else {
        return Ok(());
    };
    let wrong = |why: String| CliError::Failed(format!("{}: {why}", path.display()));
    report.belongs_to(model, sha256).map_err(wrong)
}

fn gate_only(assessor: &mut Assessor, folder: &PathBuf) -> Result<Vec<Prediction>, CliError> {
    let entries = still::expand(std::slice::from_ref(folder), true);
    let progress = bar(entries.len());
    let mut predictions = Vec::with_capacity(entries.len());
    for entry in entries {
        let path = entry.path.clone();
        let wrong = |e: String| CliError::Failed(format!("{}: {e}", path.display()));
        let frame = entry.load().map_err(|e| wrong(e.to_string()))?;
        let assessment = assessor
            .assess(&frame, Gating::On)
            .map_err(|e| wrong(e.to_string()))?;
        predictions.push(Prediction::of(&assessment));
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(predictions)
}

/// A small JPEG as a data URL.
fn thumbnail(path: &std::path::Path) -> Option<String> {
    let frame = still::load(path).ok()?;
    let picture = frame.decode(Detail::ShortSide(160)).ok()?;
    let small = image::DynamicImage::from(picture).thumbnail(210, 210);
    let mut bytes = Cursor::new(Vec::new());
    small.write_to(&mut bytes, image::ImageFormat::Jpeg).ok()?;
    Some(format!(
        "data:image/jpeg;base64,{}",
        html::base64(bytes.get_ref())
    ))
}

/// The figures that matter most, for people.
fn summary(evaluation: &Evaluation) -> String {
    let provenance = &evaluation.provenance;
    // Where they were read from a file, these words are anybody's.
    let mut text = format!(
        "{} {}: {} images, {} BCC, {} read\n",
        printable(&provenance.model),
        printable(&provenance.version),
        evaluation.flow.images,
        evaluation.flow.bcc,
        evaluation.flow.read
    );
    if let Some(what) = provenance.stood_in() {
        text += &format!("not the device itself: {}\n", printable(&what));
    }
    text.push('\n');
    for f in &evaluation.figures {
        let shown = match f.section {
            "verdict" | "bcc" | "rule" | "gate" | "compare" => true,
            "patterns" => f.metric == "AUROC",
            "calibration" => f.task == "BCC",
            _ => false,
        };
        let e = &f.estimate;
        if let (true, Some(value)) = (shown, e.value) {
            let ends = e.ends(" to ").unwrap_or_default();
            text += &format!(
                "{:<12} {:<4} {:<42} {:<48} {value:>7.3}  {ends:<15} n {}{}\n",
                f.section,
                f.task,
                f.subset,
                f.metric,
                e.n,
                if e.small { " (small)" } else { "" }
            );
        }
    }
    text
}
