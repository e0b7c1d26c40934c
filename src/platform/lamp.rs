//! The lamp on a GPIO line, that lights the lesion for a dermatoscope without a light of its
//! own, or tells that the picture is live. Dark when it is dropped, so also after a panic; a
//! program that was killed leaves it as it was until the next one starts.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

use embedded_hal::digital::OutputPin;

use super::gpio::{self, ActivePin, Line};

/// A lamp that failed is tried again after this time.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// The lamp, or none.
pub struct Lamp {
    switch: Option<Box<dyn Switch>>,
    /// What it was set to; `None` where that is not known.
    lit: Option<bool>,
    next_try: Option<Instant>,
    /// Why it does not work, as last logged: the same reason is not logged again.
    said: Option<String>,
}

impl Lamp {
    /// The lamp on this line, or none.
    pub fn new(line: Option<&Line>) -> Lamp {
        let Some(line) = line.cloned() else {
            return Lamp::of(None);
        };
        Lamp::on(move || gpio::output(&line))
    }

    /// The lamp on the pin that `open` opens, now and again after a failure.
    pub fn on<P>(open: impl FnMut() -> Result<ActivePin<P>, String> + 'static) -> Lamp
    where
        P: OutputPin<Error: Display> + 'static,
    {
        Lamp::of(Some(Box::new(Opened { open, pin: None })))
    }

    fn of(switch: Option<Box<dyn Switch>>) -> Lamp {
        Lamp {
            switch,
            lit: None,
            next_try: None,
            said: None,
        }
    }

    /// Lights it, or makes it dark. Where it is so already, nothing is done. A failure is
    /// logged once and tried again: a lamp is no reason to end the device.
    pub fn light(&mut self, lit: bool, now: Instant) {
        if self.lit == Some(lit) || self.next_try.is_some_and(|due| now < due) {
            return;
        }
        let Some(switch) = &mut self.switch else {
            return;
        };
        match switch.set(lit) {
            Ok(()) => {
                if self.said.take().is_some() {
                    log::info!("the lamp works again");
                }
                self.lit = Some(lit);
                self.next_try = None;
            }
            Err(why) => {
                if self.said.as_ref() != Some(&why) {
                    log::warn!("lamp: {why}; tried again every {} s", TRY_AGAIN.as_secs());
                    self.said = Some(why);
                }
                self.lit = None;
                self.next_try = Some(now + TRY_AGAIN);
            }
        }
    }

    /// Why it does not work; `None` where it does, or there is none.
    pub fn failure(&self) -> Option<&str> {
        self.said.as_deref()
    }
}

impl Drop for Lamp {
    fn drop(&mut self) {
        // One that was never lit, or could not be had, is not opened for this.
        if let (Some(switch), Some(true)) = (&mut self.switch, self.lit)
            && let Err(why) = switch.set(false)
        {
            log::warn!("the lamp stays lit: {why}");
        }
    }
}

/// Something to be switched, whatever its pin.
trait Switch {
    fn set(&mut self, lit: bool) -> Result<(), String>;
}

struct Opened<P, O> {
    open: O,
    pin: Option<ActivePin<P>>,
}

impl<P, O> Switch for Opened<P, O>
where
    P: OutputPin<Error: Display>,
    O: FnMut() -> Result<ActivePin<P>, String>,
{
    fn set(&mut self, lit: bool) -> Result<(), String> {
        let mut pin = match self.pin.take() {
            Some(pin) => pin,
            None => (self.open)()?,
        };
        // A pin that fails is closed, and opened anew at the next try.
        pin.set_active(lit)
            .map_err(|e| format!("its line cannot be set: {e}"))?;
        self.pin = Some(pin);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::gpio::scripted::Kept;
    use std::{cell::Cell, panic, rc::Rc};

    fn lamp(kept: &Kept, active_low: bool) -> Lamp {
        let kept = kept.clone();
        Lamp::on(move || Ok(ActivePin::new(kept.clone(), active_low)))
    }

    #[test]
    fn only_a_change_reaches_the_line() {
        let kept = Kept::default();
        let mut lamp = lamp(&kept, false);
        for lit in [false, false, true, true, true, false, true] {
            lamp.light(lit, Instant::now());
        }
        assert_eq!(kept.levels(), [false, true, false, true]);
    }

    #[test]
    fn it_is_dark_at_the_end_also_of_a_panic() {
        let kept = Kept::default();
        let mut ends = lamp(&kept, true);
        ends.light(true, Instant::now());
        drop(ends);
        assert_eq!(kept.levels(), [false, true], "low is lit here");

        let kept = Kept::default();
        let mut ends = lamp(&kept, false);
        ends.light(true, Instant::now());
        let fell = panic::catch_unwind(panic::AssertUnwindSafe(move || {
            let _held = ends;
            panic!("a fault of the program, made by this test");
        }));
        assert!(fell.is_err());
        assert_eq!(kept.levels(), [true, false]);
    }

    #[test]
    fn a_lamp_that_fails_is_tried_again_later_and_then_set_to_what_is_wanted_now() {
        let tries = Rc::new(Cell::new(0));
        let kept = Kept::default();
        let start = Instant::now();
        let mut lamp = {
            let (tries, kept) = (Rc::clone(&tries), kept.clone());
            Lamp::on(move || {
                tries.set(tries.get() + 1);
                if tries.get() < 3 {
                    return Err("in use".into());
                }
                Ok(ActivePin::new(kept.clone(), false))
            })
        };
        lamp.light(false, start);
        assert_eq!(lamp.failure(), Some("in use"));
        for step in 0..100 {
            lamp.light(true, start + TRY_AGAIN / 100 * step);
        }
        assert_eq!(tries.get(), 1);
        lamp.light(true, start + TRY_AGAIN);
        lamp.light(true, start + TRY_AGAIN * 2);
        assert_eq!(tries.get(), 3);
        assert_eq!(lamp.failure(), None);
        assert_eq!(kept.levels(), [true]);
    }

    #[test]
    fn no_lamp_is_no_failure() {
        let mut none = Lamp::new(None);
        none.light(true, Instant::now());
        assert_eq!(none.failure(), None);
    }

    #[test]
    fn a_missing_chip_is_a_sentence_and_ends_nothing() {
        let line = Line {
            chip: "/dev/gpiochip-of-nobody".into(),
            line: 0,
            active_low: false,
        };
        let mut lamp = Lamp::new(Some(&line));
        lamp.light(true, Instant::now());
        let words = lamp.failure().expect("there is no such chip");
        assert!(words.contains("gpiochip-of-nobody"), "{words}");
    }
}
