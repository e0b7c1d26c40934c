//! Which columns a table of labels has: one that is misnamed is not used, and nothing else would
//! tell.

use std::path::Path;

use serde::Serialize;

use super::{OPTIONAL, REQUIRED};
use crate::study::table::{DataError, Table};

/// The columns of a table of labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Columns {
    /// Used.
    pub used: Vec<String>,
    /// Would be used, but are not there.
    pub absent: Vec<String>,
    /// There, and of no use here.
    pub unused: Vec<String>,
}

impl Columns {
    /// Of a table of labels.
    ///
    /// # Errors
    /// [`DataError`] where it is none.
    pub fn of(path: &Path) -> Result<Columns, DataError> {
        let table = Table::read(path, &REQUIRED, &OPTIONAL)?;
        let known = REQUIRED.iter().chain(&OPTIONAL);
        let (used, absent): (Vec<&str>, Vec<&str>) = known.partition(|name| table.has(name));
        let unused = table.columns().into_iter();
        let unused = unused.filter(|name| !REQUIRED.contains(name) && !OPTIONAL.contains(name));
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        Ok(Columns {
            used: owned(used),
            absent: owned(absent),
            unused: owned(unused.collect()),
        })
    }

    /// In words.
    pub fn words(&self) -> String {
        let list = |names: &[String]| match names {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        let mut words = format!(
            "Columns of the labels used: {}; not there: {}; there but not used: {}.",
            list(&self.used),
            list(&self.absent),
            list(&self.unused)
        );
        if self.absent.iter().any(|name| name == "lesion_id") {
            words += " Without lesion_id each image counts as a lesion of its own: where a lesion \
                      has several images, the intervals are too narrow.";
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misnamed_lesion_id_shows_among_the_columns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("labels.csv");
        std::fs::write(&path, "file,bcc,lesion,sex\nx,1,L1,male\n").unwrap();
        let columns = Columns::of(&path).unwrap();
        assert_eq!(columns.used, ["file", "bcc", "sex"]);
        assert_eq!(columns.unused, ["lesion"]);
        assert!(columns.absent.iter().any(|name| name == "lesion_id"));
        assert!(columns.words().contains("lesion of its own"));
    }
}
