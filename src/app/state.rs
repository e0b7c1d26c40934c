//! The device as a state machine: an event in, a new state and effects out. Pure: it reads no
//! clock and touches no device, so every sequence of events can be tested.
//!
//! What it guarantees, whatever comes in whatever order:
//! a verdict is shown only with the picture it belongs to; it goes as soon as the camera is
//! lost, stalls or begins anew; an answer to an older question is never shown.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::event::{Case, Effect, Event, LiveFrame, Ticket};
use crate::{
    assess::EngineInfo,
    camera::{Lost, Opened},
    frame::{Source, SourceKind},
    input::Action,
    screen::{CaseNote, MapView, Sight},
};

/// Frames of a burst, and when to give up on something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Frames a burst takes.
    pub burst: usize,
    /// A live picture older than this is no live picture.
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
    Live(Option<&'static str>),
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

/// A case on the screen.
#[derive(Debug)]
pub struct Showing {
    /// The case.
    pub case: Case,
    /// Which heat map lies over it.
    pub map: MapView,
    /// Whether it was stored.
    pub note: CaseNote,
}

/// Everything the device knows.
#[derive(Debug)]
pub struct State {
    /// What it is doing.
    pub view: View,
    /// The newest frame, and when it came. `None` as soon as it is not to be shown any more.
    pub live: Option<(Instant, LiveFrame)>,
    /// Where frames come from now.
    pub source: Option<Arc<Source>>,
    /// Set where the camera's format is not the one asked for.
    pub adjusted: Option<String>,
    /// Which engine is in use, as its last answer said.
    pub engine: EngineInfo,
    /// Model name and version.
    pub model: String,
    /// Set where the model was refused: its reason. Nothing is analysed then.
    pub refused: Option<String>,
    /// How the model looks at a frame; `None` where it was refused.
    pub sight: Option<Sight>,
    /// Warning of battery, voltage or temperature.
    pub power: Option<String>,
    /// The clock as shown.
    pub clock: String,
    ticket: Ticket,
    limits: Limits,
}

impl State {
    /// A device that has just started: no camera yet.
    pub fn new(
        limits: Limits,
        engine: EngineInfo,
        model: String,
        refused: Option<String>,
    ) -> State {
        State {
            view: View::Lost(Lost {
                why: "Looking for the dermatoscope".into(),
                advice: "Plug it in and switch it on.".into(),
            }),
            live: None,
            source: None,
            adjusted: None,
            engine,
            model,
            refused,
            sight: None,
            power: None,
            clock: String::new(),
            ticket: Ticket(0),
            limits,
        }
    }

    /// Frames a burst takes.
    pub fn burst(&self) -> usize {
        self.limits.burst
    }

    /// The next state and what is to be done.
    #[must_use]
    pub fn step(mut self, now: Instant, event: Event) -> (State, Vec<Effect>) {
        let effects = match event {
            Event::Opened(opened) => self.opened(opened),
            Event::Frame(frame) => self.frame(now, frame),
            Event::Lost(lost) => self.lost(lost),
            Event::Ended => self.lost(Lost {
                why: "The pictures have come to an end".into(),
                advice: "Start again with other pictures, or with a camera.".into(),
            }),
            Event::Action(action) => self.action(now, action),
            Event::Touch(..) => vec![],
            Event::Analysed(ticket, outcome) => self.analysed(ticket, outcome),
            Event::Saved(ticket, outcome) => self.saved(ticket, outcome),
            Event::Power(power) => {
                self.power = power;
                vec![Effect::Show]
            }
            Event::Engine(engine) => {
                self.engine = engine;
                vec![Effect::Show]
            }
            Event::Tick(clock) => self.tick(now, clock),
            Event::Quit => vec![Effect::Quit],
        };
        (self, effects)
    }

    /// Everything asked so far is void; the next question gets a number of its own.
    fn next_ticket(&mut self) -> Ticket {
        self.ticket = Ticket(self.ticket.0 + 1);
        self.ticket
    }

    fn opened(&mut self, opened: Opened) -> Vec<Effect> {
        self.next_ticket();
        self.live = None;
        self.source = Some(opened.source);
        self.adjusted = opened.adjusted;
        self.view = View::Lost(Lost {
            why: "The camera is there, its first picture is awaited".into(),
            advice: "If none comes: switch the dermatoscope's light on, or plug it in again."
                .into(),
        });
        vec![Effect::Show]
    }

    fn lost(&mut self, lost: Lost) -> Vec<Effect> {
        self.source = None;
        self.adjusted = None;
        self.take_down(lost)
    }

    /// Picture and verdict go; every question asked is void.
    fn take_down(&mut self, lost: Lost) -> Vec<Effect> {
        self.next_ticket();
        self.live = None;
        self.view = View::Lost(lost);
        vec![Effect::Show]
    }

    fn frame(&mut self, now: Instant, frame: LiveFrame) -> Vec<Effect> {
        // A frame of a source that is not the open one came out of the past.
        if self.source.as_ref() != Some(&frame.frame.source) {
            return vec![];
        }
        let single = frame.frame.source.kind == SourceKind::File;
        let mut effects = vec![];
        match &mut self.view {
            View::Lost(_) => {
                self.view = View::Live(None);
                effects.push(Effect::Show);
            }
            View::Live(_) | View::Analysing(_) => effects.push(Effect::Show),
            View::Collecting(frames) => {
                frames.push(frame.clone());
                effects.push(Effect::Show);
                // Pictures of a folder are no burst: the next one may be of another lesion.
                if single || frames.len() >= self.limits.burst {
                    let frames = std::mem::take(frames);
                    let ticket = self.next_ticket();
                    self.view = View::Analysing(now);
                    effects.push(Effect::Analyse(ticket, frames));
                }
            }
            View::Result(_) | View::Help(_) | View::Fault(_) => {}
        }
        self.live = Some((now, frame));
        effects
    }

    fn tick(&mut self, now: Instant, clock: String) -> Vec<Effect> {
        let mut effects = vec![];
        if self.clock != clock {
            self.clock = clock;
            effects.push(Effect::Show);
        }
        // The camera's own watch comes first; this one holds even if that hangs.
        if let Some((seen, _)) = &self.live
            && now.saturating_duration_since(*seen) > self.limits.stall
        {
            // The source stays: its next frame brings the picture back.
            return self.take_down(Lost {
                why: "The picture stands still".into(),
                advice: "Check the cable; plug the dermatoscope in again.".into(),
            });
        }
        if let View::Analysing(since) = self.view
            && now.saturating_duration_since(since) > self.limits.analysis
        {
            self.next_ticket();
            self.view = View::Fault(Lost {
                why: format!(
                    "The analysis did not end within {} seconds: no verdict.",
                    self.limits.analysis.as_secs()
                ),
                advice: "Press back and try again. If it comes again, restart the device.".into(),
            });
            effects.push(Effect::Show);
        }
        effects
    }

    fn action(&mut self, now: Instant, action: Action) -> Vec<Effect> {
        match (&mut self.view, action) {
            (View::Help(_), _) => self.leave_help(),
            (_, Action::Help) => {
                let behind = std::mem::replace(&mut self.view, View::Live(None));
                // A burst is not left half taken behind a page.
                let behind = match behind {
                    View::Collecting(_) | View::Analysing(_) => {
                        self.next_ticket();
                        View::Live(Some("Capture cancelled"))
                    }
                    other => other,
                };
                self.view = View::Help(Box::new(behind));
            }
            (View::Live(_), Action::Capture) => self.capture(now),
            (View::Result(_), Action::Capture | Action::Back) => self.view = View::Live(None),
            (View::Result(_), Action::Discard) => self.view = View::Live(Some("Discarded")),
            (View::Result(showing), Action::Save) => {
                if matches!(showing.note, CaseNote::Unsaved | CaseNote::SaveFailed(_)) {
                    showing.note = CaseNote::Saving;
                    let case = Box::new(showing.case.clone());
                    let ticket = self.next_ticket();
                    return vec![Effect::Save(ticket, case), Effect::Show];
                }
            }
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
                self.view = View::Live(Some("Capture cancelled"));
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
            .is_some_and(|(seen, _)| now.saturating_duration_since(*seen) <= self.limits.stall);
        self.view = if fresh {
            View::Collecting(Vec::with_capacity(self.limits.burst))
        } else {
            View::Live(Some("No picture yet"))
        };
    }

    fn analysed(&mut self, ticket: Ticket, outcome: Result<Box<Case>, String>) -> Vec<Effect> {
        if ticket != self.ticket || !matches!(self.view, View::Analysing(_)) {
            return vec![];
        }
        self.view = match outcome {
            // Of another camera, or of none: not to be shown, whatever it says.
            Ok(case) if self.source.as_ref() != Some(&case.assessment.source) => View::Live(None),
            Ok(case) => {
                self.engine = case.assessment.engine.clone();
                View::Result(Box::new(Showing {
                    map: MapView::first(&case.assessment),
                    case: *case,
                    note: CaseNote::Unsaved,
                }))
            }
            Err(why) => View::Fault(Lost {
                why,
                advice: "No verdict. Press back and try again.".into(),
            }),
        };
        vec![Effect::Show]
    }

    fn saved(&mut self, ticket: Ticket, outcome: Result<String, String>) -> Vec<Effect> {
        if ticket != self.ticket {
            return vec![];
        }
        let shown = match &mut self.view {
            View::Help(behind) => behind.as_mut(),
            view => view,
        };
        let View::Result(showing) = shown else {
            return vec![];
        };
        showing.note = match outcome {
            Ok(name) => CaseNote::Saved(name),
            Err(why) => CaseNote::SaveFailed(why),
        };
        vec![Effect::Show]
    }
}

impl Showing {
    fn turn(&mut self, by: isize) {
        if self.case.assessment.maps.is_some() {
            self.map = self.map.turned(by, &self.case.assessment);
        }
    }
}

#[cfg(test)]
mod tests;
