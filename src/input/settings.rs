//! Settings of the `[input]` part of the configuration.

use std::{collections::BTreeMap, path::PathBuf, str::FromStr};

use evdev::KeyCode;
use serde::{Deserialize, Serialize};

use super::Action;
use crate::platform::gpio::{Line, Pull};

/// Settings of the `[input]` part of the configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether keys, buttons and touch panels in `/dev/input` are read.
    pub devices: bool,
    /// Whether commands are read from stdin, one a line.
    pub stdin: bool,
    /// The `[input.touch]` part.
    pub touch: TouchSettings,
    /// The `[input.gpio]` part.
    pub gpio: GpioSettings,
    /// The `[input.keys]` part: what a key or button asks for. A table here replaces the
    /// default one as a whole.
    pub keys: KeyMap,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            devices: true,
            stdin: true,
            touch: TouchSettings::default(),
            gpio: GpioSettings::default(),
            keys: KeyMap::default(),
        }
    }
}

/// How the touch panel is glued to the display, before the display's own rotation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TouchSettings {
    /// Its x runs along the display's height.
    pub swap_axes: bool,
    /// Its x (after swapping) runs from right to left.
    pub invert_x: bool,
    /// Its y (after swapping) runs from bottom to top.
    pub invert_y: bool,
}

/// Settings of the `[input.gpio]` part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GpioSettings {
    /// Buttons and foot switches on GPIO lines; none where there are none.
    pub buttons: Vec<Button>,
}

/// A button on a GPIO line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// The chip: its device file, e.g. `/dev/gpiochip0`, or its label, e.g. `pinctrl-rp1`.
    pub chip: PathBuf,
    /// Number of the line on that chip, from 0.
    pub line: u32,
    /// Whether the low level means pressed: a button to ground.
    #[serde(default)]
    pub active_low: bool,
    /// The resistor that holds the line while the button is open.
    #[serde(default)]
    pub pull: Pull,
    /// What a press asks for.
    pub action: Action,
}

impl Button {
    /// Where it is wired to.
    pub fn place(&self) -> Line {
        Line {
            chip: self.chip.clone(),
            line: self.line,
            active_low: self.active_low,
        }
    }
}

/// What each key asks for; keys by the kernel's names (`linux/input-event-codes.h`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    try_from = "BTreeMap<String, Action>",
    into = "BTreeMap<String, Action>"
)]
pub struct KeyMap(BTreeMap<String, (u16, Action)>);

impl KeyMap {
    /// What this key asks for.
    pub fn action(&self, code: u16) -> Option<Action> {
        self.codes()
            .find(|(known, _)| *known == code)
            .map(|(_, action)| action)
    }

    /// Every key, by its code.
    pub(super) fn codes(&self) -> impl Iterator<Item = (u16, Action)> + '_ {
        self.0.values().copied()
    }
}

impl Default for KeyMap {
    fn default() -> Self {
        use Action::{Back, Capture, Discard, Help, NextMap, PreviousMap, Save};
        let keys = [
            (KeyCode::KEY_CAMERA, Capture),
            (KeyCode::KEY_ENTER, Capture),
            (KeyCode::KEY_SPACE, Capture),
            (KeyCode::KEY_VOLUMEUP, Capture),
            (KeyCode::KEY_RIGHT, NextMap),
            (KeyCode::KEY_TAB, NextMap),
            (KeyCode::KEY_LEFT, PreviousMap),
            (KeyCode::KEY_S, Save),
            (KeyCode::KEY_DELETE, Discard),
            (KeyCode::KEY_D, Discard),
            (KeyCode::KEY_H, Help),
            (KeyCode::KEY_F1, Help),
            (KeyCode::KEY_ESC, Back),
            (KeyCode::KEY_BACKSPACE, Back),
            (KeyCode::KEY_BACK, Back),
        ];
        KeyMap(
            keys.into_iter()
                .map(|(key, action)| (format!("{key:?}"), (key.code(), action)))
                .collect(),
        )
    }
}

impl TryFrom<BTreeMap<String, Action>> for KeyMap {
    type Error = String;

    fn try_from(keys: BTreeMap<String, Action>) -> Result<KeyMap, String> {
        keys.into_iter()
            .map(|(name, action)| match KeyCode::from_str(&name) {
                Ok(code) => Ok((name, (code.code(), action))),
                Err(_) => Err(format!(
                    "unknown key {name}: keys have the kernel's names, such as KEY_ENTER \
                     (evtest shows those of a device)"
                )),
            })
            .collect::<Result<_, _>>()
            .map(KeyMap)
    }
}

impl From<KeyMap> for BTreeMap<String, Action> {
    fn from(map: KeyMap) -> Self {
        map.0
            .into_iter()
            .map(|(name, (_, action))| (name, action))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Task;

    #[test]
    fn nonsense_is_refused_by_name() {
        for (text, words) in [
            ("[keys]\nKEY_SHUTTER = \"capture\"", "KEY_SHUTTER"),
            ("[keys]\nKEY_A = \"shoot\"", "shoot"),
            ("[touch]\nflip = true", "flip"),
            ("grab = true", "grab"),
            (
                "[gpio]\nbuttons = [{ line = 17, action = \"capture\" }]",
                "chip",
            ),
            (
                "[gpio]\nbuttons = [{ chip = \"/dev/gpiochip0\", line = 17 }]",
                "action",
            ),
            (
                "[gpio]\nbuttons = [{ chip = \"/dev/gpiochip0\", line = 17, action = \"capture\", edge = 1 }]",
                "edge",
            ),
        ] {
            let error = toml::from_str::<Settings>(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn a_table_of_keys_replaces_the_default_one() {
        let text = "[keys]\nKEY_F5 = \"capture\"\nKEY_1 = { show_map = \"bcc\" }";
        let keys = toml::from_str::<Settings>(text).unwrap().keys;
        assert_eq!(keys.action(KeyCode::KEY_F5.code()), Some(Action::Capture));
        assert_eq!(
            keys.action(KeyCode::KEY_1.code()),
            Some(Action::ShowMap(Task::Bcc))
        );
        assert_eq!(keys.action(KeyCode::KEY_ENTER.code()), None);
    }

    #[test]
    fn settings_survive_being_written_and_read() {
        let mut settings = Settings::default();
        settings.gpio.buttons.push(Button {
            chip: "/dev/gpiochip0".into(),
            line: 17,
            active_low: true,
            pull: Pull::Up,
            action: Action::ShowMap(Task::Ulceration),
        });
        for settings in [Settings::default(), settings] {
            let text = toml::to_string(&settings).unwrap();
            assert_eq!(toml::from_str::<Settings>(&text).unwrap(), settings);
        }
    }

    #[test]
    fn a_button_is_active_high_and_has_the_boards_own_pull_where_nothing_is_said() {
        let text =
            "[gpio]\nbuttons = [{ chip = \"/dev/gpiochip0\", line = 17, action = \"save\" }]";
        let buttons = toml::from_str::<Settings>(text).unwrap().gpio.buttons;
        assert!(!buttons[0].active_low);
        assert_eq!(buttons[0].pull, Pull::AsIs);
        assert_eq!(buttons[0].action, Action::Save);
    }

    #[test]
    fn the_commented_file_lists_every_default_key() {
        let file: toml::Table = toml::from_str(include_str!("../../board/bccscope.toml")).unwrap();
        let listed = file["input"]["keys"].as_table().unwrap().len();
        assert_eq!(listed, KeyMap::default().codes().count());
    }
}
