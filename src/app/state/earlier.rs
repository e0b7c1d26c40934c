//! A result that went with the camera's picture before anybody saved or discarded it. Its verdict
//! is not shown again: it is offered by its time alone, beside what the camera delivers now.

use std::time::Instant;

use super::{Mode, Shot, Showing, State};
use crate::{
    app::event::{Case, Effect},
    screen::{Notice, Taken},
};

/// The one such result there can be: the next result takes its place, and every screen that
/// offers it says so.
#[derive(Debug)]
pub(super) struct Earlier {
    pub case: Case,
    pub shot: Shot,
    /// Offered like this since.
    pub since: Instant,
    /// It was to be saved, and too many wait for the storage already.
    no_room: Option<String>,
}

impl State {
    /// When the result was taken that is offered to be saved, if one is.
    pub fn earlier(&self) -> Option<&Taken> {
        self.earlier.as_ref().map(|earlier| &earlier.shot.taken)
    }

    /// The picture goes, and what is on the screen with it.
    pub(super) fn keep_undecided(&mut self, now: Instant) {
        if let Some(showing) = self.mode.take_case().filter(Showing::undecided) {
            self.earlier = Some(Earlier {
                case: showing.case,
                shot: showing.shot,
                since: now,
                no_room: None,
            });
        }
        self.offered_anew(now);
    }

    /// The buttons that offer it are in another place from now on.
    pub(super) fn offered_anew(&mut self, now: Instant) {
        if let Some(earlier) = &mut self.earlier {
            earlier.since = now;
        }
    }

    pub(super) fn save_earlier(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::Show];
        if let Some(mut earlier) = self.earlier.take() {
            match self.saves.ask(None, &earlier.case) {
                Ok((_, effect)) => effects.push(effect),
                Err(why) => {
                    earlier.no_room = Some(why);
                    self.earlier = Some(earlier);
                }
            }
        }
        effects
    }

    pub(super) fn discard_earlier(&mut self, now: Instant) {
        if self.earlier.take().is_some() && matches!(self.mode, Mode::Live(_)) {
            self.mode = Mode::noted(Notice::Discarded, now);
        }
    }

    /// What every screen says of it.
    pub(super) fn earlier_words(&self) -> Option<String> {
        let earlier = self.earlier.as_ref()?;
        let taken = earlier.shot.taken.words();
        Some(match &earlier.no_room {
            None => format!("earlier result, {taken}. The next one replaces it."),
            Some(why) => format!("earlier result, {taken}: {why}"),
        })
    }
}
