//! What `evaluate` and `explain` share: labels, images, the readers' consensus.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    cli::error::{CliError, OrFail},
    study::{
        consensus::{self, Reference, Settings, Standard, em::Priors},
        labels::{self, Case},
        names,
        readings::Readings,
    },
};

/// Where the data are.
#[derive(Debug, Args)]
pub struct DataArgs {
    /// Labels: file, bcc (0, 1); where there: diagnosis, lesion_id, split, confirmed_by,
    /// age_approx, sex, skin_tone_class, site
    #[arg(long, value_name = "CSV")]
    pub labels: PathBuf,
    /// Only this split of the labels
    #[arg(long, value_name = "NAME")]
    pub split: Option<String>,
    /// Folder the labels' files are relative to [default: the labels' own]
    #[arg(long, value_name = "DIR")]
    pub images: Option<PathBuf>,
    /// Readings of several readers, made to a consensus here
    #[arg(long, value_name = "CSV", conflicts_with = "consensus")]
    pub readings: Option<PathBuf>,
    /// A consensus.csv of study consensus
    #[arg(long, value_name = "CSV")]
    pub consensus: Option<PathBuf>,
}

impl DataArgs {
    /// The labelled images.
    pub fn cases(&self) -> Result<Vec<Case>, CliError> {
        labels::read(&self.labels, self.split.as_deref()).or_fail()
    }

    /// The images' folder.
    pub fn images(&self) -> PathBuf {
        self.images.clone().unwrap_or_else(|| {
            self.labels
                .parent()
                .map_or_else(PathBuf::new, Path::to_path_buf)
        })
    }

    /// The reference standard's file, where one is named.
    pub fn reference_path(&self) -> Option<&PathBuf> {
        self.consensus.as_ref().or(self.readings.as_ref())
    }

    /// The readers' consensus; every image of it must be labelled, and at least one chosen.
    pub fn reference(&self, cases: &[Case]) -> Result<Option<Reference>, CliError> {
        let standards = if let Some(path) = &self.consensus {
            Standard::read(path).or_fail()?
        } else if let Some(path) = &self.readings {
            let readings = Readings::read(path).or_fail()?;
            let settings = Settings {
                priors: Priors::default(),
                rounds: 0,
            };
            consensus::consensus(&readings, settings)
                .map_err(|why| CliError::Failed(format!("{}: {why}", path.display())))?
                .standards(&readings)
        } else {
            return Ok(None);
        };
        let mut images = match self.reference_path() {
            Some(path) => names::cover(&self.labels, path).or_fail()?,
            None => HashMap::new(),
        };
        let reference: HashMap<String, Standard> = standards
            .into_iter()
            .filter_map(|s| Some((images.remove(&s.file)?, s)))
            .collect();
        if !cases.iter().any(|c| reference.contains_key(c.name())) {
            return Err(CliError::Failed(format!(
                "{}: none of its images is among those of {}",
                self.reference_path()
                    .map_or_else(String::new, |p| p.display().to_string()),
                self.labels.display()
            )));
        }
        Ok(Some(reference))
    }
}

/// A bar for long runs; hidden where nobody watches.
pub fn bar(length: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length as u64), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len}  {per_sec}  {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// The command line, for the record.
pub fn command_line() -> String {
    let words: Vec<String> = std::env::args_os()
        .map(|a| a.to_string_lossy().into_owned())
        .collect();
    words.join(" ")
}
