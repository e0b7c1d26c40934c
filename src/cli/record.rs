//! `bccscope record`: writes down what a source delivers, for `bccscope replay`.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use clap::{ArgGroup, Args};

use super::{
    error::{CliError, OrFail},
    out::{complain, say},
    signals,
};
use crate::{
    camera::{
        self, Choice, Lost, News,
        record::{Recorder, RecordingError},
    },
    config::Config,
};

/// How long the source is asked to wait: also how late a signal is noticed.
const WAIT: Duration = Duration::from_millis(100);

/// Arguments of `bccscope record`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("length").required(true).args(["seconds", "frames"])))]
#[command(after_help = "Examples:
  bccscope record run1/ --seconds 10
  bccscope record run2/ --frames 100 --source phantom:seed=3,patterns=PN
  bccscope record run3/ --seconds 60 --source pictures:lesions/

The folder must not exist yet: a recording is never overwritten. It holds every frame byte
for byte, with its time and checksum, and each frame dropped and each loss of the camera.
Ctrl-C ends a recording properly. Frames may show a patient: the folder is for its owner only.")]
pub struct RecordCommand {
    /// Folder to make
    out: PathBuf,
    /// Record for this long
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: Option<u64>,
    /// Record this many frames
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    frames: Option<u64>,
    /// What to record: camera, phantom[:seed=7,patterns=UL+AT,size=1280x720,fps=15],
    /// replay:FOLDER, replay-fast:FOLDER or pictures:PATH
    #[arg(long, value_name = "SOURCE", default_value = "camera")]
    source: Choice,
}

/// Runs the command.
///
/// # Errors
/// When nothing can be written, no frame came, or the source failed before its end.
pub fn run(command: &RecordCommand, config: &Config) -> Result<(), CliError> {
    let stop = Arc::new(AtomicBool::new(false));
    signals::set(&stop).or_fail()?;
    let mut camera = camera::open(&config.camera, &command.source).or_fail()?;
    let mut recorder = Recorder::create(&command.out).or_fail()?;
    let began = Instant::now();
    let (mut lost, mut failed) = (None, None);
    let over = |frames: u64| {
        stop.load(Ordering::Relaxed)
            || command.frames.is_some_and(|wanted| frames >= wanted)
            || command
                .seconds
                .is_some_and(|wanted| began.elapsed() >= Duration::from_secs(wanted))
    };
    while !over(recorder.counts().frames) {
        let news = camera.next(WAIT);
        if let Err(why) = recorder.write(&news) {
            return Err(keep(recorder, why));
        }
        match news {
            News::Opened(opened) => {
                complain(format_args!(
                    "{} ({})",
                    opened.source.name, opened.source.detail
                ));
                if let Some(adjusted) = opened.adjusted {
                    complain(adjusted);
                }
                lost = None;
            }
            News::Lost(why) => {
                complain(&why);
                lost = Some(why);
            }
            News::Ended => break,
            News::Failed(why) => {
                failed = Some(why);
                break;
            }
            News::Frame(_) | News::Dropped(_) | News::Quiet => {}
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let counts = recorder.finish().or_fail()?;
    let out = command.out.display();
    say(format_args!(
        "{out}: {} frames in {seconds:.1} s ({:.1} MB), {} dropped, {} times lost",
        counts.frames,
        counts.bytes as f64 / 1e6,
        counts.dropped,
        counts.lost
    ))?;
    if let Some(why) = failed {
        return Err(CliError::Failed(format!("cut short: {why}")));
    }
    if counts.frames > 0 {
        return Ok(());
    }
    Err(CliError::Failed(match lost {
        Some(lost) => format!("no frame was recorded: {lost}"),
        None => "no frame was recorded: the source delivered none in this time".into(),
    }))
}

/// Finishes what cannot go on, so that it can be replayed, and says in it why it ends.
fn keep(mut recorder: Recorder, why: RecordingError) -> CliError {
    let why = format!("{:#}", anyhow::Error::from(why));
    let kept = recorder
        .write(&News::Lost(Lost {
            why: format!("the recording was cut short: {why}"),
            advice: "Make room, or record into another folder.".into(),
        }))
        .and_then(|()| recorder.finish());
    CliError::Failed(match kept {
        Ok(counts) => format!("cut short after {} frames: {why}", counts.frames),
        Err(_) => format!("cut short, and without its last line: {why}"),
    })
}
