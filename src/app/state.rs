//! The device as a state machine: an event in, a new state and effects out. Pure: it reads no
//! clock and touches no device, so every sequence of events can be tested.
//!
//! What it guarantees, whatever comes in whatever order:
//! a verdict is shown only with the picture it belongs to; it goes as soon as the camera is
//! lost, stalls or begins anew; an answer to an older question is never shown; a result that
//! nobody has saved goes with a word, never without.

mod actions;
mod earlier;
mod mode;
mod saves;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub use self::mode::{Limits, Mode, Noted, Shot, Showing};
use self::{earlier::Earlier, saves::Saves};
use super::event::{Case, Effect, Event, LiveFrame, Question, SaveNumber};
use crate::{
    assess::EngineInfo,
    camera::{Lost, Opened, stall},
    frame::{Source, SourceKind},
    screen::Sight,
};

/// How long a notice stays: it hides what the quality gate says of the picture.
const MOMENT: Duration = Duration::from_secs(3);

/// Everything the device knows.
#[derive(Debug)]
pub struct State {
    /// What it is doing.
    pub mode: Mode,
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
    question: Question,
    saves: Saves,
    /// Cases that were stored on no screen, until that is told.
    stored: usize,
    earlier: Option<Earlier>,
    limits: Limits,
    /// A live picture older than this is no live picture: the limit, or a slow camera's own time.
    stall: Duration,
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
            mode: Mode::Lost(Lost {
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
            question: Question(0),
            saves: Saves::default(),
            stored: 0,
            earlier: None,
            stall: limits.stall,
            limits,
        }
    }

    /// Frames a burst takes.
    pub fn burst(&self) -> usize {
        self.limits.burst
    }

    /// The newest question's number: an analysis under another one is for nobody.
    pub fn question(&self) -> Question {
        self.question
    }

    /// Cases that are not stored and are on the screen no more, in words.
    pub fn unsaved(&self) -> Option<String> {
        let waiting = self.saves.words(self.shown_save());
        match (self.earlier_words(), waiting) {
            (Some(earlier), Some(waiting)) => Some(format!("{earlier} {waiting}")),
            (earlier, waiting) => earlier.or(waiting),
        }
    }

    /// The next state and what is to be done.
    #[must_use]
    pub fn step(mut self, now: Instant, event: Event) -> (State, Vec<Effect>) {
        let effects = match event {
            Event::Opened(opened) => self.opened(now, opened),
            Event::Frame(frame) => self.frame(now, frame),
            Event::Lost(lost) => self.lost(now, lost),
            Event::Ended => {
                let lost = Lost {
                    why: "The pictures have come to an end".into(),
                    advice: "Start again with other pictures, or with a camera.".into(),
                };
                self.lost(now, lost)
            }
            Event::Action(action) => self.action(now, action),
            Event::Touch(..) => vec![],
            Event::Analysed(question, outcome) => self.analysed(now, question, outcome),
            Event::Saved(number, outcome) => self.saved(now, number, outcome),
            Event::Power(power) => {
                self.power = power;
                vec![Effect::Show]
            }
            Event::Engine(engine) => {
                self.engine = engine;
                vec![Effect::Show]
            }
            Event::Tick(clock) => self.tick(now, clock),
            // What could not be stored yet has its last chance: the record thread ends after it.
            Event::Quit => {
                let mut last = self.saves.once_more();
                last.push(Effect::Quit);
                last
            }
        };
        (self, effects)
    }

    /// The number under which the case on the screen is to be stored.
    fn shown_save(&self) -> Option<SaveNumber> {
        self.mode.case()?.save
    }

    /// Everything asked so far is void; the next question gets a number of its own.
    fn next_question(&mut self) -> Question {
        self.question = Question(self.question.0 + 1);
        self.question
    }

    fn opened(&mut self, now: Instant, opened: Opened) -> Vec<Effect> {
        self.source = Some(opened.source);
        self.adjusted = opened.adjusted;
        self.stall = stall(self.limits.stall, opened.interval);
        let lost = Lost {
            why: "The camera is there, its first picture is awaited".into(),
            advice: "If none comes: switch the dermatoscope's light on, or plug it in again."
                .into(),
        };
        self.take_down(now, lost)
    }

    fn lost(&mut self, now: Instant, lost: Lost) -> Vec<Effect> {
        self.source = None;
        self.adjusted = None;
        self.take_down(now, lost)
    }

    /// Picture and verdict go; every question asked is void.
    fn take_down(&mut self, now: Instant, lost: Lost) -> Vec<Effect> {
        self.next_question();
        self.live = None;
        self.keep_undecided(now);
        self.mode = Mode::Lost(lost);
        vec![Effect::Show]
    }

    fn frame(&mut self, now: Instant, frame: LiveFrame) -> Vec<Effect> {
        // A frame of a source that is not the open one came out of the past.
        if self.source.as_ref() != Some(&frame.frame.source) {
            return vec![];
        }
        let single = frame.frame.source.kind == SourceKind::File;
        let mut effects = vec![];
        match &mut self.mode {
            Mode::Lost(_) => {
                self.mode = Mode::Live(None);
                self.offered_anew(now);
                effects.push(Effect::Show);
            }
            Mode::Live(_) | Mode::Analysing(_) => effects.push(Effect::Show),
            Mode::Collecting(frames) => {
                frames.push(frame.clone());
                effects.push(Effect::Show);
                // Pictures of a folder are no burst: the next one may be of another lesion.
                if single || frames.len() >= self.limits.burst {
                    let frames = std::mem::take(frames);
                    let question = self.next_question();
                    self.mode = Mode::Analysing(Shot::new(now, &self.clock));
                    effects.push(Effect::Analyse(question, frames));
                }
            }
            Mode::Result(_) | Mode::Help(_) | Mode::Fault(_) => {}
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
        if let Mode::Live(Some(noted)) = &self.mode
            && now.saturating_duration_since(noted.since) > MOMENT
        {
            self.mode = Mode::Live(None);
            effects.push(Effect::Show);
        }
        if self.tell_stored(now) | self.age(now) {
            effects.push(Effect::Show);
        }
        effects.extend(self.saves.due(now, self.shown_save()));
        // The camera's own watch comes first; this one holds even if that hangs.
        if let Some((seen, _)) = &self.live
            && now.saturating_duration_since(*seen) > self.stall
        {
            // The source stays: its next frame brings the picture back.
            let lost = Lost {
                why: "The picture stands still".into(),
                advice: "Check the cable; plug the dermatoscope in again.".into(),
            };
            effects.extend(self.take_down(now, lost));
            return effects;
        }
        if let Mode::Analysing(shot) = &self.mode
            && now.saturating_duration_since(shot.at) > self.limits.analysis
        {
            self.next_question();
            self.mode = Mode::Fault(Lost {
                why: format!(
                    "The analysis did not end within {} seconds: no verdict.",
                    self.limits.analysis.as_secs_f32()
                ),
                advice: "Press back and try again. If it comes again, restart the device.".into(),
            });
            effects.push(Effect::Show);
        }
        effects
    }

    /// Results grow older. Answers whether one has by a minute.
    fn age(&mut self, now: Instant) -> bool {
        let shown = self.mode.case_mut().map(|showing| &mut showing.shot);
        let earlier = self.earlier.as_mut().map(|earlier| &mut earlier.shot);
        let both = shown.into_iter().chain(earlier);
        both.fold(false, |older, shot| shot.age(now) | older)
    }

    fn analysed(
        &mut self,
        now: Instant,
        question: Question,
        outcome: Result<Box<Case>, String>,
    ) -> Vec<Effect> {
        let shot = match &self.mode {
            Mode::Analysing(shot) if question == self.question => shot.clone(),
            _ => return vec![],
        };
        self.mode = match outcome {
            // Of another camera, or of none: not to be shown, whatever it says.
            Ok(case) if self.source.as_ref() != Some(&case.assessment.source) => Mode::Live(None),
            Ok(case) => {
                self.engine = case.assessment.engine.clone();
                let showing = Showing::new(*case, shot, now);
                // The screen offers one result at a time, and has said that this one comes next.
                if showing.undecided() {
                    self.earlier = None;
                }
                Mode::Result(Box::new(showing))
            }
            Err(why) => Mode::Fault(Lost {
                why,
                advice: "No verdict. Press back and try again.".into(),
            }),
        };
        vec![Effect::Show]
    }
}

#[cfg(test)]
mod tests;
