//! The self-test: every part of the device tried once, each with pass, fail or skip and a
//! reason. What a bench engineer runs first and a clinic runs after moving the device.

mod board;
mod devices;
mod model;

use serde::Serialize;

use crate::config::Config;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The part works.
    Pass,
    /// It does not; the device must not be used for what needs it.
    Fail,
    /// It was not tried, or this board has no such part.
    Skip,
}

/// One part's check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The part.
    pub part: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen, or what to do.
    pub words: String,
}

impl Check {
    fn pass(part: &'static str, words: impl Into<String>) -> Check {
        Check::new(part, Outcome::Pass, words)
    }

    fn fail(part: &'static str, words: impl Into<String>) -> Check {
        Check::new(part, Outcome::Fail, words)
    }

    fn skip(part: &'static str, words: impl Into<String>) -> Check {
        Check::new(part, Outcome::Skip, words)
    }

    fn new(part: &'static str, outcome: Outcome, words: impl Into<String>) -> Check {
        Check {
            part,
            outcome,
            words: words.into(),
        }
    }
}

/// Runs every check in order and hands each over as soon as it is done.
pub fn run(config: &Config, mut done: impl FnMut(&Check)) -> Vec<Check> {
    let mut checks = Vec::new();
    let groups: [fn(&Config) -> Vec<Check>; 4] =
        [model::checks, devices::checks, board::storage, board::board];
    for group in groups {
        for check in group(config) {
            done(&check);
            checks.push(check);
        }
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_written_fails_and_says_which() {
        let mut config = Config::default();
        config.records.folder = "/proc/bccscope/cases".into();
        let checks = board::storage(&config);
        assert_eq!(checks[0].outcome, Outcome::Fail);
        assert!(checks[0].words.contains("/proc/bccscope"), "{checks:?}");
    }

    #[test]
    fn a_writable_folder_passes_and_is_left_as_it_was() {
        let root = tempfile::tempdir().expect("a folder");
        let mut config = Config::default();
        config.records.folder = root.path().to_path_buf();
        let checks = board::storage(&config);
        assert_eq!(checks[0].outcome, Outcome::Pass, "{checks:?}");
        assert_eq!(root.path().read_dir().expect("a folder").count(), 0);
    }

    #[test]
    fn a_dead_gpio_button_fails_the_input_by_its_own_sentence_whatever_else_works() {
        let keys = vec!["Keyboard".to_owned()];
        let dead = Err("GPIO button for capture: line 17 is in use by spi0".to_owned());
        let check = devices::inputs(keys.clone(), vec![dead, Ok("GPIO line 18".into())]);
        assert_eq!(check.outcome, Outcome::Fail);
        for words in ["in use by spi0", "Keyboard", "GPIO line 18"] {
            assert!(check.words.contains(words), "{check:?}");
        }
        let alone = devices::inputs(vec![], vec![Ok("GPIO line 17".into())]);
        assert_eq!(alone.outcome, Outcome::Pass);
        assert_eq!(devices::inputs(vec![], vec![]).outcome, Outcome::Fail);
    }

    #[test]
    fn a_lamp_that_is_not_there_fails_and_none_in_the_settings_is_skipped() {
        let mut config = Config::default();
        assert_eq!(devices::lamp(&config).outcome, Outcome::Skip);
        config.lamp = Some(crate::platform::gpio::Line {
            chip: "/dev/gpiochip-of-nobody".into(),
            line: 12,
            active_low: false,
        });
        let check = devices::lamp(&config);
        assert_eq!(check.outcome, Outcome::Fail);
        assert!(check.words.contains("gpiochip-of-nobody"), "{check:?}");
    }

    #[test]
    fn a_missing_model_fails_and_the_accelerator_is_skipped_by_name() {
        let mut config = Config::default();
        config.model.path = Some("/nonexistent/model".into());
        let checks = model::checks(&config);
        assert_eq!(checks[0].outcome, Outcome::Fail);
        assert!(
            checks
                .iter()
                .any(|c| c.part == "accelerator" && c.outcome == Outcome::Skip)
        );
    }
}
