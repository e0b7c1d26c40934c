//! The device. [`State::step`] is the whole of its behaviour and pure; [`device::run`] feeds
//! it with what happens and does what it asks for.
//!
//! ```text
//! camera thread ──newest frame──▶ ┐                    ┌─▶ analyst thread (engine)
//! input threads ──actions──────▶ step ──effects──▶ ────┼─▶ keeper thread (records)
//! analyst, keeper ──answers────▶ ┘                    └─▶ screen, display
//! ```
//!
//! The live picture never waits for an inference, and an inference never for the display.

mod analyst;
pub mod device;
mod event;
mod keeper;
mod live;
mod mailbox;
mod state;
mod view;

pub use event::{Case, Effect, Event, LiveFrame, Question, SaveNumber};
pub use state::{Limits, Mode, Noted, Shot, Showing, State};

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Settings of the `[app]` part of the configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Frames a burst takes, 1 to 20.
    pub burst: usize,
    /// A live picture older than this is taken down, in milliseconds, 200 to 10,000.
    pub stall_ms: u64,
    /// An analysis that takes longer has failed, in milliseconds, 1,000 to 120,000.
    pub analysis_ms: u64,
    /// All views of one picture together may take this long, in milliseconds, 50 to 60,000: on
    /// a slower board fewer are averaged, and every screen and record says so.
    pub views_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            burst: 5,
            stall_ms: 1000,
            analysis_ms: 20_000,
            views_ms: 1000,
        }
    }
}

impl Settings {
    /// The limits as the state machine takes them.
    ///
    /// # Errors
    /// A sentence that names the setting out of range.
    pub fn limits(&self) -> Result<Limits, String> {
        Ok(Limits {
            burst: within("burst", self.burst as u64, 1, 20)? as usize,
            stall: Duration::from_millis(within("stall_ms", self.stall_ms, 200, 10_000)?),
            analysis: Duration::from_millis(within(
                "analysis_ms",
                self.analysis_ms,
                1000,
                120_000,
            )?),
        })
    }

    /// How long all views of one picture may take together.
    ///
    /// # Errors
    /// A sentence where the setting is out of range.
    pub fn views_time(&self) -> Result<Duration, String> {
        within("views_ms", self.views_ms, 50, 60_000).map(Duration::from_millis)
    }

    /// Whether a burst is analysed in time even where each of its frames takes all of `views_ms`.
    ///
    /// # Errors
    /// A sentence that names the three settings.
    pub fn burst_in_time(&self) -> Result<(), String> {
        let Settings {
            burst,
            views_ms,
            analysis_ms,
            ..
        } = self;
        if (*burst as u64).saturating_mul(*views_ms) < *analysis_ms {
            return Ok(());
        }
        Err(format!(
            "[app] burst = {burst}, views_ms = {views_ms}: burst times views_ms must be below \
             analysis_ms = {analysis_ms}"
        ))
    }
}

fn within(name: &str, value: u64, low: u64, high: u64) -> Result<u64, String> {
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(format!(
            "[app] {name} = {value}: it must be {low} to {high}"
        ))
    }
}
