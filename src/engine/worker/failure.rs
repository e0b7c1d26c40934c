//! What became of a worker, in words.

use std::time::Duration;

use crate::engine::edgetpu::Trouble;

/// Why a worker is of no use any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no accelerator, or no library for one, and nothing is broken.
    Absent(Trouble),
    /// It could not be opened.
    Refused(Trouble),
    /// The process could not be started.
    NotStarted(String),
    /// The process ended.
    Died {
        /// How: a signal or an exit code.
        how: String,
        /// What it was doing.
        step: String,
        /// What it said last.
        words: String,
    },
    /// It did not answer in time.
    Late {
        /// What it was doing.
        step: String,
        /// For how long.
        after: Duration,
    },
    /// An inference failed.
    Failed(String),
    /// It gave a wrong answer to a question whose answer is known, by so much.
    Wrong(String),
    /// The accelerator is no longer seen.
    Gone,
}

impl Failure {
    /// What happened to the accelerator and what to do, in one line.
    pub fn sentence(&self) -> String {
        let advice = match self {
            Failure::Died { how, step, .. } => match (how.as_str(), step.as_str()) {
                ("SIGSEGV", "handing the model to the accelerator" | "opening the accelerator") => {
                    ": libedgetpu and this TensorFlow Lite do not fit each other; install \
                     libedgetpu built for TensorFlow 2.17"
                }
                ("SIGBUS", "loading libedgetpu") => {
                    ": the library's file is damaged; install it again"
                }
                ("SIGABRT", "an inference") => {
                    ": a USB transfer failed; check cable, hub and power (900 mA)"
                }
                _ => "",
            },
            _ => "",
        };
        self.sentence_of("the Edge TPU") + advice
    }

    /// What happened to this engine, in one line.
    pub(super) fn sentence_of(&self, who: &str) -> String {
        match self {
            Failure::Absent(trouble) | Failure::Refused(trouble) => trouble.sentence(),
            Failure::NotStarted(why) => format!("{who}'s process cannot be started: {why}"),
            Failure::Died { how, step, words } => {
                let words = if words.is_empty() {
                    String::new()
                } else {
                    format!(" (\"{words}\")")
                };
                format!("{who}'s process ended ({how}) during {step}{words}")
            }
            Failure::Late { step, after } => format!(
                "{who} did not answer within {} ms during {step}",
                after.as_millis()
            ),
            Failure::Failed(words) => format!("{who} failed: {words}"),
            Failure::Wrong(words) => format!("{who} answers wrongly: {words}"),
            Failure::Gone => format!("{who} is no longer there: unplugged, or lost its power"),
        }
    }
}
