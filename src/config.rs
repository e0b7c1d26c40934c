//! One commented TOML file with every setting: `board/bccscope.toml` shows each with its
//! default. Each room owns its part; an unknown key is refused by name.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{app, camera, display, engine, files, input, platform::gpio, records};

/// Read when no other file is named and it exists.
pub const DEFAULT_PATH: &str = "/etc/bccscope/bccscope.toml";

/// Every setting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which model.
    pub model: ModelSettings,
    /// The engine.
    pub engine: engine::Settings,
    /// Where frames come from.
    pub camera: camera::Settings,
    /// Where screens are shown.
    pub display: display::Settings,
    /// What people operate it with.
    pub input: input::Settings,
    /// The device's own behaviour.
    pub app: app::Settings,
    /// Stored cases.
    pub records: records::Settings,
    /// The lamp's GPIO line; `None` where there is no lamp.
    pub lamp: Option<gpio::Line>,
}

/// Settings of the `[model]` part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelSettings {
    /// Folder of the model, or the name of an installed one.
    pub path: Option<PathBuf>,
}

/// Why the configuration was refused.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}")]
pub struct ConfigError {
    path: PathBuf,
    why: String,
}

impl Config {
    /// Reads `path`, or [`DEFAULT_PATH`] where it exists, or takes the defaults.
    ///
    /// # Errors
    /// [`ConfigError`] names the file, the line and the key.
    pub fn load(path: Option<&Path>) -> Result<Config, ConfigError> {
        let named = path.is_some();
        let path = path.unwrap_or(Path::new(DEFAULT_PATH));
        let refuse = |why: String| ConfigError {
            path: path.to_path_buf(),
            why,
        };
        let text = match files::read_text(path, 1 << 20) {
            Ok(text) => text,
            // Only a missing file means defaults: one that cannot be read was meant.
            Err(e) if e.is_missing() && !named => return Ok(Config::default()),
            Err(e) => return Err(refuse(e.to_string())),
        };
        let config: Config = files::parse_toml(&text).map_err(refuse)?;
        config.check().map_err(refuse)?;
        log::info!("configuration from {}", path.display());
        Ok(config)
    }

    /// Whether every value is in its range.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn check(&self) -> Result<(), String> {
        self.engine.check()?;
        self.app.limits()?;
        self.app.views_time()?;
        self.app.burst_in_time()?;
        self.records.check()?;
        self.check_lines()
    }

    /// Whether each GPIO line has one use: the kernel would refuse the second one.
    fn check_lines(&self) -> Result<(), String> {
        let buttons = self.input.gpio.buttons.iter();
        let mut uses: Vec<_> = buttons
            .map(|button| ("[input.gpio]", button.place()))
            .collect();
        uses.extend(self.lamp.iter().map(|line| ("[lamp]", line.clone())));
        if self.display.order.kinds().contains(&display::Kind::Panel) {
            let lines = self.display.panel.lines();
            uses.extend(lines.into_iter().map(|line| ("[display.panel]", line)));
        }
        let mut taken = HashMap::new();
        for (part, line) in uses {
            let words = line.to_string();
            if let Some(first) = taken.insert((line.chip, line.line), part) {
                return Err(format!(
                    "{words} has two uses, in {first} and in {part}: wire one of them to another line"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commented_file_holds_every_default() {
        let text = include_str!("../board/bccscope.toml");
        let from_file: Config = toml::from_str(text).expect("board/bccscope.toml parses");
        assert_eq!(from_file, Config::default());
    }

    #[test]
    fn a_gpio_line_with_two_uses_is_refused_by_both_names() {
        let lamp = "[lamp]\nchip = \"/dev/gpiochip0\"\nline = 24\n";
        let button = "[input.gpio]\nbuttons = [{ chip = \"/dev/gpiochip0\", line = 24, \
                      active_low = true, action = \"capture\" }]\n";
        let panel = "[display]\norder = [\"panel\"]\n";
        let check = |text: String| toml::from_str::<Config>(&text).unwrap().check();
        for (text, first, second) in [
            (format!("{lamp}{button}"), "[input.gpio]", "[lamp]"),
            // Where nothing is said, the panel's own line is 24.
            (format!("{lamp}{panel}"), "[lamp]", "[display.panel]"),
        ] {
            let error = check(text).unwrap_err();
            for part in [first, second, "line 24 of /dev/gpiochip0"] {
                assert!(error.contains(part), "{error}");
            }
        }
        assert_eq!(check(lamp.to_owned()), Ok(()));
        assert_eq!(
            check(format!("{button}{panel}").replace("24", "17")),
            Ok(())
        );
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = toml::from_str::<Config>("[engine]\nthreds = 2\n").unwrap_err();
        assert!(error.to_string().contains("threds"), "{error}");
    }
}
