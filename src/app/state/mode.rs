//! What the device can be doing.

use std::time::{Duration, Instant};

use crate::{
    app::event::{Case, LiveFrame, SaveNumber},
    assess::Verdict,
    camera::Lost,
    screen::{CaseNote, MapView, Notice, Taken},
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
pub enum Mode {
    /// No picture; why, and what to do.
    Lost(Lost),
    /// The live picture, with a notice for a moment.
    Live(Option<Noted>),
    /// The shutter was pressed; these frames of the burst are in.
    Collecting(Vec<LiveFrame>),
    /// This burst is being analysed.
    Analysing(Shot),
    /// A verdict and the picture it belongs to.
    Result(Box<Showing>),
    /// The help page, and what lies behind it.
    Help(Box<Mode>),
    /// Nothing can be analysed; why, and what to do. The picture goes on behind.
    Fault(Lost),
}

/// A notice over the live picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted {
    /// What is told.
    pub notice: Notice,
    /// Shown since.
    pub since: Instant,
}

/// When a burst was taken: as the device reckons, and in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shot {
    /// Its last frame came.
    pub at: Instant,
    /// What is said of it.
    pub taken: Taken,
}

impl Shot {
    /// Taken now, by a clock that shows this.
    pub(super) fn new(at: Instant, clock: &str) -> Shot {
        let taken = Taken {
            clock: clock.to_owned(),
            minutes: 0,
        };
        Shot { at, taken }
    }

    /// Counts its minutes. Answers whether it is one more.
    pub(super) fn age(&mut self, now: Instant) -> bool {
        let minutes = now.saturating_duration_since(self.at).as_secs() / 60;
        std::mem::replace(&mut self.taken.minutes, minutes) != minutes
    }
}

/// A case on the screen.
#[derive(Debug)]
pub struct Showing {
    /// The case.
    pub case: Case,
    /// When its burst was taken.
    pub shot: Shot,
    /// On the screen since.
    pub since: Instant,
    /// Which heat map lies over it.
    pub map: MapView,
    /// Whether it was stored.
    pub note: CaseNote,
    /// The number under which it is to be stored, once that was asked for.
    pub save: Option<SaveNumber>,
}

impl Showing {
    /// A finished analysis that nobody has stored yet.
    pub(super) fn new(case: Case, shot: Shot, since: Instant) -> Showing {
        Showing {
            map: MapView::first(&case.assessment),
            case,
            shot,
            since,
            note: CaseNote::Unsaved,
            save: None,
        }
    }

    pub(super) fn turn(&mut self, by: isize) {
        if self.case.assessment.maps.is_some() {
            self.map = self.map.turned(by, &self.case.assessment);
        }
    }

    /// What is told when it is left by "discard": what is stored, or about to be, is not discarded.
    pub(super) fn discarded(&self) -> Notice {
        match self.note {
            CaseNote::Unsaved | CaseNote::SaveFailed(_) | CaseNote::NoRoom(_) => Notice::Discarded,
            CaseNote::Saving => Notice::BeingSaved,
            CaseNote::Saved(_) => Notice::SavedBefore,
        }
    }

    /// What is told when it is left by the shutter or by "back". One whose save failed is kept and
    /// tried again, and an alert says so.
    pub(super) fn left(&self) -> Option<Notice> {
        match self.note {
            CaseNote::Unsaved => Some(Notice::Discarded),
            CaseNote::NoRoom(_) => Some(Notice::NoRoom),
            CaseNote::Saving | CaseNote::Saved(_) | CaseNote::SaveFailed(_) => None,
        }
    }

    /// Whether a result is lost with it that nobody has decided about. A picture that cannot be
    /// used has none.
    pub(super) fn undecided(&self) -> bool {
        matches!(self.note, CaseNote::Unsaved | CaseNote::NoRoom(_))
            && self.case.assessment.verdict != Verdict::NotUsable
    }
}

impl Mode {
    /// The live picture with this notice.
    pub(super) fn noted(notice: Notice, since: Instant) -> Mode {
        Mode::Live(Some(Noted { notice, since }))
    }

    /// The case on the screen, also behind the help page.
    pub(super) fn case(&self) -> Option<&Showing> {
        match self {
            Mode::Result(showing) => Some(showing),
            Mode::Help(behind) => behind.case(),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub(super) fn case_mut(&mut self) -> Option<&mut Showing> {
        match self {
            Mode::Result(showing) => Some(showing),
            Mode::Help(behind) => behind.case_mut(),
            _ => None,
        }
    }

    /// The case on the screen, also behind the help page, taken from there.
    pub(super) fn take_case(&mut self) -> Option<Showing> {
        match std::mem::replace(self, Mode::Live(None)) {
            Mode::Result(showing) => Some(*showing),
            Mode::Help(mut behind) => behind.take_case(),
            _ => None,
        }
    }
}
