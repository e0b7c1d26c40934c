//! Cases on disk. A case is a folder: the frame's bytes as the camera delivered them and
//! `case.json` with everything that was said of it. It appears whole or not at all.

mod error;
mod half_written;
mod store;
mod stored;

pub use self::{
    error::RecordError,
    store::Store,
    stored::{Answer, Burst, Model, Pattern, Stored, Told, read},
};

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Settings of the `[records]` part of the configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Folder the cases are stored in; made where it does not exist.
    pub folder: PathBuf,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            folder: "/var/lib/bccscope/cases".into(),
        }
    }
}

impl Settings {
    /// Whether the folder is the same one wherever the program is started.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn check(&self) -> Result<(), String> {
        if self.folder.is_absolute() {
            return Ok(());
        }
        Err(format!(
            "[records] folder = {:?}: it must be an absolute path, such as \"/var/lib/bccscope/cases\"",
            self.folder
        ))
    }
}
