//! Buttons and foot switches wired straight to GPIO lines. One thread looks at all of them
//! every few milliseconds; a line that cannot be had is tried again, the others go on.
//!
//! Where the board's device tree has the button as `gpio-keys`, the kernel makes a key of it
//! and [`super::evdev`] reads that.

mod debounce;

use std::{
    fmt::Display,
    sync::mpsc::Sender,
    thread,
    time::{Duration, Instant},
};

use embedded_hal::digital::InputPin;

use super::{Action, Button, InputEvent};
use crate::platform::gpio::{self, ActivePin};
use debounce::Debounce;

/// How often the lines are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Wait before the second try to get a line; it doubles with each further one.
const SHORTEST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Reads all buttons until nobody listens any more.
pub(super) fn run(buttons: &[Button], events: &Sender<InputEvent>) {
    let mut panel = Buttons::new(
        buttons,
        |button: &Button| gpio::input(&button.place(), button.pull),
        Instant::now(),
    );
    loop {
        for action in panel.look(Instant::now()) {
            if events.send(InputEvent::Action(action)).is_err() {
                return;
            }
        }
        thread::sleep(panel.rest(Instant::now()));
    }
}

/// Tries every button once: what it is and whether it is pressed, or why it is dead.
pub(super) fn tried(buttons: &[Button]) -> Vec<Result<String, String>> {
    buttons.iter().map(tried_one).collect()
}

fn tried_one(button: &Button) -> Result<String, String> {
    let dead = |why: String| format!("GPIO button for {}: {why}", button.action);
    let mut pin = gpio::input(&button.place(), button.pull).map_err(dead)?;
    let active = pin
        .is_active()
        .map_err(|e| dead(format!("{} cannot be read: {e}", button.place())))?;
    // A polarity set the wrong way round shows here.
    let now = if active { "pressed" } else { "not pressed" };
    Ok(format!(
        "GPIO {} for {}, {now} now",
        button.place().in_full(),
        button.action
    ))
}

/// All buttons, and how their lines are opened.
struct Buttons<P, O> {
    each: Vec<Watched<P>>,
    open: O,
}

struct Watched<P> {
    button: Button,
    contact: Contact<P>,
    /// Whether its line could be read the last time.
    works: bool,
    /// Before the next try.
    wait: Duration,
    /// Why the line cannot be had, as last logged: the same reason is not logged again.
    said: Option<String>,
}

enum Contact<P> {
    Open(ActivePin<P>, Debounce),
    /// Until the next try.
    Closed(Instant),
}

impl<P, O> Buttons<P, O>
where
    P: InputPin<Error: Display>,
    O: FnMut(&Button) -> Result<ActivePin<P>, String>,
{
    fn new(buttons: &[Button], open: O, now: Instant) -> Buttons<P, O> {
        let each = buttons.iter().map(|button| Watched {
            button: button.clone(),
            contact: Contact::Closed(now),
            works: false,
            wait: Duration::ZERO,
            said: None,
        });
        Buttons {
            each: each.collect(),
            open,
        }
    }

    /// Opens what is due and looks at every line once; what was asked for.
    fn look(&mut self, now: Instant) -> Vec<Action> {
        let mut asked = Vec::new();
        for watched in &mut self.each {
            if let Contact::Closed(due) = watched.contact
                && now >= due
            {
                match (self.open)(&watched.button) {
                    Ok(pin) => watched.contact = Contact::Open(pin, Debounce::new()),
                    Err(why) => watched.put_off(now, why),
                }
            }
            let Contact::Open(pin, debounce) = &mut watched.contact else {
                continue;
            };
            match pin.is_active() {
                Ok(active) => {
                    if debounce.look(now, active) {
                        asked.push(watched.button.action);
                    }
                    watched.works();
                }
                Err(e) => {
                    let why = format!("{} cannot be read: {e}", watched.button.place());
                    watched.put_off(now, why);
                }
            }
        }
        asked
    }

    /// How long nothing is to be done.
    fn rest(&self, now: Instant) -> Duration {
        let until = |watched: &Watched<P>| match watched.contact {
            Contact::Open(..) => LOOK_EVERY,
            Contact::Closed(due) => due.saturating_duration_since(now),
        };
        let least = self.each.iter().map(until).min();
        least.unwrap_or(LONGEST_WAIT).max(LOOK_EVERY)
    }
}

impl<P> Watched<P> {
    fn works(&mut self) {
        if !std::mem::replace(&mut self.works, true) {
            self.wait = Duration::ZERO;
            self.said = None;
            let (place, action) = (self.button.place(), self.button.action);
            log::info!("input: GPIO {place} for {action}");
        }
    }

    fn put_off(&mut self, now: Instant, why: String) {
        self.wait = (self.wait * 2).clamp(SHORTEST_WAIT, LONGEST_WAIT);
        self.contact = Contact::Closed(now + self.wait);
        self.works = false;
        let action = self.button.action;
        if self.said.as_ref() == Some(&why) {
            log::debug!("GPIO button for {action} is still dead: {why}");
        } else {
            log::warn!("GPIO button for {action} is dead, tried again: {why}");
            self.said = Some(why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::gpio::scripted::{Gone, Levels};
    use std::collections::HashMap;

    fn button(line: u32, action: Action) -> Button {
        Button {
            chip: "/dev/gpiochip0".into(),
            line,
            active_low: true,
            pull: gpio::Pull::Up,
            action,
        }
    }

    fn levels(runs: &[(bool, usize)]) -> Vec<Result<bool, Gone>> {
        runs.iter()
            .flat_map(|(high, looks)| std::iter::repeat_n(Ok(*high), *looks))
            .collect()
    }

    /// Looks at them every 5 ms for this many looks.
    fn watch<O>(buttons: &mut Buttons<Levels, O>, from: Instant, looks: u32) -> Vec<Action>
    where
        O: FnMut(&Button) -> Result<ActivePin<Levels>, String>,
    {
        (0..looks)
            .flat_map(|i| buttons.look(from + LOOK_EVERY * i))
            .collect()
    }

    #[test]
    fn each_button_asks_for_its_own_action_and_a_dead_one_keeps_none_from_it() {
        let scripts: HashMap<u32, Levels> = [
            (
                17,
                Levels::new(levels(&[(true, 10), (false, 10), (true, 10)])),
            ),
            (27, Levels::new(levels(&[(true, 40), (false, 10)]))),
        ]
        .into();
        let buttons = [
            button(17, Action::Capture),
            button(99, Action::Discard),
            button(27, Action::Save),
        ];
        let start = Instant::now();
        let mut buttons = Buttons::new(
            &buttons,
            |button: &Button| match scripts.get(&button.line) {
                Some(script) => Ok(ActivePin::new(script.clone(), button.active_low)),
                None => Err("there is no such line".into()),
            },
            start,
        );
        assert_eq!(
            watch(&mut buttons, start, 100),
            [Action::Capture, Action::Save]
        );
    }

    #[test]
    fn a_line_that_cannot_be_had_is_tried_again_ever_more_rarely_and_works_when_it_comes() {
        let mut tries = Vec::new();
        let start = Instant::now();
        let mut now = start;
        let one = [button(17, Action::Capture)];
        let mut buttons = Buttons::new(
            &one,
            |_: &Button| {
                tries.push(());
                if tries.len() < 12 {
                    return Err("in use".to_owned());
                }
                let script = Levels::new(levels(&[(true, 10), (false, 10)]));
                Ok(ActivePin::new(script, true))
            },
            start,
        );
        let mut pauses = Vec::new();
        for _ in 0..11 {
            assert!(buttons.look(now).is_empty());
            let rest = buttons.rest(now);
            pauses.push(rest);
            now += rest;
        }
        assert!(pauses.windows(2).all(|two| two[0] <= two[1]), "{pauses:?}");
        assert!(pauses.iter().all(|pause| *pause <= LONGEST_WAIT));
        assert_eq!(watch(&mut buttons, now, 30), [Action::Capture]);
        assert_eq!(buttons.rest(now), LOOK_EVERY);
        assert_eq!(tries.len(), 12);
    }

    #[test]
    fn a_chip_that_goes_and_comes_back_presses_nothing_by_that() {
        let mut opened = 0;
        let start = Instant::now();
        let one = [button(17, Action::Capture)];
        let mut buttons = Buttons::new(
            &one,
            |_: &Button| {
                opened += 1;
                let script = match opened {
                    // Released, then gone.
                    1 => levels(&[(true, 10)])
                        .into_iter()
                        .chain([Err(Gone)])
                        .collect(),
                    // Back with the button held down.
                    _ => levels(&[(false, 300)]),
                };
                Ok(ActivePin::new(Levels::new(script), true))
            },
            start,
        );
        assert!(watch(&mut buttons, start, 400).is_empty());
        assert_eq!(opened, 2);
    }

    #[test]
    fn the_self_test_names_the_action_and_why_its_button_is_dead() {
        let mut dead = button(17, Action::Capture);
        dead.chip = "/dev/gpiochip-of-nobody".into();
        let words = tried(&[dead])[0].clone().unwrap_err();
        assert!(
            words.contains("capture") && words.contains("gpiochip-of-nobody"),
            "{words}"
        );
    }
}
