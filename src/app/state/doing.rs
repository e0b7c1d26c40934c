//! What the device can be doing.

use std::time::{Duration, Instant};

use crate::{
    app::event::{Case, LiveFrame, Ticket},
    camera::Lost,
    screen::{CaseNote, MapView},
};

/// Frames of a burst, and when to give up on something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Frames a burst takes.
    pub burst: usize,
    /// A live picture older than this is no live picture, unless its camera is that slow.
    pub stall: Duration,
    /// An analysis that takes longer than this has failed.
    pub analysis: Duration,
}

/// What the device is doing.
#[derive(Debug)]
pub enum View {
    /// No picture; why, and what to do.
    Lost(Lost),
    /// The live picture, with a word for the moment.
    Live(Option<Notice>),
    /// The shutter was pressed; these frames of the burst are in.
    Collecting(Vec<LiveFrame>),
    /// The burst is being analysed since this moment.
    Analysing(Instant),
    /// A verdict and the picture it belongs to.
    Result(Box<Showing>),
    /// The help page, and what lies behind it.
    Help(Box<View>),
    /// Nothing can be analysed; why, and what to do. The picture goes on behind.
    Fault(Lost),
}

/// A word that is shown for a moment over the live picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The word.
    pub words: &'static str,
    /// Shown since.
    pub since: Instant,
}

/// A case on the screen.
#[derive(Debug)]
pub struct Showing {
    /// The case.
    pub case: Case,
    /// Which heat map lies over it.
    pub map: MapView,
    /// Whether it was stored.
    pub note: CaseNote,
    /// The number under which it is to be stored, once that was asked for.
    pub save: Option<Ticket>,
}

impl Showing {
    /// A finished analysis that nobody has stored yet.
    pub(super) fn new(case: Case) -> Showing {
        Showing {
            map: MapView::first(&case.assessment),
            case,
            note: CaseNote::Unsaved,
            save: None,
        }
    }

    pub(super) fn turn(&mut self, by: isize) {
        if self.case.assessment.maps.is_some() {
            self.map = self.map.turned(by, &self.case.assessment);
        }
    }

    /// Its word when it is left by "discard": what is stored, or about to be, is not discarded.
    pub(super) fn discarded(&self) -> &'static str {
        match self.note {
            CaseNote::Unsaved | CaseNote::SaveFailed(_) => "Discarded",
            CaseNote::Saving => "Not discarded: being saved",
            CaseNote::Saved(_) => "Not discarded: saved before",
        }
    }
}

impl View {
    /// The live picture with this word.
    pub(super) fn noted(words: &'static str, since: Instant) -> View {
        View::Live(Some(Notice { words, since }))
    }

    /// The case on the screen, also behind the help page.
    pub(super) fn case(&self) -> Option<&Showing> {
        match self {
            View::Result(showing) => Some(showing),
            View::Help(behind) => behind.case(),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn case_mut(&mut self) -> Option<&mut Showing> {
        match self {
            View::Result(showing) => Some(showing),
            View::Help(behind) => behind.case_mut(),
            _ => None,
        }
    }
}
