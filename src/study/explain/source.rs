//! Where images, labels and marked cells came from, so that maps are not taken for those of others.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{model::package::sha256_hex, study::DataError};

/// What was compared with what, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The table of labels.
    pub labels: PathBuf,
    /// SHA-256 of it: the same file may lie elsewhere tomorrow.
    pub labels_sha256: String,
    /// The split, where one was asked for.
    pub split: Option<String>,
    /// The folder of the images.
    pub images: PathBuf,
    /// Readings or consensus: the marked cells.
    pub reference: PathBuf,
    /// The command line that made this.
    pub command: String,
}

impl Source {
    /// With the hash of the labels.
    ///
    /// # Errors
    /// [`DataError`] where they cannot be read.
    pub fn new(
        labels: &Path,
        split: Option<String>,
        images: PathBuf,
        reference: PathBuf,
        command: String,
    ) -> Result<Source, DataError> {
        Ok(Source {
            labels: labels.to_path_buf(),
            labels_sha256: hash(labels)?,
            split,
            images,
            reference,
            command,
        })
    }

    /// Refuses other labels, by their content, and another split.
    pub(super) fn is_of(&self, labels: &Path, split: Option<&str>) -> Result<(), String> {
        let judged = hash(labels).map_err(|e| e.to_string())?;
        if judged == self.labels_sha256 && split == self.split.as_deref() {
            return Ok(());
        }
        let told = |labels: &Path, split: Option<&str>, sha256: &str| {
            let split = split.map_or("all rows".to_owned(), |s| format!("split {s}"));
            format!("{} ({split}, sha256 {sha256})", labels.display())
        };
        Err(format!(
            "shows the heat maps of the images of {}, but judged are those of {}: run study \
             explain with the same --labels and --split",
            told(&self.labels, self.split.as_deref(), &self.labels_sha256),
            told(labels, split, &judged)
        ))
    }

    /// Why there is nothing to compare with, and what to do.
    pub(super) fn no_marks(&self) -> String {
        format!(
            "{}: of no image of {}{} does it mark a cell of a pattern that is present by consensus, \
             or it marks all nine, or only where the model does not look; heat maps can only be \
             compared with some cells of the 3x3 grid. Fill the columns <code>_cells of the \
             readings (digits 1 to 9) where a pattern was seen, or choose another --split",
            self.reference.display(),
            self.labels.display(),
            self.split
                .as_ref()
                .map_or(String::new(), |s| format!(", split {s},")),
        )
    }

    /// For the page.
    pub(super) fn words(&self) -> String {
        format!(
            "Labels: {}{} (sha256 {}). Cells marked: {}. Command: {}",
            self.labels.display(),
            self.split
                .as_ref()
                .map_or(String::new(), |s| format!(", split {s}")),
            self.labels_sha256,
            self.reference.display(),
            self.command
        )
    }
}

fn hash(path: &Path) -> Result<String, DataError> {
    let bytes =
        fs::read(path).map_err(|e| DataError::file(path, format!("cannot be read: {e}")))?;
    Ok(sha256_hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_of_other_labels_or_another_split_are_refused_and_both_named() {
        let folder = tempfile::tempdir().unwrap();
        let [one, same, other] =
            ["one.csv", "same.csv", "other.csv"].map(|n| folder.path().join(n));
        for (path, text) in [(&one, "a"), (&same, "a"), (&other, "b")] {
            fs::write(path, text).unwrap();
        }
        let val = Some("val".to_owned());
        let source = Source::new(&one, val, "i".into(), "r.csv".into(), "x".into()).unwrap();
        assert_eq!(source.is_of(&one, Some("val")), Ok(()));
        assert_eq!(source.is_of(&same, Some("val")), Ok(()), "a copy elsewhere");
        for (labels, split, word) in [
            (&other, Some("val"), "other.csv (split val, "),
            (&one, Some("test"), "one.csv (split test, "),
            (&one, None, "one.csv (all rows, "),
        ] {
            let why = source.is_of(labels, split).unwrap_err();
            for word in ["one.csv (split val, ", word, "--split"] {
                assert!(why.contains(word), "{word}: {why}");
            }
        }
        let gone = folder.path().join("gone.csv");
        assert!(source.is_of(&gone, None).unwrap_err().contains("gone.csv"));
    }
}
