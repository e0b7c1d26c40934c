//! Which source frames come from, as it is named on a command line, and opening it.

use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use super::{
    Camera, Settings,
    phantom::{PhantomCamera, PhantomSettings},
    pictures::Pictures,
    replay::{Replay, ReplayError, Speed},
    v4l2::V4l2Camera,
    watched::{self, Watched},
};
use crate::model::Task;

/// How long each picture is shown where nothing else is said.
const DWELL: Duration = Duration::from_secs(5);

/// A source of frames.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The dermatoscope, as the `[camera]` settings have it.
    #[default]
    Camera,
    /// The drawn test target.
    Phantom(PhantomSettings),
    /// A recorded run.
    Replay {
        /// Its folder.
        folder: PathBuf,
        /// How fast it plays.
        speed: Speed,
    },
    /// Picture files, one after the other.
    Pictures {
        /// Files, and folders of them.
        paths: Vec<PathBuf>,
        /// How long each is shown.
        dwell: Duration,
    },
}

/// Opens a source. A camera that is not there is no error: it is waited for.
///
/// # Errors
/// [`ReplayError`] for a recording that cannot be played.
pub fn open(settings: &Settings, choice: &Choice) -> Result<Box<dyn Camera>, ReplayError> {
    Ok(match choice {
        Choice::Camera => {
            let settings = settings.clone();
            let make = move || -> Box<dyn Camera> { Box::new(V4l2Camera::new(settings.clone())) };
            Box::new(Watched::new(make, watched::LIMIT))
        }
        Choice::Phantom(phantom) => Box::new(PhantomCamera::new(phantom.clone())),
        Choice::Replay { folder, speed } => Box::new(Replay::open(folder, *speed)?),
        Choice::Pictures { paths, dwell } => Box::new(Pictures::new(paths, *dwell)),
    })
}

/// How sources are written, for help texts.
pub const SYNTAX: &str = "camera, phantom, phantom:seed=7,patterns=UL+AT,size=1280x720,fps=15, \
                          replay:FOLDER, replay-fast:FOLDER or pictures:PATH";

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Choice, String> {
        let (kind, rest) = match text.split_once(':') {
            Some((kind, rest)) => (kind, Some(rest)),
            None => (text, None),
        };
        let path = |what: &str| match rest {
            Some(path) if !path.is_empty() => Ok(Path::new(path).to_path_buf()),
            _ => Err(format!("{text}: name the {what}, as in {kind}:PATH")),
        };
        let replay = |speed| {
            Ok(Choice::Replay {
                folder: path("folder of the recording")?,
                speed,
            })
        };
        match kind {
            "camera" if rest.is_none() => Ok(Choice::Camera),
            "camera" => Err(format!(
                "{text}: which camera is set by device in [camera] of the configuration"
            )),
            "phantom" => phantom(rest.unwrap_or_default()).map(Choice::Phantom),
            "replay" => replay(Speed::AsRecorded),
            "replay-fast" => replay(Speed::Fast),
            "pictures" => Ok(Choice::Pictures {
                paths: vec![path("file or folder")?],
                dwell: DWELL,
            }),
            _ => Err(format!("{text}: a source is {SYNTAX}")),
        }
    }
}

/// Reads `seed=7,patterns=UL+AT,size=1280x720,fps=15`, any of them.
fn phantom(text: &str) -> Result<PhantomSettings, String> {
    let mut settings = PhantomSettings::default();
    for part in text.split(',').filter(|part| !part.is_empty()) {
        let wrong = |what: &str| format!("{part}: {what}");
        let (key, value) = part
            .split_once('=')
            .ok_or_else(|| wrong("of a phantom one sets seed=, patterns=, size= and fps="))?;
        match key {
            "seed" => {
                settings.seed = value
                    .parse()
                    .map_err(|_| wrong("a seed is a whole number from 0"))?;
            }
            "patterns" => {
                settings.patterns = value
                    .split('+')
                    .filter(|code| !code.is_empty())
                    .map(|code| Task::from_code(code).filter(|t| Task::PATTERNS.contains(t)))
                    .collect::<Option<_>>()
                    .ok_or_else(|| {
                        wrong("patterns are PN, UL, ON, MG, ML, SW and AT, joined by +")
                    })?;
            }
            "size" => {
                (settings.width, settings.height) = value
                    .split_once('x')
                    .and_then(|(w, h)| Some((side(w)?, side(h)?)))
                    .ok_or_else(|| {
                        wrong("a size is WIDTHxHEIGHT, each 160 to 4096, such as 1280x720")
                    })?;
            }
            "fps" => {
                settings.fps = value
                    .parse()
                    .ok()
                    .filter(|fps| (1..=120).contains(fps))
                    .ok_or_else(|| wrong("1 to 120 frames a second are possible"))?;
            }
            _ => {
                return Err(wrong(
                    "of a phantom one sets seed=, patterns=, size= and fps=",
                ));
            }
        }
    }
    Ok(settings)
}

fn side(text: &str) -> Option<u32> {
    text.parse().ok().filter(|n| (160..=4096).contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_source_is_named_in_words() {
        assert_eq!("camera".parse(), Ok(Choice::Camera));
        assert_eq!(
            "phantom".parse(),
            Ok(Choice::Phantom(PhantomSettings::default()))
        );
        assert_eq!(
            "phantom:seed=3,patterns=PN,size=640x480,fps=30".parse(),
            Ok(Choice::Phantom(PhantomSettings {
                seed: 3,
                patterns: vec![Task::PigmentNetwork],
                width: 640,
                height: 480,
                fps: 30,
            }))
        );
        assert_eq!(
            "replay-fast:runs/a:b".parse(),
            Ok(Choice::Replay {
                folder: "runs/a:b".into(),
                speed: Speed::Fast
            })
        );
    }

    #[test]
    fn what_is_no_source_is_refused_with_a_sentence() {
        for (text, words) in [
            ("", "a source is"),
            ("webcam", "a source is"),
            ("replay", "name the folder"),
            ("replay:", "name the folder"),
            ("camera:0", "device in [camera]"),
            ("phantom:seed=-1", "whole number"),
            ("phantom:patterns=BCC", "patterns are"),
            ("phantom:size=0x0", "160 to 4096"),
            ("phantom:fps=0", "1 to 120"),
            ("phantom:colour=red", "one sets"),
        ] {
            let error = text.parse::<Choice>().unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn a_recording_that_is_not_there_is_refused_at_once() {
        let choice = "replay:/no/such/folder".parse().unwrap();
        let error = open(&Settings::default(), &choice).err().unwrap();
        assert!(error.to_string().contains("/no/such/folder"), "{error}");
    }
}
