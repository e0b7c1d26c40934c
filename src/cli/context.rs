//! What several commands need: the configuration and an opened model.

use std::path::PathBuf;

use clap::Args;

use super::error::{CliError, OrFail};
use crate::{assess::Assessor, config::Config, model};

/// Which model to use.
#[derive(Clone, Debug, Args)]
pub struct ModelArgs {
    /// Folder of the model, or the name of an installed one [default: bcc8-mnv2]
    #[arg(long, value_name = "DIR|NAME")]
    pub model: Option<PathBuf>,
}

impl ModelArgs {
    /// The model's folder: from the argument, else from the configuration, else the shipped one.
    ///
    /// # Errors
    /// A sentence that lists where it was looked for.
    pub fn folder(&self, config: &Config) -> Result<PathBuf, CliError> {
        let wanted = self.model.as_deref().or(config.model.path.as_deref());
        model::locate(wanted).map_err(CliError::Failed)
    }

    /// The model, checked and ready.
    ///
    /// # Errors
    /// Why it was refused.
    pub fn open(&self, config: &Config) -> Result<Assessor, CliError> {
        Assessor::open(&self.folder(config)?, &config.engine).or_fail()
    }
}
