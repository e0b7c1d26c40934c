//! What people ask for, and what comes of it in each view.

use std::time::Instant;

use super::{Saves, Showing, State, View};
use crate::{
    app::event::Effect,
    camera::Lost,
    input::Action,
    screen::{CaseNote, MapView},
};

impl State {
    pub(super) fn action(&mut self, now: Instant, action: Action) -> Vec<Effect> {
        match (&mut self.view, action) {
            (View::Help(_), _) => self.leave_help(),
            (_, Action::Help) => {
                let behind = std::mem::replace(&mut self.view, View::Live(None));
                // A burst is not left half taken behind a page.
                let behind = match behind {
                    View::Collecting(_) | View::Analysing(_) => {
                        self.next_ticket();
                        View::noted("Capture cancelled", now)
                    }
                    other => other,
                };
                self.view = View::Help(Box::new(behind));
            }
            (View::Live(_), Action::Capture) => self.capture(now),
            (View::Result(_), Action::Capture | Action::Back) => self.view = View::Live(None),
            (View::Result(showing), Action::Discard) => {
                let words = showing.discarded();
                if let (Some(ticket), CaseNote::SaveFailed(_)) = (showing.save, &showing.note) {
                    self.saves.forget(ticket);
                }
                self.view = View::noted(words, now);
            }
            (View::Result(showing), Action::Save) => return save(showing, &mut self.saves),
            (View::Result(showing), Action::NextMap) => showing.turn(1),
            (View::Result(showing), Action::PreviousMap) => showing.turn(-1),
            (View::Result(showing), Action::ShowMap(task)) => {
                showing.map = match showing.map {
                    MapView::Task(shown) if shown == task => MapView::Off,
                    _ => MapView::Task(task),
                };
            }
            (View::Collecting(_) | View::Analysing(_), Action::Discard | Action::Back) => {
                self.next_ticket();
                self.view = View::noted("Capture cancelled", now);
            }
            (View::Fault(_), Action::Back | Action::Discard | Action::Capture) => {
                self.view = View::Live(None);
            }
            _ => return vec![],
        }
        vec![Effect::Show]
    }

    fn leave_help(&mut self) {
        let shown = std::mem::replace(&mut self.view, View::Live(None));
        if let View::Help(behind) = shown {
            self.view = *behind;
        }
    }

    fn capture(&mut self, now: Instant) {
        if let Some(why) = &self.refused {
            self.view = View::Fault(Lost {
                why: why.clone(),
                advice: "Nothing can be analysed. Install the model again.".into(),
            });
            return;
        }
        let fresh = self
            .live
            .as_ref()
            .is_some_and(|(seen, _)| now.saturating_duration_since(*seen) <= self.stall);
        self.view = if fresh {
            View::Collecting(Vec::with_capacity(self.limits.burst))
        } else {
            View::noted("No picture yet", now)
        };
    }
}

/// Once at a time; what failed is asked for again under its number.
fn save(showing: &mut Showing, saves: &mut Saves) -> Vec<Effect> {
    if !matches!(showing.note, CaseNote::Unsaved | CaseNote::SaveFailed(_)) {
        return vec![Effect::Show];
    }
    match saves.ask(showing.save, &showing.case) {
        Ok((ticket, effect)) => {
            showing.save = Some(ticket);
            showing.note = CaseNote::Saving;
            vec![effect, Effect::Show]
        }
        Err(why) => {
            showing.note = CaseNote::SaveFailed(why);
            vec![Effect::Show]
        }
    }
}
