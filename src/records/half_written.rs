//! The hidden folder a case is written into before it is renamed, and what a power cut left of
//! such folders.
//!
//! A living writer holds a lock on its folder. Its process number would not do: a board starts
//! the same programs in the same order, and the number of the dead is soon another's, or ours.

use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};

/// A case that is being written, until it is renamed or given up.
pub(super) struct HalfWritten {
    /// Its folder.
    pub path: PathBuf,
    /// Held as long as this lives, where the file system knows locks.
    _lock: Option<File>,
}

impl HalfWritten {
    /// An empty folder, the owner's alone, for the case of this name. Of two in one process with
    /// one name, the later one takes the place of the earlier.
    ///
    /// # Errors
    /// The system's, with the folder it could not make.
    pub fn create(cases: &Path, name: &str) -> Result<HalfWritten, (PathBuf, io::Error)> {
        let path = cases.join(format!(".{name}.{}", std::process::id()));
        let made = || {
            if path.exists() {
                fs::remove_dir_all(&path)?;
            }
            DirBuilder::new().mode(0o700).create(&path)
        };
        if let Err(e) = made() {
            return Err((path, e));
        }
        // Without one a bccscope that starts in this moment may clear it away: the case is then not
        // stored, which is told, and it is tried again.
        let lock = locked(&path)
            .inspect_err(|e| log::warn!("{} cannot be locked: {e}", path.display()))
            .ok();
        Ok(HalfWritten { path, _lock: lock })
    }
}

/// Removes those that nobody writes any more. What cannot be removed stays hidden.
pub(super) fn clear(cases: &Path) {
    let Ok(entries) = fs::read_dir(cases) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if !name.to_str().is_some_and(is_ours) {
            continue;
        }
        match locked(&entry.path()).and_then(|_lock| fs::remove_dir_all(entry.path())) {
            Ok(()) => log::warn!("removed a half-written case of an earlier run: {name:?}"),
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                log::info!("a case is being written by another process: {name:?}");
            }
            Err(e) => log::warn!("a half-written case stays: {name:?}: {e}"),
        }
    }
}

/// The folder, locked at once or not at all. The lock goes with the process, however that ends.
fn locked(folder: &Path) -> io::Result<File> {
    let folder = File::open(folder)?;
    flock(&folder, FlockOperation::NonBlockingLockExclusive)?;
    Ok(folder)
}

/// Whether this is `.20261124-140503-1a2b3c4d.PROCESS`, with or without the word of a stand-in.
fn is_ours(name: &str) -> bool {
    let digits = |part: &str, n| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
    let Some((case, process)) = name.strip_prefix('.').and_then(|n| n.rsplit_once('.')) else {
        return false;
    };
    let mut parts = case.split('-');
    let mut dated = |n| parts.next().is_some_and(|part| digits(part, n));
    dated(8) && dated(6) && !process.is_empty() && digits(process, process.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "20261118-110640-abababab";

    #[test]
    fn what_a_power_cut_left_is_cleared_and_nothing_else() {
        let root = tempfile::tempdir().expect("a folder");
        let written = HalfWritten::create(root.path(), NAME).expect("a folder");
        let kept = [
            "20261118-110640-abababab",
            ".config.7",
            ".20261118-notes",
            ".20261118-110640-abababab.x7",
        ];
        // The number of a process that lives, as after the next start: the first one's.
        let left = [
            ".20261118-110640-abababab.1",
            ".20261118-110641-00ff00ff-PHANTOM.4194306",
            ".20261118-110642-00ff00ff-PHANTOM-SIMULATED.4194307",
        ];
        for name in kept.iter().chain(&left) {
            fs::create_dir(root.path().join(name)).expect("a folder");
            fs::write(root.path().join(name).join("frame.jpg"), "x").expect("a file");
        }
        clear(root.path());
        for name in kept {
            assert!(root.path().join(name).exists(), "{name}");
        }
        for name in left {
            assert!(!root.path().join(name).exists(), "{name}");
        }
        assert!(written.path.exists(), "what is being written");
        // Left behind by a process of our own number.
        let path = written.path.clone();
        drop(written);
        clear(root.path());
        assert!(!path.exists());
    }

    #[test]
    fn what_was_left_under_the_same_name_is_in_nobodys_way() {
        let root = tempfile::tempdir().expect("a folder");
        let first = HalfWritten::create(root.path(), NAME).expect("a folder");
        fs::write(first.path.join("frame.jpg"), "x").expect("a file");
        let path = first.path.clone();
        drop(first);
        let second = HalfWritten::create(root.path(), NAME).expect("a folder");
        assert_eq!(second.path, path);
        assert_eq!(fs::read_dir(path).expect("a folder").count(), 0);
    }
}
