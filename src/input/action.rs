//! The few things a person can ask of the device.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::Task;

/// What a person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Take a burst and analyse its sharpest frame. On a result, once it was there for a second:
    /// back to the live picture. A case that was not saved is discarded by that, and the screen
    /// says so; one whose save failed is kept and tried again.
    Capture,
    /// Show the next heat map (none, BCC, then each pattern).
    NextMap,
    /// Show the previous heat map.
    PreviousMap,
    /// Show this task's heat map, or none when it is shown already.
    ShowMap(Task),
    /// Store the case on the screen.
    Save,
    /// Drop the case on the screen and go back to the live picture.
    Discard,
    /// What the heat map means.
    Help,
    /// Leave the help page or a message.
    Back,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Action::Capture => "capture",
            Action::NextMap => "next map",
            Action::PreviousMap => "previous map",
            Action::ShowMap(task) => return write!(f, "the map of {}", task.name()),
            Action::Save => "save",
            Action::Discard => "discard",
            Action::Help => "help",
            Action::Back => "back",
        };
        f.write_str(words)
    }
}

/// One event of an input device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InputEvent {
    /// An action asked for outright, by key, button or command line.
    Action(Action),
    /// A touch, in fractions of the display's width and height, 0 to 1 from the upper left.
    Touch {
        /// Fraction of the width.
        x: f32,
        /// Fraction of the height.
        y: f32,
    },
    /// Leave the program in good order.
    Quit,
}
