//! `bccscope analyze`: picture files in, one result each out.

mod files;
mod text;

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::{
    context::ModelArgs,
    error::{CliError, OrFail},
    out::{complain, printable, say},
};
use crate::{
    assess::{Assessment, Assessor, EngineInfo, Gating, HeatMaps, report::Report},
    camera::still,
    config::Config,
    frame::Frame,
};

/// Arguments of `bccscope analyze`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope analyze lesion.jpg
  bccscope analyze --json folder/ > results.jsonl
  bccscope analyze --json --heatmaps maps/ a.jpg b.png
  bccscope analyze --heatmaps maps/ --occlusion lesion.jpg
  bccscope analyze --screens shown/ --size 1280x720 lesion.jpg

One object a line and image on stdout, in order. An unreadable image gives an object with
`error`, the others are analysed all the same, and the exit code is 1. Bytes of a file name
that are not UTF-8 are shown as the replacement character.

The patterns: PN pigment network, UL ulceration, ON large blue-grey ovoid nests, MG multiple
blue-grey globules, ML maple-leaf-like areas, SW spoke-wheel areas, AT arborizing vessels
(telangiectasia). Behind a code: + found, ? uncertain, - not found, and its probability in %.")]
pub struct AnalyzeCommand {
    /// Picture files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// One JSON object a line instead of text
    #[arg(long)]
    json: bool,
    /// Write each task's heat map (grey PNG of the frame's size) into this folder
    #[arg(long, value_name = "DIR")]
    heatmaps: Option<PathBuf>,
    /// Heat maps by occlusion instead (what the score loses when a patch is covered): slower,
    /// an inference for every cell of the model's grid
    #[arg(long, requires = "heatmaps")]
    occlusion: bool,
    /// Draw each result screen as PNG into this folder
    #[arg(long, value_name = "DIR")]
    screens: Option<PathBuf>,
    /// Size of the screens
    #[arg(long, value_name = "WxH", default_value = "800x480", value_parser = super::size::parse)]
    size: (u32, u32),
    /// Score an image the quality gate refuses all the same; the refusal stays in the result
    #[arg(long)]
    no_gate: bool,
    /// Descend into folders
    #[arg(short, long)]
    recursive: bool,
    #[command(flatten)]
    model: ModelArgs,
}

/// Runs the command.
///
/// # Errors
/// When the model is refused, an output folder cannot be written, or any image failed.
pub fn run(command: &AnalyzeCommand, config: &Config) -> Result<(), CliError> {
    let mut assessor = command.model.open(config)?;
    let outputs = files::Outputs::open(command)?;
    let entries = still::expand(&command.paths, command.recursive);
    let gating = if command.no_gate {
        Gating::Off
    } else {
        Gating::On
    };
    let images = entries.len();
    let progress = progress_bar(images);
    let mut failed = 0usize;
    for (number, entry) in entries.into_iter().enumerate() {
        let path = entry.path.display().to_string();
        let analysed = entry
            .load()
            .map_err(|e| e.to_string())
            .and_then(|frame| analyse(&mut assessor, frame, gating, command.occlusion));
        let mut written = Ok(());
        let printed = match analysed {
            Ok((frame, assessment, maps)) => {
                let mut report = Report::new(&path, &assessment);
                if let Some((_, engine)) = &maps {
                    report.maps_by(engine, &assessment);
                }
                let maps = maps.as_ref().map(|(maps, _)| maps);
                written = outputs.write(number + 1, &frame, (&assessment, maps), &mut report);
                if command.json {
                    serde_json::to_string(&report).or_fail()?
                } else {
                    let screen = outputs.screen_path(number + 1, &path);
                    text::describe(&report, screen.filter(|_| written.is_ok()))
                }
            }
            Err(why) => {
                failed += 1;
                if command.json {
                    json!({ "path": path, "error": why }).to_string()
                } else {
                    format!("{}\n  ERROR: {}\n", printable(&path), printable(&why))
                }
            }
        };
        progress.suspend(|| say(printed))?;
        // What it says of the picture is said before an unwritable file ends the run.
        written?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    if failed > 0 {
        complain(format_args!(
            "{failed} of {images} images could not be analysed"
        ));
        return Err(CliError::AlreadySaid);
    }
    Ok(())
}

type Analysed = (Frame, Assessment, Option<(HeatMaps, EngineInfo)>);

/// The maps come with the engine that made them.
fn analyse(
    assessor: &mut Assessor,
    frame: Frame,
    gating: Gating,
    occlusion: bool,
) -> Result<Analysed, String> {
    let assessment = assessor.assess(&frame, gating).map_err(|e| e.to_string())?;
    // No map of a picture the gate refused.
    let maps = match assessment.maps.clone() {
        Some(_) if occlusion => Some(assessor.occlusion(&frame).map_err(|e| e.to_string())?),
        own => own.map(|maps| (maps, assessment.engine.clone())),
    };
    Ok((frame, assessment, maps))
}

fn progress_bar(images: usize) -> ProgressBar {
    // A bar only where somebody watches and the wait is worth one.
    if images < 20 || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(images as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}  {per_sec}  {eta} left") {
        bar.set_style(style);
    }
    bar
}
