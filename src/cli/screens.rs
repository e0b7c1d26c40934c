//! `bccscope screens`: every screen at every size, with sample data, as PNG files.

use std::{fs, path::PathBuf};

use clap::Args;

use super::{error::CliError, out::say};
use crate::screen::{self, Surface, samples::Samples};

/// The sizes the screens are made for.
const SIZES: [(u32, u32); 5] = [
    (480, 320),
    (800, 480),
    (1024, 600),
    (1280, 720),
    (1920, 1080),
];

/// Arguments of `bccscope screens`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope screens shown/
  bccscope screens shown/ --size 800x480 --size 480x800

The pictures are phantoms and the findings are samples, not the result of a model; every
screen says so. The files are DIR/WIDTHxHEIGHT/NAME.png.")]
pub struct ScreensCommand {
    /// Folder to write into
    dir: PathBuf,
    /// Size to draw at, instead of all the usual ones; may be repeated
    #[arg(long = "size", value_name = "WxH", value_parser = super::size::parse)]
    sizes: Vec<(u32, u32)>,
}

/// Runs the command.
///
/// # Errors
/// When a file cannot be written.
pub fn run(command: &ScreensCommand) -> Result<(), CliError> {
    let sizes = match command.sizes.as_slice() {
        [] => &SIZES[..],
        wished => wished,
    };
    let failed = |path: &PathBuf, e: &dyn std::fmt::Display| {
        CliError::Failed(format!("{}: cannot be written: {e}", path.display()))
    };
    let samples = Samples::new();
    for &(width, height) in sizes {
        let folder = command.dir.join(format!("{width}x{height}"));
        fs::create_dir_all(&folder).map_err(|e| failed(&folder, &e))?;
        for sample in samples.all() {
            let mut surface = Surface::new(width, height);
            screen::draw(&sample.scene, &sample.status, &mut surface);
            let path = folder.join(format!("{}.png", sample.name));
            surface
                .picture()
                .save(&path)
                .map_err(|e| failed(&path, &e))?;
            say(path.display())?;
        }
    }
    Ok(())
}
