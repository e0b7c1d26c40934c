//! Cases that somebody asked to store and that are not stored yet. They outlive their screen: that
//! a card is full shows when the next patient is already being looked at.

use std::time::{Duration, Instant};

use crate::app::event::{Case, Effect, SaveNumber};

/// So many at most: each holds a frame of some megabytes.
const ROOM: usize = 8;
/// What failed is tried again after this.
const AGAIN: Duration = Duration::from_secs(10);

/// The cases, in the order they were asked for.
#[derive(Debug, Default)]
pub(super) struct Saves {
    last: SaveNumber,
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
    /// A sentence where too many wait.
    pub fn ask(
        &mut self,
        number: Option<SaveNumber>,
        case: &Case,
    ) -> Result<(SaveNumber, Effect), String> {
        if let Some(known) = self.waiting.iter_mut().find(|w| Some(w.number) == number) {
            return Ok((known.number, known.ask()));
        }
        if self.waiting.len() >= ROOM {
            return Err(format!(
                "{ROOM} cases wait for the storage already: make room on it or change it"
            ));
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

    /// The record thread's answer: what is stored need not be kept.
    pub fn ended(&mut self, now: Instant, number: SaveNumber, outcome: &Result<String, String>) {
        match outcome {
            Ok(_) => self.forget(number),
            Err(why) => {
                for waiting in self.waiting.iter_mut().filter(|w| w.number == number) {
                    waiting.asked = false;
                    waiting.failed = Some((now, why.clone()));
                }
            }
        }
    }

    /// Somebody discarded it.
    pub fn forget(&mut self, number: SaveNumber) {
        self.waiting.retain(|waiting| waiting.number != number);
    }

    /// What is to be tried again now. The case on the screen, `shown`, is its user's to decide.
    pub fn due(&mut self, now: Instant, shown: Option<SaveNumber>) -> Vec<Effect> {
        self.again(|waiting| {
            let failed = waiting.failed.as_ref();
            Some(waiting.number) != shown
                && failed.is_some_and(|(at, _)| now.saturating_duration_since(*at) >= AGAIN)
        })
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
        let (_, why) = failed.last()?;
        let cases = match failed.len() {
            1 => "1 earlier case".to_owned(),
            n => format!("{n} earlier cases"),
        };
        Some(format!("{cases}, keep the device on; {why}"))
    }
}

impl Waiting {
    fn ask(&mut self) -> Effect {
        self.asked = true;
        Effect::Save(self.number, Box::new(self.case.clone()))
    }
}
