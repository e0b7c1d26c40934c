//! Where frames come from: a V4L2 dermatoscope ([`v4l2`]), picture files ([`still`],
//! [`pictures`]), a recorded run ([`record`], [`replay`]) or the drawn test target
//! ([`phantom`]). All of them are a [`Camera`]: asked for news, they answer at once or after
//! the time given. [`open`] makes one of a [`Choice`]; a V4L2 one runs in a thread that can be given
//! up (`watched`).

mod choice;
mod pace;
pub mod phantom;
pub mod pictures;
pub mod record;
mod recording;
pub mod replay;
mod settings;
pub mod still;
pub mod v4l2;
mod watched;

use std::{fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

pub use choice::{Choice, SYNTAX, open};
pub(crate) use settings::stall;
pub use settings::{FormatWish, Settings};

use crate::frame::{Frame, Source};

/// What a camera has to say when it is asked.
#[derive(Debug)]
pub enum News {
    /// From now on frames come from this source, in this format. Whatever was shown before
    /// belongs to another frame set.
    Opened(Opened),
    /// A whole frame, the newest there is.
    Frame(Frame),
    /// A frame came and was thrown away: flagged by the driver, short, cut or of the wrong
    /// size. The stream goes on.
    Dropped(String),
    /// Nothing came within the time given; the camera is still there.
    Quiet,
    /// The camera is gone or stopped delivering. It is looked for again with each later call.
    Lost(Lost),
    /// A source with an end (files, a recorded run) has reached it.
    Ended,
    /// Such a source cannot go on: there will be no more, and what came was not all.
    Failed(Lost),
}

/// A camera that has just begun to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What it is.
    pub source: Arc<Source>,
    /// Set where the format really in use is not the one asked for: both, in words.
    pub adjusted: Option<String>,
    /// Time between two of its frames, where it says.
    pub interval: Option<Duration>,
}

impl Opened {
    /// A source that is as it was asked for, and says nothing of its rate.
    pub fn new(source: Arc<Source>) -> Opened {
        Opened {
            source,
            adjusted: None,
            interval: None,
        }
    }
}

/// Why there is no picture, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// What happened.
    pub why: String,
    /// What to do.
    pub advice: String,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.why, self.advice)
    }
}

/// A source of frames. Never blocks longer than asked, never panics on what a device does.
pub trait Camera: Send {
    /// The next news, waiting for it at most `wait`.
    fn next(&mut self, wait: Duration) -> News;
}
