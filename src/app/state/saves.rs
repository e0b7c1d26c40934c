//! Cases that somebody asked to store and that are not stored yet. They outlive their screen: that
//! a card is full shows when the next patient is already being looked at.

use std::time::{Duration, Instant};

use super::{Mode, State};
use crate::{
    app::event::{Case, Effect, SaveNumber},
    screen::{CaseNote, Notice},
};

/// So many at most: each holds a frame of some megabytes.
const ROOM: usize = 8;
/// After a failure one case is tried again each time this has passed: the storage is the same for
/// all of them.
const AGAIN: Duration = Duration::from_secs(10);

/// The cases, in the order they were asked for.
#[derive(Debug, Default)]
pub(super) struct Saves {
    last: SaveNumber,
    /// The newest answer was that a case is stored: so may be what failed before it.
    works: bool,
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    number: SaveNumber,
    case: Case,
    /// Given to the record thread, and not answered yet.
    asked: bool,
    /// When and why it failed last.
    failed: Option<(Instant, String)>,
}

impl Saves {
    /// Asks for a case: one that failed under its number, any other under a new one.
    ///
    /// # Errors
    /// Words for the screen where too many wait.
    pub fn ask(
        &mut self,
        number: Option<SaveNumber>,
        case: &Case,
    ) -> Result<(SaveNumber, Effect), String> {
        if let Some(known) = self.waiting.iter_mut().find(|w| Some(w.number) == number) {
            return Ok((known.number, known.ask()));
        }
        if self.waiting.len() >= ROOM {
            return Err(format!("no room, {ROOM} cases wait already"));
        }
        self.last = SaveNumber(self.last.0 + 1);
        let mut new = Waiting {
            number: self.last,
            case: case.clone(),
            asked: false,
            failed: None,
        };
        let effect = new.ask();
        self.waiting.push(new);
        Ok((self.last, effect))
    }

    /// The record thread's answer: what is stored need not be kept. Answers whether it was waited
    /// for.
    pub fn ended(
        &mut self,
        now: Instant,
        number: SaveNumber,
        outcome: &Result<String, String>,
    ) -> bool {
        let waited = self.waiting.iter().any(|waiting| waiting.number == number);
        self.works = outcome.is_ok();
        match outcome {
            Ok(_) => self.forget(number),
            Err(why) => {
                for waiting in self.waiting.iter_mut().filter(|w| w.number == number) {
                    waiting.asked = false;
                    waiting.failed = Some((now, why.clone()));
                }
            }
        }
        waited
    }

    /// Somebody discarded it.
    pub fn forget(&mut self, number: SaveNumber) {
        self.waiting.retain(|waiting| waiting.number != number);
    }

    /// What is to be tried again now: all where storing works again, else the one whose last try
    /// is the longest ago, so that none that cannot be stored holds up the others. The case on the
    /// screen, `shown`, is its user's to decide.
    pub fn due(&mut self, now: Instant, shown: Option<SaveNumber>) -> Vec<Effect> {
        if self.works {
            return self.again(|waiting| waiting.failed.is_some() && Some(waiting.number) != shown);
        }
        let failed = || {
            let others = self.waiting.iter().filter(|w| Some(w.number) != shown);
            others.filter_map(|w| Some((w.failed.as_ref()?.0, w)))
        };
        let Some((_, next)) = failed().min_by_key(|(at, _)| *at) else {
            return vec![];
        };
        let rested = |at: Instant| now.saturating_duration_since(at) >= AGAIN;
        if failed().any(|(at, waiting)| waiting.asked || !rested(at)) {
            return vec![];
        }
        let number = next.number;
        self.again(|waiting| waiting.number == number)
    }

    /// All that failed, without a wait.
    pub fn once_more(&mut self) -> Vec<Effect> {
        self.again(|waiting| waiting.failed.is_some())
    }

    fn again(&mut self, which: impl Fn(&&mut Waiting) -> bool) -> Vec<Effect> {
        let idle = self.waiting.iter_mut().filter(|waiting| !waiting.asked);
        idle.filter(which).map(Waiting::ask).collect()
    }

    /// How many failed, but for the case on the screen, and why the last of them did.
    pub fn words(&self, shown: Option<SaveNumber>) -> Option<String> {
        let before = self.waiting.iter().filter(|w| Some(w.number) != shown);
        let failed: Vec<_> = before.filter_map(|w| w.failed.as_ref()).collect();
        let (_, why) = failed.iter().max_by_key(|(at, _)| *at)?;
        let cases = match failed.len() {
            1 => "1 earlier case".to_owned(),
            n => format!("{n} earlier cases"),
        };
        Some(format!("{cases}, {why}. Keep the device on."))
    }
}

/// Of the case on the screen: why it is not stored, and what the button does that keeps it.
fn failed_words(why: &str) -> String {
    format!("{why}. \"Save later\" keeps it and tries again.")
}

impl Waiting {
    fn ask(&mut self) -> Effect {
        self.asked = true;
        Effect::Save(self.number, Box::new(self.case.clone()))
    }
}

impl State {
    pub(super) fn saved(
        &mut self,
        now: Instant,
        number: SaveNumber,
        outcome: Result<String, String>,
    ) -> Vec<Effect> {
        let waited = self.saves.ended(now, number, &outcome);
        match self.mode.case_mut() {
            Some(showing) if showing.save == Some(number) => {
                showing.note = match outcome {
                    Ok(name) => CaseNote::Saved(name),
                    Err(why) => CaseNote::SaveFailed(failed_words(&why)),
                };
            }
            _ => self.stored += usize::from(waited && outcome.is_ok()),
        }
        self.tell_stored(now);
        vec![Effect::Show]
    }

    /// What was stored on no screen is told over the live picture, as soon as there is room for
    /// it. Answers whether it is.
    pub(super) fn tell_stored(&mut self, now: Instant) -> bool {
        let told = match &self.mode {
            Mode::Live(None) => 0,
            Mode::Live(Some(noted)) => match noted.notice {
                Notice::Stored(told) => told,
                _ => return false,
            },
            _ => return false,
        };
        let more = std::mem::take(&mut self.stored);
        if more > 0 {
            self.mode = Mode::noted(Notice::Stored(told + more), now);
        }
        more > 0
    }
}
