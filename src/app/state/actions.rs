//! What people ask for, and what comes of it in each mode.

use std::time::Instant;

use super::{Mode, Saves, Showing, State};
use crate::{
    app::event::Effect,
    camera::Lost,
    input::Action,
    screen::{CaseNote, MapView, Notice},
};

impl State {
    pub(super) fn action(&mut self, now: Instant, action: Action) -> Vec<Effect> {
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
            (Mode::Result(_), Action::Capture | Action::Back) => self.mode = Mode::Live(None),
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
    if !matches!(showing.note, CaseNote::Unsaved | CaseNote::SaveFailed(_)) {
        return vec![Effect::Show];
    }
    match saves.ask(showing.save, &showing.case) {
        Ok((number, effect)) => {
            showing.save = Some(number);
            showing.note = CaseNote::Saving;
            vec![effect, Effect::Show]
        }
        Err(why) => {
            showing.note = CaseNote::SaveFailed(why);
            vec![Effect::Show]
        }
    }
}
