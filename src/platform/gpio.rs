//! One line of the kernel's GPIO character device, as embedded-hal's pins. Every reason why
//! a line cannot be had is a sentence with what to do.

mod chip;

use std::{fmt, path::PathBuf};

use embedded_hal::digital::{InputPin, OutputPin, PinState};
use linux_embedded_hal::{
    CdevPin,
    gpio_cdev::{self, LineRequestFlags},
};
use serde::{Deserialize, Serialize};

/// Who holds the line, as `gpioinfo` shows it.
const CONSUMER: &str = "bccscope";
/// `GPIOHANDLE_REQUEST_BIAS_PULL_UP` of `linux/gpio.h`, which gpio-cdev has no name for.
const PULL_UP: u32 = 1 << 5;
/// `GPIOHANDLE_REQUEST_BIAS_PULL_DOWN`.
const PULL_DOWN: u32 = 1 << 6;

/// Where something is wired to. As settings: those of the `[lamp]` part.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The chip: its device file, e.g. `/dev/gpiochip0`, or its label, e.g. `pinctrl-rp1`, which
    /// stays where another kernel numbers the chips anew.
    pub chip: PathBuf,
    /// Number of the line on that chip, from 0 (on a Raspberry Pi the GPIO's number).
    pub line: u32,
    /// Whether the low level is the active one: pressed, or lit.
    #[serde(default)]
    pub active_low: bool,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of {}", self.line, self.chip.display())
    }
}

impl Line {
    /// The same with the chip's device file and label, where there is such a chip.
    pub fn in_full(&self) -> String {
        match chip::open(&self.chip) {
            Ok(chip) => {
                let path = chip.path().display();
                format!("line {} of {path} ({})", self.line, chip.label())
            }
            Err(_) => self.to_string(),
        }
    }
}

/// The resistor inside the chip that holds an open input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pull {
    /// As the board has set it up.
    #[default]
    AsIs,
    /// To the supply: for a button to ground.
    Up,
    /// To ground: for a button to the supply.
    Down,
}

/// A pin that is active or not, whichever level that is.
pub struct ActivePin<P> {
    pin: P,
    active_low: bool,
}

impl<P> ActivePin<P> {
    /// This pin, whose low level is the active one where `active_low` is set.
    pub fn new(pin: P, active_low: bool) -> ActivePin<P> {
        ActivePin { pin, active_low }
    }
}

impl<P: InputPin> ActivePin<P> {
    /// Whether it is active now.
    ///
    /// # Errors
    /// The pin's own, e.g. its chip is gone.
    pub fn is_active(&mut self) -> Result<bool, P::Error> {
        Ok(self.pin.is_high()? != self.active_low)
    }
}

impl<P: OutputPin> ActivePin<P> {
    /// Makes it active, or not.
    ///
    /// # Errors
    /// The pin's own, e.g. its chip is gone.
    pub fn set_active(&mut self, active: bool) -> Result<(), P::Error> {
        self.pin
            .set_state(PinState::from(active != self.active_low))
    }
}

/// Takes a line as an input.
///
/// # Errors
/// A sentence: no such chip or line, no permission, in use.
pub fn input(line: &Line, pull: Pull) -> Result<ActivePin<CdevPin>, String> {
    let bias = match pull {
        Pull::AsIs => 0,
        Pull::Up => PULL_UP,
        Pull::Down => PULL_DOWN,
    };
    let flags = LineRequestFlags::INPUT | LineRequestFlags::from_bits_retain(bias);
    let pin = request(line, flags, PinState::Low)?;
    Ok(ActivePin::new(pin, line.active_low))
}

/// Takes a line as an output that is not active yet.
///
/// # Errors
/// A sentence: no such chip or line, no permission, in use.
pub fn output(line: &Line) -> Result<ActivePin<CdevPin>, String> {
    let level = PinState::from(line.active_low);
    let pin = request(line, LineRequestFlags::OUTPUT, level)?;
    Ok(ActivePin::new(pin, line.active_low))
}

/// Takes a line as an output that has this level at once.
///
/// # Errors
/// A sentence: no such chip or line, no permission, in use.
pub fn raw_output(line: &Line, level: PinState) -> Result<CdevPin, String> {
    request(line, LineRequestFlags::OUTPUT, level)
}

/// Never asks the kernel for `ACTIVE_LOW`: a [`CdevPin`] undoes it, so that high means the
/// level with and without, and [`ActivePin`] says what the level means.
fn request(line: &Line, flags: LineRequestFlags, level: PinState) -> Result<CdevPin, String> {
    let mut chip = chip::open(&line.chip)?;
    let lines = chip.num_lines();
    if line.line >= lines {
        return Err(format!(
            "{} ({}) has {lines} lines, counted from 0: there is no line {} (gpioinfo lists them)",
            chip.path().display(),
            chip.label(),
            line.line
        ));
    }
    let say = |e: gpio_cdev::Error| format!("{line} cannot be used: {e}");
    let wanted = chip.get_line(line.line).map_err(say)?;
    let level = u8::from(level == PinState::High);
    let handle = wanted
        .request(flags, level, CONSUMER)
        .map_err(|e| match wanted.info() {
            Ok(info) if info.is_kernel() => format!(
                "{line} is in use by {}: choose another line, or end what holds it",
                info.consumer().unwrap_or("something without a name")
            ),
            _ => say(e),
        })?;
    CdevPin::new(handle).map_err(say)
}

#[cfg(test)]
pub(crate) mod scripted {
    //! Pins of a test.

    use std::{
        collections::VecDeque,
        convert::Infallible,
        sync::{Arc, Mutex},
    };

    use embedded_hal::digital::{Error, ErrorKind, ErrorType, InputPin, OutputPin};

    /// The chip is gone.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub(crate) struct Gone;

    impl std::fmt::Display for Gone {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("ENODEV: No such device")
        }
    }

    impl Error for Gone {
        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    /// An input whose levels are written down; the last one stays.
    #[derive(Debug, Clone)]
    pub(crate) struct Levels(Arc<Mutex<VecDeque<Result<bool, Gone>>>>);

    impl Levels {
        pub(crate) fn new(levels: impl IntoIterator<Item = Result<bool, Gone>>) -> Levels {
            Levels(Arc::new(Mutex::new(levels.into_iter().collect())))
        }
    }

    impl ErrorType for Levels {
        type Error = Gone;
    }

    impl InputPin for Levels {
        fn is_high(&mut self) -> Result<bool, Gone> {
            let mut levels = self.0.lock().expect("no test panics with it");
            if levels.len() > 1 {
                levels.pop_front().expect("there are two")
            } else {
                *levels.front().expect("a script has a level")
            }
        }

        fn is_low(&mut self) -> Result<bool, Gone> {
            self.is_high().map(|high| !high)
        }
    }

    /// An output that keeps every level it was given.
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Kept(Arc<Mutex<Vec<bool>>>);

    impl Kept {
        pub(crate) fn levels(&self) -> Vec<bool> {
            self.0.lock().expect("no test panics with it").clone()
        }
    }

    impl ErrorType for Kept {
        type Error = Infallible;
    }

    impl OutputPin for Kept {
        fn set_low(&mut self) -> Result<(), Infallible> {
            self.0.lock().expect("no test panics with it").push(false);
            Ok(())
        }

        fn set_high(&mut self) -> Result<(), Infallible> {
            self.0.lock().expect("no test panics with it").push(true);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        scripted::{Kept, Levels},
        *,
    };

    fn line(chip: &str) -> Line {
        Line {
            chip: chip.into(),
            line: 3,
            active_low: false,
        }
    }

    #[test]
    fn active_low_turns_the_level_round_in_both_directions() {
        for active_low in [false, true] {
            let levels = Levels::new([Ok(true), Ok(false)]);
            let mut pin = ActivePin::new(levels, active_low);
            assert_eq!(pin.is_active(), Ok(!active_low));
            assert_eq!(pin.is_active(), Ok(active_low));

            let kept = Kept::default();
            let mut pin = ActivePin::new(kept.clone(), active_low);
            pin.set_active(true).unwrap();
            pin.set_active(false).unwrap();
            assert_eq!(kept.levels(), [!active_low, active_low]);
        }
    }

    #[test]
    fn a_chip_that_is_missing_or_none_is_named_with_what_to_do() {
        let missing = input(&line("/dev/gpiochip-of-nobody"), Pull::Up)
            .err()
            .unwrap();
        assert!(
            missing.starts_with("there is no /dev/gpiochip-of-nobody"),
            "{missing}"
        );
        let none = output(&line("/dev/null")).err().unwrap();
        assert_eq!(none, "/dev/null is no GPIO chip (gpiodetect lists them)");
    }

    #[test]
    fn settings_of_a_line_need_chip_and_number_and_nothing_else() {
        let parse = toml::from_str::<Line>;
        let lamp = parse("chip = \"/dev/gpiochip4\"\nline = 12").unwrap();
        assert_eq!(lamp.to_string(), "line 12 of /dev/gpiochip4");
        assert!(!lamp.active_low);
        for (text, words) in [
            ("line = 12", "chip"),
            ("chip = \"/dev/gpiochip0\"", "line"),
            ("chip = \"/dev/gpiochip0\"\nline = -1", "-1"),
            ("chip = \"/dev/gpiochip0\"\nline = 1\npin = 2", "pin"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
