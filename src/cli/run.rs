//! `bccscope run`: the device.

use std::{
    path::{self, PathBuf},
    sync::{Arc, atomic::AtomicBool, mpsc},
    time::SystemTime,
};

use clap::Args;
use signal_hook::{consts::TERM_SIGNALS, flag};

use super::{
    context::ModelArgs,
    error::{CliError, OrFail},
    signals,
};
use crate::{
    app::device::{self, Parts},
    camera::{self, Choice},
    config::Config,
    display::{Kind, Order, Reopening, Size},
    input,
    platform::{self, Lamp, Watchdog},
    records::Store,
};

/// Arguments of `bccscope run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope run
  bccscope run --source phantom:patterns=UL+AT
  bccscope run --source phantom --display png --screens /tmp/screens --size 800x480
  (sleep 2; echo capture; sleep 3; echo save; echo quit) | bccscope run --cases /tmp/cases

Keys: Enter, space or the dermatoscope's button capture; left and right turn the heat maps; S
saves, D discards, H helps. On stdin a line a command: capture, next, map UL, save, discard,
help, back, quit.")]
pub struct RunCommand {
    /// Where frames come from: camera, phantom[:seed=7,patterns=UL+AT,size=1280x720,fps=15],
    /// replay:FOLDER, replay-fast:FOLDER or pictures:PATH
    #[arg(long, value_name = "SOURCE", default_value = "camera")]
    source: Choice,
    /// Displays to try, first choice first: drm, fbdev, panel, png [default: from the configuration]
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = kind)]
    display: Vec<Kind>,
    /// Folder of `--display png`
    #[arg(long, value_name = "DIR")]
    screens: Option<PathBuf>,
    /// Size of `--display png`
    #[arg(long, value_name = "WxH", value_parser = super::size::parse)]
    size: Option<(u32, u32)>,
    /// Folder cases are stored in [default: from the configuration]
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
}

fn kind(name: &str) -> Result<Kind, String> {
    match name {
        "drm" => Ok(Kind::Drm),
        "fbdev" => Ok(Kind::Fbdev),
        "panel" => Ok(Kind::Panel),
        "png" => Ok(Kind::Png),
        _ => Err(format!("{name}: a display is drm, fbdev, panel or png")),
    }
}

/// Runs the device until it is asked to quit. A refused model is shown on the display and
/// does not end it.
///
/// # Errors
/// When no display works, the source cannot be opened, or settings are out of range.
pub fn run(command: &RunCommand, config: &Config) -> Result<(), CliError> {
    let limits = config.app.limits().map_err(CliError::WrongUse)?;
    let views_time = config.app.views_time().map_err(CliError::WrongUse)?;
    let mut settings = config.display.clone();
    if !command.display.is_empty() {
        settings.order = Order::try_from(command.display.clone()).map_err(CliError::WrongUse)?;
    }
    if let Some(folder) = &command.screens {
        settings.png.folder = folder.clone();
    }
    if let Some((width, height)) = command.size {
        settings.png.size = Size { width, height };
    }
    let cases = command.cases.as_ref().unwrap_or(&config.records.folder);
    let cases = path::absolute(cases)
        .map_err(|e| CliError::WrongUse(format!("--cases {}: {e}", cases.display())))?;
    let now = SystemTime::now();
    if !platform::plausible(now) {
        log::warn!(
            "the clock is not set, it says {}: cases are stored under this time until it is",
            jiff::Timestamp::try_from(now).unwrap_or_default()
        );
    }
    // Before anything is opened, so that a signal always leaves in good order; a second one
    // ends the program at once, but for SIGHUP: a terminal that is closed sends it twice.
    let stop = Arc::new(AtomicBool::new(false));
    for signal in TERM_SIGNALS {
        flag::register_conditional_shutdown(*signal, 1, Arc::clone(&stop)).or_fail()?;
    }
    signals::set(&stop).or_fail()?;
    let camera = camera::open(&config.camera, &command.source).or_fail()?;
    let display = Reopening::open(&settings).or_fail()?;
    let (events, inputs) = mpsc::channel();
    input::start(&config.input, settings.rotate, &events).or_fail()?;
    let mut assessor = command.model.open(config).map_err(|e| {
        log::error!("model refused: {e}");
        e.to_string()
    });
    if let Ok(assessor) = &mut assessor {
        assessor.hold_views_to(views_time);
    }
    device::run(Parts {
        camera,
        assessor,
        display,
        inputs,
        store: Store::new(cases),
        lamp: Lamp::new(config.lamp.as_ref()),
        limits,
        stop,
        watchdog: Watchdog::from_environment(),
    })
    .map_err(CliError::Failed)
}
