//! Reads stored cases back: what was said of each, and whether its frame is still the one it was
//! said of. A card that went bad, or a hand that put the wrong file there, shows.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::store::SCHEMA;
use crate::{
    camera::still::{self, MAX_FILE},
    files,
    model::package::sha256_hex,
};

/// Largest `case.json` that is read, in bytes.
const MAX_CASE: u64 = 1 << 20;

/// A stored case.
#[derive(Debug, Serialize)]
pub struct Stored {
    /// Its folder's name.
    pub name: String,
    /// Its folder; in JSON with U+FFFD for what is not UTF-8.
    #[serde(serialize_with = "lossy")]
    pub folder: PathBuf,
    /// Why it is not to be trusted; `None` where it is whole and its frame is the assessed one.
    pub fault: Option<String>,
    /// `case.json` as it was written; `None` where there is a fault: what it says may be of another
    /// picture, and who reads only this must not take it for the case's.
    pub case: Option<Value>,
    /// The same in parts.
    #[serde(skip)]
    pub told: Option<Told>,
}

/// What is told of a case: a part of `case.json`, as `assess::report` and the store write it.
#[derive(Debug, Deserialize)]
pub struct Told {
    /// RFC 3339, UTC.
    pub captured_at: String,
    /// The verdict as the screen said it.
    pub verdict_words: String,
    /// The network's answer; `None` where the gate refused the picture.
    pub bcc: Option<Answer>,
    /// The patterns' answers.
    pub patterns: Vec<Pattern>,
    /// `PHANTOM`, `REPLAY`, `SIMULATED`.
    pub stand_ins: Vec<String>,
    /// Which engine answered.
    pub engine: String,
    /// Which model.
    pub model: Model,
    /// The burst its frame was chosen from.
    pub burst: Burst,
}

/// A burst's spread.
#[derive(Debug, Deserialize)]
pub struct Burst {
    /// Frames that were scored.
    pub scored: usize,
    /// Lowest BCC probability among them.
    pub lowest: f32,
    /// Highest.
    pub highest: f32,
}

/// A task's answer.
#[derive(Debug, Deserialize)]
pub struct Answer {
    /// Calibrated, 0 to 1.
    pub probability: f32,
}

/// A pattern's.
#[derive(Debug, Deserialize)]
pub struct Pattern {
    /// PN, UL, ON, MG, ML, SW or AT.
    pub code: String,
    /// Whether it reaches the upper threshold.
    pub present: bool,
}

/// A model's name.
#[derive(Debug, Deserialize)]
pub struct Model {
    /// As in its manifest.
    pub name: String,
    /// Likewise.
    pub version: String,
}

/// As much of `case.json` as its files are judged by.
#[derive(Deserialize)]
struct Evidence {
    schema: u32,
    frame: FrameLine,
    files: Vec<String>,
}

#[derive(Deserialize)]
struct FrameLine {
    sha256: String,
}

fn lossy<S: serde::Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&path.to_string_lossy())
}

/// Every case in a store's folder, by name and so by time of capture. What is being written, or was
/// left half written, is no case.
///
/// # Errors
/// The system's, where the folder itself cannot be listed.
pub fn read(folder: &Path) -> io::Result<Vec<Stored>> {
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !name.starts_with('.') && path.is_dir() {
            cases.push(one(name, path));
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

fn one(name: String, folder: PathBuf) -> Stored {
    let read = case(&folder).and_then(|case| Ok((check(&folder, &case)?, case)));
    let (case, told, fault) = match read {
        Ok((told, case)) => (Some(case), Some(told), None),
        Err(why) => (None, None, Some(why)),
    };
    Stored {
        name,
        folder,
        fault,
        case,
        told,
    }
}

fn case(folder: &Path) -> Result<Value, String> {
    let text = files::read_text(&folder.join("case.json"), MAX_CASE)
        .map_err(|e| format!("case.json {e}"))?;
    serde_json::from_str(&text).map_err(|e| format!("case.json is no JSON: {e}"))
}

/// What it says, where its files are there and its frame is the one that was assessed.
fn check(folder: &Path, json: &Value) -> Result<Told, String> {
    let no_case = |e| format!("case.json is no case: {e}");
    let case = Evidence::deserialize(json).map_err(no_case)?;
    if case.schema != SCHEMA {
        return Err(format!(
            "case.json is of schema {}, this program knows {SCHEMA}",
            case.schema
        ));
    }
    let Some(first) = case.files.first() else {
        return Err("case.json names no frame".into());
    };
    // The camera's own bytes come first; a picture alone was RGB in memory.
    let found = match &**first {
        "frame.jpg" | "frame.yuyv" => files::read(&folder.join(first), MAX_FILE)
            .map(|bytes| sha256_hex(&bytes))
            .map_err(|e| e.to_string()),
        "frame.png" => still::load(&folder.join(first))
            .map(|frame| sha256_hex(&frame.data))
            .map_err(|e| e.to_string()),
        other => return Err(format!("case.json names {other:?}, which is no frame's")),
    };
    let found = found.map_err(|e| format!("{first} {e}"))?;
    if found != case.frame.sha256 {
        return Err(format!(
            "{first} is not the frame that was assessed: its sha256 differs"
        ));
    }
    match case.files.iter().find(|f| !folder.join(f).is_file()) {
        Some(gone) => Err(format!("{gone} is missing")),
        None => Told::deserialize(json).map_err(no_case),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        frame::{PixelFormat, SourceKind},
        records::{Store, store::tests::stored},
    };

    /// One case of each layout of a frame.
    fn cases(folder: &Path) -> Vec<String> {
        let store = Store::new(folder.into());
        [
            (SourceKind::Camera, PixelFormat::Mjpeg, &b"\xff\xd8"[..]),
            (SourceKind::Camera, PixelFormat::Yuyv { stride: 4 }, &[9; 4]),
            (
                SourceKind::Phantom,
                PixelFormat::Rgb8,
                &[9, 8, 7, 200, 100, 0],
            ),
        ]
        .map(|(kind, format, bytes)| stored(&store, kind, format, bytes))
        .into()
    }

    #[test]
    fn what_was_stored_is_read_back_whole_in_order() {
        let root = tempfile::tempdir().expect("a folder");
        let mut names = cases(root.path());
        names.sort();
        fs::create_dir(root.path().join(".20261118-110640-abababab.7")).expect("a folder");
        fs::write(root.path().join("notes.txt"), "x").expect("a file");
        let read = read(root.path()).expect("a folder");
        let found: Vec<_> = read.iter().map(|case| case.name.clone()).collect();
        assert_eq!(found, names);
        for case in read {
            assert_eq!(case.fault, None, "{}", case.name);
            assert_eq!(case.case.expect("JSON")["verdict"], "not_usable");
        }
    }

    #[test]
    fn a_case_that_was_touched_is_told_by_what_was_touched() {
        type Touch = fn(&Path);
        let touches: [(Touch, &str); 7] = [
            (
                |case| fs::write(case.join("frame.jpg"), "another").expect("written"),
                "frame.jpg is not the frame that was assessed",
            ),
            (
                |case| fs::remove_file(case.join("frame.jpg")).expect("removed"),
                "frame.jpg cannot be read",
            ),
            (
                |case| fs::remove_file(case.join("case.json")).expect("removed"),
                "case.json cannot be read",
            ),
            (
                |case| fs::write(case.join("case.json"), "{\"sch").expect("written"),
                "case.json is no JSON",
            ),
            (|case| edit(case, "frame.jpg", "../x.jpg"), "no frame's"),
            (
                |case| edit(case, "\"patterns\"", "\"pattern\""),
                "missing field `patterns`",
            ),
            (
                |case| edit(case, "\"schema\": 1", "\"schema\": 2"),
                "of schema 2",
            ),
        ];
        for (touch, words) in touches {
            let root = tempfile::tempdir().expect("a folder");
            let name = cases(root.path()).swap_remove(0);
            touch(&root.path().join(&name));
            for case in read(root.path()).expect("a folder") {
                let fault = case.fault.unwrap_or_default();
                let touched = case.name == name;
                assert_eq!(case.case.is_none(), touched, "{}", case.name);
                assert_eq!(fault.contains(words), touched, "{}: {fault}", case.name);
                assert_eq!(fault.is_empty(), !touched, "{}: {fault}", case.name);
            }
        }
    }

    #[test]
    fn a_folder_with_a_strange_name_is_a_damaged_case_and_ends_no_listing() {
        use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
        let root = tempfile::tempdir().expect("a folder");
        let names = cases(root.path());
        let strange = root.path().join(OsStr::from_bytes(b"a\xff"));
        fs::create_dir(strange).expect("a folder");
        let read = read(root.path()).expect("a folder");
        assert_eq!(read.len(), names.len() + 1);
        for case in &read {
            let line = serde_json::to_string(case).expect("a line");
            assert_eq!(case.fault.is_some(), line.contains('\u{fffd}'), "{line}");
        }
    }

    fn edit(case: &Path, from: &str, to: &str) {
        let path = case.join("case.json");
        let text = fs::read_to_string(&path).expect("a file");
        assert!(text.contains(from), "{text}");
        fs::write(&path, text.replace(from, to)).expect("written");
    }
}
