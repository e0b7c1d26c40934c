//! Why a case was not stored: briefly for who stands before the device, and for who looks after
//! it, in the log, with what to do.

use std::{
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

/// Why a case was not stored. Nothing stored before is touched.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// What is wrong and what to do; the system's own words where we know no better.
    #[error("{}", words(path, source))]
    Io {
        /// File or folder.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The frame gives no picture, so there is no evidence to store.
    #[error("the frame cannot be stored: {0}")]
    Frame(#[from] crate::frame::DecodeError),
    /// The assessment is not of this frame.
    #[error("the result belongs to another frame and was not stored")]
    OtherFrame,
}

impl RecordError {
    /// What is wrong wherever it is: two cases fail for one reason at two paths.
    pub fn reason(&self) -> String {
        match self {
            RecordError::Io { source, .. } => source.to_string(),
            other => other.to_string(),
        }
    }

    /// What is wrong, for the screen: it is tried again by itself, and the log says the rest.
    pub fn brief(&self) -> &'static str {
        match self {
            RecordError::Io { source, .. } => match source.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "storage full",
                ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => "storage read-only",
                _ => "storage fault",
            },
            RecordError::Frame(_) => "its picture cannot be read",
            RecordError::OtherFrame => "it is of another picture",
        }
    }
}

/// The system's words for what went wrong at this path.
pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> RecordError {
    let path = path.to_path_buf();
    move |source| RecordError::Io {
        path: path.clone(),
        source,
    }
}

fn words(path: &Path, error: &io::Error) -> String {
    let (what, advice) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            ("the storage is full", "move old cases away")
        }
        // Under systemd all but the service's own folder is read-only too, on the best of cards.
        ErrorKind::ReadOnlyFilesystem => (
            "the storage is read-only",
            "check or replace the card, or the service's ReadWritePaths=",
        ),
        ErrorKind::PermissionDenied => (
            "the storage may not be written",
            "see to the folder's owner",
        ),
        _ => return format!("{}: {error}", path.display()),
    };
    // The hidden folder inside the store means nothing to who reads this.
    let hidden = |part: &Path| part.to_str().is_none_or(|part| part.contains("/."));
    let place = path.ancestors().find(|part| !hidden(part)).unwrap_or(path);
    format!("{what}: {advice} ({})", place.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_or_read_only_storage_is_named_with_what_to_do() {
        for (kind, word) in [
            (ErrorKind::StorageFull, "move old cases away"),
            (ErrorKind::ReadOnlyFilesystem, "replace the card"),
        ] {
            let words = of(kind);
            assert!(words.contains(word), "{words}");
            assert!(words.ends_with("(/var/lib/bccscope/cases)"), "{words}");
        }
    }

    #[test]
    fn a_folder_the_service_may_not_write_is_not_blamed_on_the_card_alone() {
        let words = of(ErrorKind::ReadOnlyFilesystem);
        assert!(words.contains("ReadWritePaths="), "{words}");
    }

    #[test]
    fn the_screen_is_told_what_is_wrong_and_nothing_of_paths_and_services() {
        for (kind, brief) in [
            (ErrorKind::StorageFull, "storage full"),
            (ErrorKind::ReadOnlyFilesystem, "storage read-only"),
            (ErrorKind::PermissionDenied, "storage read-only"),
            (ErrorKind::NotConnected, "storage fault"),
        ] {
            assert_eq!(error(kind).brief(), brief);
        }
    }

    fn of(kind: ErrorKind) -> String {
        error(kind).to_string()
    }

    fn error(kind: ErrorKind) -> RecordError {
        let path = Path::new("/var/lib/bccscope/cases/.20261118-110640-ab.9/frame.jpg");
        at(path)(kind.into())
    }
}
