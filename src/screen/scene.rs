//! What a screen can show, as plain data. The app builds a [`Scene`]; drawing it is a pure
//! function, so every screen has a golden picture.

use std::borrow::Cow;

use image::RgbImage;

use super::MapView;
pub use crate::assess::Spread as Burst;
use crate::{
    assess::{Assessment, EngineInfo, ModelInfo, Quality, ViewCount},
    engine,
    frame::Source,
    model::Manifest,
};

/// The line at the bottom of every screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Engine badge: `CPU`, `Edge TPU`, …
    pub engine: String,
    /// Set when that is not the engine asked for: shown as a warning badge, with this reason.
    pub fallback: Option<String>,
    /// Model name and version.
    pub model: String,
    /// Where frames come from, e.g. `Dino-Lite MJPG 1920x1080`.
    pub camera: String,
    /// The words of stand-ins (`PHANTOM`, `REPLAY SIMULATED`), worn large on every screen.
    pub stand_in: Option<String>,
    /// Wall clock as it is to be shown, e.g. `14:05`.
    pub clock: String,
    /// Battery, under-voltage or temperature warning.
    pub power: Option<String>,
    /// Cases of before that could not be stored yet: how many, and why.
    pub unsaved: Option<String>,
    /// Set when the display asked for is not the one in use, with the reason.
    pub display: Option<String>,
}

/// The model as the status line names it. Where not all of its views are averaged, that comes
/// first: where room is short, a name loses its end.
pub fn model_words(info: &ModelInfo, views: ViewCount) -> String {
    let ModelInfo { name, version, .. } = info;
    if views.used < views.of {
        format!("{} of {} views, {name} {version}", views.used, views.of)
    } else {
        format!("{name} {version}")
    }
}

/// The words of everything that only stands in for the real thing, source first, then engine.
pub fn stand_in_words(source: Option<&Source>, engine: &EngineInfo) -> Option<String> {
    let words = [source.and_then(Source::stand_in), engine::stand_in(engine)];
    let words: Vec<_> = words.into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// How the loaded model looks at a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// Width and height of its input: their ratio is that of the part of a frame it sees.
    pub input: (u32, u32),
    /// Columns and rows of its heat maps.
    pub grid: (usize, usize),
}

impl Sight {
    /// Of the model this manifest describes.
    pub fn of(manifest: &Manifest) -> Sight {
        let (rows, columns) = manifest.grid();
        Sight {
            input: (manifest.input.width, manifest.input.height),
            grid: (columns, rows),
        }
    }
}

/// When the picture of a result was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// As the clock on the screen showed it, e.g. `14:05`.
    pub clock: String,
    /// So many minutes ago.
    pub minutes: u64,
}

impl Taken {
    /// From then on a result may well be another patient's than the one before the device.
    const LONG: u64 = 5;

    /// As it is shown: `taken 14:05, 3 min ago`.
    pub fn words(&self) -> String {
        let ago = match (self.minutes / 60, self.minutes % 60) {
            (0, 0) => return format!("taken {}", self.clock),
            (0, minutes) => format!("{minutes} min"),
            (hours, minutes) => format!("{hours} h {minutes} min"),
        };
        format!("taken {}, {ago} ago", self.clock)
    }

    /// Whether that must not be overlooked.
    pub fn long_ago(&self) -> bool {
        self.minutes >= Taken::LONG
    }
}

/// What happened to the case on the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum CaseNote {
    /// Not stored yet.
    Unsaved,
    /// Being stored.
    Saving,
    /// Stored under this name.
    Saved(String),
    /// Storing failed; the case is still on the screen, and is kept when it is left.
    SaveFailed(String),
    /// Too many wait for the storage already: this screen alone has the case.
    NoRoom(String),
}

/// What was just done, told over the live picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The case that was on the screen is gone.
    Discarded,
    /// Discarding came too late: it is stored in this moment.
    BeingSaved,
    /// Discarding came too late: it was stored before.
    SavedBefore,
    /// A burst was given up.
    Cancelled,
    /// The shutter was pressed without a fresh picture.
    NoPicture,
    /// The case that was on the screen is gone: nothing could keep it any more.
    NoRoom,
    /// So many cases were stored that were on the screen no more.
    Stored(usize),
}

impl Notice {
    /// All there are, with a number where one belongs in.
    pub const ALL: [Notice; 7] = [
        Notice::Discarded,
        Notice::BeingSaved,
        Notice::SavedBefore,
        Notice::Cancelled,
        Notice::NoPicture,
        Notice::NoRoom,
        Notice::Stored(8),
    ];

    /// As it is shown: short, for it has two lines at most.
    pub fn words(self) -> Cow<'static, str> {
        let words = match self {
            Notice::Discarded => "Discarded",
            Notice::BeingSaved => "Not discarded: being saved",
            Notice::SavedBefore => "Not discarded: saved before",
            Notice::Cancelled => "Capture cancelled",
            Notice::NoPicture => "No picture yet",
            Notice::NoRoom => "Discarded: too many wait unsaved",
            Notice::Stored(1) => "1 case stored",
            Notice::Stored(cases) => return format!("{cases} cases stored").into(),
        };
        words.into()
    }
}

/// One screen.
#[derive(Clone, Copy, Debug)]
pub enum Scene<'a> {
    /// The live picture, with the quality gate's hint for the frame shown.
    Live {
        /// The newest frame's picture.
        picture: &'a RgbImage,
        /// The gate's answer for it; `None` until one is there.
        quality: Option<&'a Quality>,
        /// How the model looks at it; `None` where there is no model.
        sight: Option<Sight>,
        /// Shown for a moment, e.g. `Discarded`.
        notice: Option<Notice>,
        /// When an earlier result was taken that is not saved, and can be.
        earlier: Option<&'a Taken>,
    },
    /// A burst is being taken.
    Capturing {
        /// The newest frame's picture.
        picture: &'a RgbImage,
        /// How the model looks at it.
        sight: Option<Sight>,
        /// Frames taken so far.
        taken: usize,
        /// Frames a burst has.
        wanted: usize,
    },
    /// A burst was taken and is being analysed; the live picture goes on.
    Analysing {
        /// The newest frame's picture.
        picture: &'a RgbImage,
        /// How the model looks at it.
        sight: Option<Sight>,
    },
    /// A verdict, with the very picture it belongs to.
    Result {
        /// The analysed frame's picture.
        picture: &'a RgbImage,
        /// What was found. Its verdict may be "not usable": then nothing else is shown of it.
        assessment: &'a Assessment,
        /// The burst's spread, where a burst was taken.
        burst: Option<Burst>,
        /// Which heat map lies over it.
        map: MapView,
        /// Whether it was stored.
        note: &'a CaseNote,
        /// When it was taken; `None` of a picture from elsewhere.
        taken: Option<&'a Taken>,
    },
    /// What the heat map and the words mean.
    Help {
        /// How fine the model's maps are; `None` where there is no model.
        sight: Option<Sight>,
    },
    /// No camera, or it delivers nothing.
    CameraLost {
        /// What happened, in words.
        why: &'a str,
        /// What to do.
        advice: &'a str,
        /// When an earlier result was taken that is not saved, and can be.
        earlier: Option<&'a Taken>,
    },
    /// The model was refused: nothing can be analysed.
    ModelRefused {
        /// Which check it failed.
        why: &'a str,
    },
    /// Anything else that stops the work.
    Fault {
        /// What happened.
        why: &'a str,
        /// What to do.
        advice: &'a str,
    },
}
