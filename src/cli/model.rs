//! `bccscope model`: looks at a model and checks it.

mod lint;

use std::{fmt::Display, path::PathBuf};

use clap::{Args, Subcommand};

use super::{
    context::ModelArgs,
    error::{CliError, OrFail},
    out::{printable_lines, say},
};
use crate::{
    assess::{Assessor, quality::Features},
    camera::still,
    config::Config,
    files,
    frame::Detail,
    model::{
        Package, known,
        package::{MAX_FILE, sha256_hex},
        tflite::Graph,
    },
};

/// Arguments of `bccscope model`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope model verify
  bccscope model verify --model models/bcc8-mnv2
  bccscope model info
  bccscope model info --file some.tflite
  bccscope model lint models/bcc8-mnv2/model.tflite")]
pub struct ModelCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check everything: manifest, hash, operators, shapes, types, known answers
    Verify {
        #[command(flatten)]
        model: ModelArgs,
    },
    /// Show what a model says of itself and what is inside its file
    Info {
        #[command(flatten)]
        model: ModelArgs,
        /// Any .tflite file instead of a model's folder
        #[arg(long, conflicts_with = "model")]
        file: Option<PathBuf>,
    },
    /// Predict what edgetpu_compiler will say of .tflite files: can all of it run on the Edge TPU?
    Lint {
        /// The files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// One JSON object a line and file
        #[arg(long)]
        json: bool,
    },
    /// Print what the quality gate measures of pictures, as CSV (scripts/train/gate.py fits on it)
    GateFeatures {
        /// Picture files or folders
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Run the known-answer phantoms and store their scores (after training, before shipping)
    RecordAnswers {
        #[command(flatten)]
        model: ModelArgs,
    },
}

/// Runs the command.
///
/// # Errors
/// Why the model was refused.
pub fn run(command: &ModelCommand, config: &Config) -> Result<(), CliError> {
    match &command.action {
        Action::Verify { model } => {
            let assessor = model.open(config)?;
            let info = assessor.model();
            show(format_args!(
                "{} {} is sound: manifest, sha256, graph and known answers checked on {} ({})",
                info.name,
                info.version,
                assessor.engine().name,
                assessor.engine().runtime
            ))?;
            show(format_args!(
                "{}  {}",
                info.sha256,
                assessor.package().cpu_path().display()
            ))?;
            if let Some(compiled) = assessor.package().edgetpu().or_fail()? {
                show(format_args!(
                    "{}  {}",
                    compiled.sha256,
                    compiled.path.display()
                ))?;
            }
            Ok(())
        }
        Action::Info {
            file: Some(file), ..
        } => {
            let bytes = files::read(file, MAX_FILE)
                .map_err(|why| CliError::Failed(format!("{}: {why}", file.display())))?;
            let graph = Graph::read(&bytes)
                .map_err(|why| CliError::Failed(format!("{}: {why}", file.display())))?;
            show(format_args!("{}  {}", sha256_hex(&bytes), file.display()))?;
            print_graph(&graph)
        }
        Action::Info { model, file: None } => {
            let package = Package::open(&model.folder(config)?).or_fail()?;
            print_manifest(&package)?;
            let graph = Graph::read(&package.cpu).map_err(CliError::Failed)?;
            print_graph(&graph)
        }
        Action::Lint { files, json } => lint::run(files, *json),
        Action::GateFeatures { paths } => print_features(paths),
        Action::RecordAnswers { model } => {
            let folder = model.folder(config)?;
            let mut assessor = Assessor::open_unchecked(&folder, &config.engine).or_fail()?;
            let path = known::record(&mut assessor).map_err(CliError::Failed)?;
            show(path.display())?;
            Ok(())
        }
    }
}

fn print_features(paths: &[PathBuf]) -> Result<(), CliError> {
    for entry in still::expand(paths, false) {
        let path = entry.path.display().to_string();
        let frame = entry
            .load()
            .map_err(|e| CliError::Failed(format!("{path}: {e}")))?;
        let picture = frame.decode(Detail::Full).or_fail()?;
        let Some(features) = Features::measure(&picture) else {
            return Err(CliError::Failed(format!("{path}: too small to measure")));
        };
        let named = [
            features.luma,
            features.glare,
            features.skin,
            features.sharpness,
        ];
        let values: Vec<_> = named
            .iter()
            .chain(&features.vector)
            .map(ToString::to_string)
            .collect();
        say(format_args!("{path},{}", values.join(",")))?;
    }
    Ok(())
}

/// A line on stdout. A foreign model's words and names cannot steer the terminal.
fn show(line: impl Display) -> Result<(), CliError> {
    say(printable_lines(line))
}

fn print_manifest(package: &Package) -> Result<(), CliError> {
    let manifest = &package.manifest;
    show(format_args!(
        "{} {} ({})",
        manifest.name, manifest.version, manifest.created
    ))?;
    if !manifest.summary.is_empty() {
        show(format_args!("{}", manifest.summary))?;
    }
    show(format_args!(
        "{}  {}",
        package.cpu_sha256,
        package.cpu_path().display()
    ))?;
    show(format_args!(
        "\ntask                        temperature    bias     low    high"
    ))?;
    for task in &manifest.tasks {
        show(format_args!(
            "{:<4} {:<24} {:>9.3} {:>7.3} {:>7.3} {:>7.3}",
            task.code, task.name, task.temperature, task.bias, task.low, task.high
        ))?;
    }
    if let Some(evidence) = &manifest.evidence {
        show(format_args!("\nmeasured on {}", evidence.data))?;
        if !evidence.note.is_empty() {
            show(format_args!("note: {}", evidence.note))?;
        }
        for figure in &evidence.figures {
            let interval = match (figure.low, figure.high) {
                (Some(low), Some(high)) => format!(" ({low:.3} to {high:.3})"),
                _ => String::new(),
            };
            show(format_args!(
                "{:<8} {:<24} {:.3}{interval}, n = {}",
                figure.task, figure.metric, figure.value, figure.n
            ))?;
        }
    }
    if let Some(licence) = &manifest.licence {
        show(format_args!("\nlicence: {}", licence.model))?;
        for data in &licence.training_data {
            show(format_args!("trained on: {data}"))?;
        }
    }
    Ok(())
}

fn print_graph(graph: &Graph) -> Result<(), CliError> {
    show("")?;
    for (kind, tensors) in [("input", &graph.inputs), ("output", &graph.outputs)] {
        for tensor in tensors {
            let steps = match tensor.quantisation {
                Some((scale, zero)) => format!(", steps of {scale:.5} from {zero}"),
                None => String::new(),
            };
            show(format_args!("{kind:<7} {tensor}{steps}  {}", tensor.name))?;
        }
    }
    for operator in &graph.operators {
        show(format_args!(
            "{:>5} x {} v{}",
            operator.count, operator.name, operator.version
        ))?;
    }
    if graph.subgraphs != 1 {
        show(format_args!("{} subgraphs", graph.subgraphs))?;
    }
    Ok(())
}
