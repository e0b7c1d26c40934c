//! What people do to the device, whatever they do it with: keys, touch, the dermatoscope's
//! own button, a button on a GPIO line, a line on stdin. The rooms that read devices turn their events into
//! [`InputEvent`]s; touches become [`Action`]s through the buttons the screen drew.

mod action;
mod evdev;
mod gpio;
mod settings;
mod stdin;
mod touch;
mod translate;

use std::{io, sync::mpsc::Sender};

pub use self::{
    action::{Action, InputEvent},
    settings::{Button, GpioSettings, KeyMap, Settings, TouchSettings},
    stdin::{COMMANDS, parse as parse_command},
};
use crate::display::Rotation;

/// Starts the threads that read keys, touch panels, buttons, GPIO lines and stdin. They end with the
/// receiver; devices may come and go.
///
/// # Errors
/// The system gives no thread.
pub fn start(
    settings: &Settings,
    rotation: Rotation,
    events: &Sender<InputEvent>,
) -> io::Result<()> {
    if settings.devices {
        let (settings, events) = (settings.clone(), events.clone());
        std::thread::Builder::new()
            .name("input".into())
            .spawn(move || evdev::run(&settings, rotation, &events))?;
    }
    if !settings.gpio.buttons.is_empty() {
        let (buttons, events) = (settings.gpio.buttons.clone(), events.clone());
        std::thread::Builder::new()
            .name("gpio".into())
            .spawn(move || gpio::run(&buttons, &events))?;
    }
    if settings.stdin && stdin::is_ours() {
        let events = events.clone();
        std::thread::Builder::new()
            .name("stdin".into())
            .spawn(move || stdin::run(io::stdin().lock(), &mut io::stderr(), &events))?;
    }
    Ok(())
}

/// Names of the keys, buttons and touch panels that can be read now; none where they are not to
/// be read.
pub fn devices(settings: &Settings, rotation: Rotation) -> Vec<String> {
    if !settings.devices {
        return Vec::new();
    }
    evdev::names(settings, rotation)
}

/// Tries every button on a GPIO line once: what it is and whether it is pressed now, or a
/// sentence why it is dead.
pub fn buttons(settings: &Settings) -> Vec<Result<String, String>> {
    gpio::tried(&settings.gpio.buttons)
}
