//! Settings of the `[engine]` part of the configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Which engine is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// The Edge TPU where there is one and the model is compiled for it, else the CPU.
    #[default]
    Auto,
    /// The CPU, and nothing else is looked for.
    Cpu,
    /// The Edge TPU; the CPU in its place is a fallback and shown as such.
    EdgeTpu,
}

/// The settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Which engine.
    pub choice: Choice,
    /// Threads of the CPU engine, up to 64; 0 takes one less than there are cores, 1 to 3.
    pub threads: usize,
    /// The CPU engine in a process of its own too: a runtime that crashes costs no more than the
    /// time to start it again.
    pub isolate_cpu: bool,
    /// The Edge TPU's library: a path, or a name the system finds.
    pub edgetpu_library: String,
    /// An inference on the Edge TPU that takes longer has failed and is repeated on the CPU, in
    /// milliseconds, 50 to 10,000.
    pub deadline_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            choice: Choice::Auto,
            threads: 0,
            isolate_cpu: false,
            edgetpu_library: "libedgetpu.so.1".into(),
            deadline_ms: 500,
        }
    }
}

impl Settings {
    /// Whether every value is in its range.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn check(&self) -> Result<(), String> {
        if self.threads > 64 {
            let n = self.threads;
            return Err(format!("[engine] threads = {n}: it must be 0 to 64"));
        }
        if self.edgetpu_library.is_empty() || self.edgetpu_library.contains('\0') {
            return Err("[engine] edgetpu_library must be a file's path or name".into());
        }
        if !(50..=10_000).contains(&self.deadline_ms) {
            let n = self.deadline_ms;
            return Err(format!(
                "[engine] deadline_ms = {n}: it must be 50 to 10000"
            ));
        }
        Ok(())
    }

    /// The deadline of one inference.
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }
}
