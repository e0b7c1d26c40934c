//! `bccscope phantom`: draws the test target.

use std::{fs, path::PathBuf};

use clap::Args;

use super::{error::CliError, out::say};
use crate::{
    model::Task,
    phantom::{Phantom, write_png},
};

/// Arguments of `bccscope phantom`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope phantom target.png --pattern UL --pattern AT
  bccscope phantom target.png --seed 7 --pattern PN --size 1920x1080 --masks masks/")]
pub struct PhantomCommand {
    /// PNG file to write
    out: PathBuf,
    /// Seed of everything left to chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Pattern to draw: PN, UL, ON, MG, ML, SW or AT; may be repeated
    #[arg(long = "pattern", value_name = "CODE", value_parser = pattern)]
    patterns: Vec<Task>,
    /// Size of the picture
    #[arg(long, value_name = "WxH", default_value = "1280x960", value_parser = super::size::parse)]
    size: (u32, u32),
    /// Write the lesion's and each pattern's true region as PNG into this folder
    #[arg(long, value_name = "DIR")]
    masks: Option<PathBuf>,
}

fn pattern(code: &str) -> Result<Task, String> {
    Task::from_code(code)
        .filter(|task| Task::PATTERNS.contains(task))
        .ok_or_else(|| format!("{code}: a pattern is one of PN, UL, ON, MG, ML, SW, AT"))
}

/// Runs the command.
///
/// # Errors
/// When a file cannot be written.
pub fn run(command: &PhantomCommand) -> Result<(), CliError> {
    let drawing = Phantom {
        seed: command.seed,
        patterns: command.patterns.clone(),
        width: command.size.0,
        height: command.size.1,
    }
    .draw();
    let failed = |path: &PathBuf, e: &dyn std::fmt::Display| {
        CliError::Failed(format!("{}: cannot be written: {e}", path.display()))
    };
    write_png(&command.out, &drawing.picture).map_err(|e| failed(&command.out, &e))?;
    say(format_args!("{}", command.out.display()))?;
    if let Some(folder) = &command.masks {
        fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
        let named = drawing
            .regions
            .iter()
            .map(|(task, mask)| (task.code(), mask));
        for (name, mask) in [("lesion", &drawing.lesion)].into_iter().chain(named) {
            let path = folder.join(format!("{name}.png"));
            mask.save(&path).map_err(|e| failed(&path, &e))?;
            say(format_args!("{}", path.display()))?;
        }
    }
    Ok(())
}
