//! What people ask for, and what comes of it in each mode.

use std::time::{Duration, Instant};

use super::{Mode, Saves, Showing, State};
use crate::{
    app::event::Effect,
    camera::Lost,
    input::Action,
    screen::{CaseNote, MapView, Notice},
};

/// A result stays at least so long: an impatient second press of the shutter, or of what stood
/// in this place before, must not take away what nobody has seen yet.
const SEEN: Duration = Duration::from_secs(1);

impl State {
    pub(super) fn action(&mut self, now: Instant, action: Action) -> Vec<Effect> {
        if self.too_soon(now, action) {
            return vec![];
        }
        match (&mut self.mode, action) {
            (Mode::Help(_), _) => self.leave_help(),
            (_, Action::Help) => {
                let behind = std::mem::replace(&mut self.mode, Mode::Live(None));
                // A burst is not left half taken behind a page.
                let behind = match behind {
                    Mode::Collecting(_) | Mode::Analysing(_) => {
                        self.next_question();
                        Mode::noted(Notice::Cancelled, now)
                    }
                    other => other,
                };
                self.mode = Mode::Help(Box::new(behind));
            }
            (Mode::Live(_), Action::Capture) => self.capture(now),
            (Mode::Result(showing), Action::Capture | Action::Back) => {
                let notice = showing.left();
                self.mode = notice.map_or(Mode::Live(None), |notice| Mode::noted(notice, now));
            }
            (Mode::Result(showing), Action::Discard) => {
                let notice = showing.discarded();
                if let (Some(number), CaseNote::SaveFailed(_)) = (showing.save, &showing.note) {
                    self.saves.forget(number);
                }
                self.mode = Mode::noted(notice, now);
            }
            (Mode::Result(showing), Action::Save) => return save(showing, &mut self.saves),
            (Mode::Result(showing), Action::NextMap) => showing.turn(1),
            (Mode::Result(showing), Action::PreviousMap) => showing.turn(-1),
            (Mode::Result(showing), Action::ShowMap(task)) => {
                showing.map = match showing.map {
                    MapView::Task(shown) if shown == task => MapView::Off,
                    _ => MapView::Task(task),
                };
            }
            (Mode::Live(_) | Mode::Lost(_), Action::Save) => return self.save_earlier(),
            (Mode::Live(_) | Mode::Lost(_), Action::Discard) => self.discard_earlier(now),
            (Mode::Collecting(_) | Mode::Analysing(_), Action::Discard | Action::Back) => {
                self.next_question();
                self.mode = Mode::noted(Notice::Cancelled, now);
            }
            (Mode::Fault(_), Action::Back | Action::Discard | Action::Capture) => {
                self.mode = Mode::Live(None);
            }
            _ => return vec![],
        }
        vec![Effect::Show]
    }

    /// Whether this would take away something that came a moment ago.
    fn too_soon(&self, now: Instant, action: Action) -> bool {
        let since = match (&self.mode, action) {
            (Mode::Result(showing), Action::Capture | Action::Discard | Action::Back) => {
                Some(showing.since)
            }
            (Mode::Live(_) | Mode::Lost(_), Action::Discard) => {
                self.earlier.as_ref().map(|earlier| earlier.since)
            }
            _ => None,
        };
        since.is_some_and(|since| now.saturating_duration_since(since) < SEEN)
    }

    fn leave_help(&mut self) {
        let shown = std::mem::replace(&mut self.mode, Mode::Live(None));
        if let Mode::Help(behind) = shown {
            self.mode = *behind;
        }
    }

    fn capture(&mut self, now: Instant) {
        if let Some(why) = &self.refused {
            self.mode = Mode::Fault(Lost {
                why: why.clone(),
                advice: "Nothing can be analysed. Install the model again.".into(),
            });
            return;
        }
        let fresh = self
            .live
            .as_ref()
            .is_some_and(|(seen, _)| now.saturating_duration_since(*seen) <= self.stall);
        self.mode = if fresh {
            Mode::Collecting(Vec::with_capacity(self.limits.burst))
        } else {
            Mode::noted(Notice::NoPicture, now)
        };
    }
}

/// Once at a time; what failed is asked for again under its number.
fn save(showing: &mut Showing, saves: &mut Saves) -> Vec<Effect> {
    if matches!(showing.note, CaseNote::Saving | CaseNote::Saved(_)) {
        return vec![Effect::Show];
    }
    match saves.ask(showing.save, &showing.case) {
        Ok((number, effect)) => {
            showing.save = Some(number);
            showing.note = CaseNote::Saving;
            vec![effect, Effect::Show]
        }
        Err(why) => {
            showing.note = CaseNote::NoRoom(format!("{why}. Going on discards this one."));
            vec![Effect::Show]
        }
    }
}
