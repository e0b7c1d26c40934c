//! What is plugged in: camera, display, input, lamp.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::Check;
use crate::{
    camera::{self, Camera, Lost, News},
    config::Config,
    display,
    frame::Detail,
    input,
    platform::Lamp,
    screen::{self, Scene, Status, Surface},
};

/// How long a first picture may take: some cameras warm up for seconds.
const FIRST: Duration = Duration::from_secs(8);
/// The same where there are several cameras: one that delivers nothing is given up after five
/// seconds, and then the next one has its turn.
const FIRST_OF_SEVERAL: Duration = Duration::from_secs(15);
/// How long frames are counted.
const COUNTED: Duration = Duration::from_secs(2);
/// How long the test picture stays.
const SHOWN: Duration = Duration::from_secs(2);

/// How long the lamp is lit.
const LIT: Duration = Duration::from_secs(1);

const INPUT: &str = "input";

/// Camera, display, input, lamp.
pub(super) fn checks(config: &Config) -> Vec<Check> {
    vec![camera(config), display(config), input(config), lamp(config)]
}

fn camera(config: &Config) -> Check {
    const PART: &str = "camera";
    match camera::open(&config.camera, &camera::Choice::Camera) {
        Ok(mut camera) => {
            let several = camera::v4l2::list().len() > 1;
            match count(camera.as_mut(), several) {
                Ok(words) => Check::pass(PART, words),
                Err(why) => Check::fail(PART, why),
            }
        }
        Err(why) => Check::fail(PART, why.to_string()),
    }
}

/// Waits for the first frame, then counts for a while: source, format, rate, what was dropped.
/// Where there are `several` cameras one that is lost before is told, and the next one awaited.
fn count(camera: &mut dyn Camera, several: bool) -> Result<String, String> {
    let start = Instant::now();
    let patience = if several { FIRST_OF_SEVERAL } else { FIRST };
    let mut passed_over: Option<Lost> = None;
    let mut source = None;
    let mut adjusted = None;
    let mut first = None;
    let (mut frames, mut dropped) = (0u32, 0u32);
    loop {
        if first.is_none() && start.elapsed() > patience {
            let none = format!("no picture within {} seconds", patience.as_secs());
            return Err(passed_over.map_or(none, |lost| lost.to_string()));
        }
        if first.is_some_and(|at: Instant| at.elapsed() > COUNTED) {
            break;
        }
        match camera.next(Duration::from_millis(100)) {
            News::Opened(opened) => {
                source = Some(opened.source);
                adjusted = opened.adjusted;
            }
            News::Frame(frame) => {
                if first.is_none() {
                    frame.decode(Detail::Full).map_err(|e| e.to_string())?;
                    first = Some(Instant::now());
                }
                frames += 1;
            }
            News::Dropped(_) => dropped += 1,
            News::Quiet => {}
            News::Lost(lost) if several && first.is_none() => {
                passed_over.get_or_insert(lost);
            }
            News::Lost(lost) | News::Failed(lost) => return Err(lost.to_string()),
            News::Ended => return Err("the camera ended".into()),
        }
    }
    let rate = f64::from(frames.saturating_sub(1)) / COUNTED.as_secs_f64();
    let name = source.map_or_else(String::new, |s| format!("{} {}", s.name, s.detail));
    let adjusted = adjusted.map_or_else(String::new, |words| format!(" ({words})"));
    let passed_over = passed_over.map_or_else(String::new, |lost| format!("; first: {}", lost.why));
    Ok(format!(
        "{name}{adjusted}: {rate:.1} frames a second, {dropped} dropped{passed_over}"
    ))
}

fn display(config: &Config) -> Check {
    const PART: &str = "display";
    let mut open = match display::open(&config.display) {
        Ok(open) => open,
        Err(why) => return Check::fail(PART, why.to_string()),
    };
    let size = open.display.size();
    let mut surface = Surface::new(size.0, size.1);
    let status = Status {
        engine: "self-test".into(),
        fallback: None,
        model: String::new(),
        camera: String::new(),
        stand_in: None,
        clock: crate::platform::local_time(),
        power: None,
        unsaved: None,
        display: open.fallback.clone(),
    };
    screen::draw(&Scene::Help { sight: None }, &status, &mut surface);
    if let Err(why) = open.display.show(surface.picture()) {
        return Check::fail(PART, why.to_string());
    }
    thread::sleep(SHOWN);
    let name = open.display.name().to_owned();
    match open.fallback {
        Some(why) => Check::fail(PART, format!("only {name}; first choice refused: {why}")),
        None => Check::pass(PART, format!("{name}, the help page was shown on it")),
    }
}

/// What `run` would read: never a device that the settings leave out.
fn input(config: &Config) -> Check {
    let settings = &config.input;
    if !settings.devices && settings.gpio.buttons.is_empty() {
        return Check::fail(
            INPUT,
            "`[input] devices` is off and no GPIO button is set: nobody can press anything; \
             switch it on, or set a button in [input.gpio]",
        );
    }
    inputs(
        input::devices(settings, config.display.rotate),
        input::buttons(settings),
    )
}

/// What can be read in `/dev/input`, and the buttons on GPIO lines: each of them was asked for.
pub(super) fn inputs(mut names: Vec<String>, buttons: Vec<Result<String, String>>) -> Check {
    let mut dead = Vec::new();
    for button in buttons {
        match button {
            Ok(name) => names.push(name),
            Err(why) => dead.push(why),
        }
    }
    if !dead.is_empty() {
        let rest = match names.as_slice() {
            [] => "nothing else can be read".to_owned(),
            names => format!("these can be read: {}", names.join(", ")),
        };
        return Check::fail(INPUT, format!("{}; {rest}", dead.join("; ")));
    }
    if names.is_empty() {
        return Check::fail(
            INPUT,
            "no readable key, button or touch panel in /dev/input: plug one in, or add the user \
             to group input",
        );
    }
    Check::pass(INPUT, names.join(", "))
}

/// Lights the lamp for a moment: whether it shone only a person can say.
pub(super) fn lamp(config: &Config) -> Check {
    const PART: &str = "lamp";
    let Some(line) = &config.lamp else {
        return Check::skip(PART, "none in the settings");
    };
    let mut lamp = Lamp::new(Some(line));
    lamp.light(true, Instant::now());
    if let Some(why) = lamp.failure() {
        return Check::fail(PART, why);
    }
    thread::sleep(LIT);
    let (place, seconds) = (line.in_full(), LIT.as_secs());
    Check::pass(PART, format!("{place} was switched on for {seconds} s"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        camera::phantom::{PhantomCamera, PhantomSettings},
        selftest::Outcome,
    };

    /// A camera that delivers nothing, before one that does.
    struct SecondDelivers(Option<Lost>, PhantomCamera);

    impl Camera for SecondDelivers {
        fn next(&mut self, wait: Duration) -> News {
            match self.0.take() {
                Some(lost) => News::Lost(lost),
                None => self.1.next(wait),
            }
        }
    }

    #[test]
    fn a_camera_that_delivers_nothing_is_told_and_the_next_one_is_tried() {
        let counted = |several| {
            let lost = Lost {
                why: "Webcam is open but delivers no pictures".into(),
                advice: "unplug it".into(),
            };
            let phantom = PhantomCamera::new(PhantomSettings {
                width: 160,
                height: 160,
                ..PhantomSettings::default()
            });
            count(&mut SecondDelivers(Some(lost), phantom), several)
        };
        let words = counted(true).expect("the second one delivers");
        assert!(words.contains("frames a second"), "{words}");
        assert!(
            words.ends_with("first: Webcam is open but delivers no pictures"),
            "{words}"
        );
        let why = counted(false).expect_err("there is no other");
        assert!(why.contains("unplug it"), "{why}");
    }

    #[test]
    fn an_input_that_is_switched_off_fails_whatever_is_plugged_in() {
        let mut config = Config::default();
        config.input.devices = false;
        assert!(input::devices(&config.input, config.display.rotate).is_empty());
        let check = input(&config);
        assert_eq!(check.outcome, Outcome::Fail);
        assert!(check.words.contains("no GPIO button is set"), "{check:?}");
        // It is no question of what is plugged in, nor of permission.
        assert!(!check.words.contains("/dev/input"), "{check:?}");
    }
}
