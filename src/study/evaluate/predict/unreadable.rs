//! Labelled images that cannot be read: left out where that is asked for, counted and named.

use std::{collections::HashMap, fs, path::Path};

use serde::Serialize;

use super::lines::{self, Line};
use crate::{
    camera::still,
    frame::Detail,
    study::{
        labels::Case,
        names::{Names, on_disk},
        table::DataError,
    },
};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// The image, as the labels write it.
    pub file: String,
    /// Its line in the labels.
    pub line: u64,
    /// Whether it is a BCC.
    pub bcc: bool,
    /// Why it cannot be read.
    pub why: String,
}

impl Unreadable {
    /// Parts the cases into those that can be read and those of which `why` says why not.
    ///
    /// # Errors
    /// A sentence where none is left: then the folder is the wrong one.
    pub fn part(
        cases: Vec<Case>,
        mut why: impl FnMut(&Case) -> Option<String>,
    ) -> Result<(Vec<Case>, Vec<Unreadable>), String> {
        let mut readable = Vec::with_capacity(cases.len());
        let mut unreadable = Vec::new();
        for case in cases {
            match why(&case) {
                None => readable.push(case),
                Some(why) => unreadable.push(Unreadable {
                    file: case.file,
                    line: case.line,
                    bcc: case.bcc,
                    why,
                }),
            }
        }
        match unreadable.first() {
            Some(first) if readable.is_empty() => Err(format!(
                "none of the images can be read; {}: {}",
                first.file, first.why
            )),
            _ => Ok((readable, unreadable)),
        }
    }
}

/// Why a picture in the images' folder cannot be read; `None` where it can.
pub fn fault(images: &Path, case: &Case) -> Option<String> {
    let path = on_disk(images, &case.file);
    if !path.is_file() {
        return Some("is not there".into());
    }
    let frame = still::load(&path).map_err(|e| e.to_string());
    let picture = frame.and_then(|f| f.decode(Detail::ShortSide(64)).map_err(|e| e.to_string()));
    picture.err()
}

/// The labelled images of which a file of answers says that they could not be analysed, as the
/// labels write them, and why not.
///
/// # Errors
/// [`DataError`]: a line that is none, a path that may mean several images.
pub fn not_analysed(path: &Path, labels: &Path) -> Result<HashMap<String, String>, DataError> {
    let text = fs::read_to_string(path)
        .map_err(|e| DataError::file(path, format!("cannot be read: {e}")))?;
    let lines = lines::lines(path, &text)?;
    let meant = meant(path, labels, &lines)?;
    let failed = lines.into_iter().filter_map(|(_, line)| {
        let image = meant.get(&line.path)?;
        Some((image.clone(), line.error?))
    });
    Ok(failed.collect())
}

/// The labelled image that each line's path means.
pub(super) fn meant(
    path: &Path,
    labels: &Path,
    lines: &[(u64, Line)],
) -> Result<HashMap<String, String>, DataError> {
    let names = Names::read(labels)?;
    let paths = lines.iter().map(|(_, line)| line.path.as_str());
    let meant = names.meant(paths).map_err(|(file, why)| {
        let line = lines.iter().find(|(_, line)| line.path == file);
        DataError::line(path, line.map_or(0, |(number, _)| *number), why)
    })?;
    let own = |(file, image): (&str, &str)| (file.to_owned(), image.to_owned());
    Ok(meant.into_iter().map(own).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::labels;

    #[test]
    fn a_damaged_picture_and_one_that_is_not_there_are_parted_with_their_reasons() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(
            path("l.csv"),
            "file,bcc\nwhole.png,1\ncut.png,1\nnone.png,0\n",
        )
        .unwrap();
        image::RgbImage::new(64, 64)
            .save(path("whole.png"))
            .unwrap();
        let whole = fs::read(path("whole.png")).unwrap();
        fs::write(path("cut.png"), &whole[..whole.len() / 2]).unwrap();
        let cases = labels::read(&path("l.csv"), None).unwrap();
        let why = |case: &Case| fault(folder.path(), case);
        let (readable, unreadable) = Unreadable::part(cases.clone(), why).unwrap();
        assert_eq!(readable.len(), 1);
        assert_eq!(readable[0].file, "whole.png");
        let told: Vec<_> = unreadable
            .iter()
            .map(|u| (&*u.file, u.line, u.bcc))
            .collect();
        assert_eq!(told, [("cut.png", 3, true), ("none.png", 4, false)]);
        assert_eq!(unreadable[1].why, "is not there");
        let none = Unreadable::part(cases[1..].to_vec(), why).unwrap_err();
        assert!(
            none.contains("none of the images can be read; cut.png: "),
            "{none}"
        );
    }
}
