//! What people do to the device, whatever they do it with: keys, touch, the dermatoscope's
//! own button, a line on stdin. The rooms that read devices turn their events into
//! [`InputEvent`]s; touches become [`Action`]s through the buttons the screen drew.

mod action;

pub use action::{Action, InputEvent};

use serde::{Deserialize, Serialize};

/// Settings of the `[input]` part of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {}
