//! One device's raw events into [`InputEvent`]s: pure, the time comes with the event.
//!
//! A press counts, not a release: it works with gloves, and a key held does nothing more.
//! Bouncing contacts and auto-repeat never ask twice.

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use evdev::{AbsoluteAxisCode, EventType, KeyCode, SynchronizationCode};

use super::{
    InputEvent, KeyMap,
    touch::{Contacts, Panel, Report},
};

/// Two presses of one key closer than this are one.
const PRESS_APART: Duration = Duration::from_millis(150);
/// A press so soon after the release is a bouncing contact.
const BOUNCE: Duration = Duration::from_millis(50);

/// A raw event, as the kernel gives it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    pub(super) kind: u16,
    pub(super) code: u16,
    pub(super) value: i32,
    /// The kernel's time of it.
    pub(super) at: SystemTime,
}

impl From<evdev::InputEvent> for Raw {
    fn from(event: evdev::InputEvent) -> Raw {
        Raw {
            kind: event.event_type().0,
            code: event.code(),
            value: event.value(),
            at: event.timestamp(),
        }
    }
}

/// Translates one device's events.
#[derive(Debug)]
pub(super) struct Translator {
    keys: KeyMap,
    touch: Option<Contacts>,
    pressed: HashMap<u16, Bounce>,
    touched: Bounce,
    /// Events were lost: what comes before the next report is half a report.
    skipping: bool,
    /// That is over, and what the kernel knows now is still to be asked for.
    resuming: bool,
}

impl Translator {
    pub(super) fn new(keys: KeyMap, touch: Option<Contacts>) -> Translator {
        Translator {
            keys,
            touch,
            pressed: HashMap::new(),
            touched: Bounce::default(),
            skipping: false,
            resuming: false,
        }
    }

    /// Whether events were lost and those that follow are whole again: the panel is to be asked
    /// anew, until it answers.
    pub(super) fn resumes(&self) -> bool {
        self.resuming && self.touch.is_some()
    }

    /// What the panel answered.
    pub(super) fn resume(&mut self, panel: Panel) {
        self.resuming = false;
        if let Some(touch) = &mut self.touch {
            touch.resume(panel);
        }
    }

    /// What a raw event asks for, if anything.
    pub(super) fn feed(&mut self, raw: Raw) -> Option<InputEvent> {
        match EventType(raw.kind) {
            EventType::SYNCHRONIZATION => match SynchronizationCode(raw.code) {
                SynchronizationCode::SYN_REPORT if self.skipping => {
                    self.skipping = false;
                    self.resuming = true;
                    None
                }
                SynchronizationCode::SYN_REPORT => self.report(raw.at),
                SynchronizationCode::SYN_DROPPED => {
                    self.skipping = true;
                    if let Some(touch) = &mut self.touch {
                        touch.forget();
                    }
                    None
                }
                _ => None,
            },
            _ if self.skipping => None,
            EventType::KEY => self.key(raw),
            EventType::ABSOLUTE => {
                if let Some(touch) = &mut self.touch {
                    touch.axis(AbsoluteAxisCode(raw.code), raw.value);
                }
                None
            }
            _ => None,
        }
    }

    fn key(&mut self, raw: Raw) -> Option<InputEvent> {
        if let Some(touch) = &mut self.touch
            && touch.button(KeyCode(raw.code), raw.value)
        {
            return None;
        }
        let action = self.keys.action(raw.code)?;
        let bounce = self.pressed.entry(raw.code).or_default();
        match raw.value {
            0 => {
                bounce.released = Some(raw.at);
                None
            }
            1 => bounce.press(raw.at).then_some(InputEvent::Action(action)),
            // 2 is auto-repeat.
            _ => None,
        }
    }

    fn report(&mut self, at: SystemTime) -> Option<InputEvent> {
        match self.touch.as_mut()?.report() {
            Report::Down(x, y) => self.touched.press(at).then_some(InputEvent::Touch { x, y }),
            Report::Up => {
                self.touched.released = Some(at);
                None
            }
            Report::Nothing => None,
        }
    }
}

/// Tells a press from a bouncing contact.
#[derive(Clone, Copy, Debug, Default)]
struct Bounce {
    pressed: Option<SystemTime>,
    released: Option<SystemTime>,
}

impl Bounce {
    /// Whether a press at this time is one that counts.
    fn press(&mut self, at: SystemTime) -> bool {
        // A clock set back must not silence a key: then it counts.
        let soon = |before: Option<SystemTime>, apart: Duration| {
            before
                .and_then(|before| at.duration_since(before).ok())
                .is_some_and(|passed| passed < apart)
        };
        if soon(self.pressed, PRESS_APART) || soon(self.released, BOUNCE) {
            return false;
        }
        self.pressed = Some(at);
        true
    }
}
