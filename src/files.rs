//! Reads small files whole, and only files: a FIFO would wait for ever, a device never end.
//! Makes new ones that only their owner can read.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use serde::de::DeserializeOwned;

/// Why a file gave nothing. Each reads on after the file's path and a colon.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system's words: missing, no permission, …
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A folder, a FIFO, a device.
    #[error("is not a file")]
    NotAFile,
    /// Over the limit.
    #[error("has {bytes} bytes, the limit is {limit}")]
    TooLarge {
        /// What it has.
        bytes: u64,
        /// What is read at most.
        limit: u64,
    },
    /// Text was wanted.
    #[error("is not UTF-8 text")]
    NotText,
}

impl ReadError {
    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(self, ReadError::Io(e) if e.kind() == io::ErrorKind::NotFound)
    }
}

/// A file's bytes.
///
/// # Errors
/// [`ReadError`], also for a file of more than `limit` bytes.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let meta = fs::metadata(path)?;
    if !meta.is_file() {
        return Err(ReadError::NotAFile);
    }
    if meta.len() > limit {
        return Err(ReadError::TooLarge {
            bytes: meta.len(),
            limit,
        });
    }
    Ok(fs::read(path)?)
}

/// A file's text.
///
/// # Errors
/// As [`read`], and where it is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String, ReadError> {
    String::from_utf8(read(path, limit)?).map_err(|_| ReadError::NotText)
}

/// Makes a file that its owner alone can read: it may show a patient.
///
/// # Errors
/// The system's, also where there is such a file.
pub fn new_private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// TOML as a value.
///
/// # Errors
/// One sentence with the line, what stands there and what is wrong with it.
pub fn parse_toml<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|error| {
        let what = error.message().replace('\n', ", ");
        let Some(before) = error.span().and_then(|span| text.get(..span.start)) else {
            return what;
        };
        let number = before.matches('\n').count();
        let line = text.lines().nth(number).unwrap_or_default().trim();
        let shown: String = line.chars().take(60).collect();
        format!("line {} (`{shown}`): {what}", number + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_toml_error_names_the_line_and_what_stands_there() {
        let error = parse_toml::<BTreeMap<String, u8>>("a = 1\nb = \"two\"\n").unwrap_err();
        assert!(error.starts_with("line 2 (`b = \"two\"`): "), "{error}");
    }

    #[test]
    fn only_files_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let error = read(folder.path(), 10).unwrap_err();
        assert!(matches!(error, ReadError::NotAFile));
        let file = folder.path().join("f");
        assert!(read(&file, 10).unwrap_err().is_missing());
        fs::write(&file, [0xff; 11]).unwrap();
        assert!(matches!(
            read(&file, 10).unwrap_err(),
            ReadError::TooLarge {
                bytes: 11,
                limit: 10
            }
        ));
        assert!(matches!(
            read_text(&file, 11).unwrap_err(),
            ReadError::NotText
        ));
    }
}
