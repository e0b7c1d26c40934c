//! The hidden folder a case is written into before it is renamed, and what a power cut left of
//! such folders.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where this process writes the case of this name.
pub(super) fn folder(cases: &Path, name: &str) -> PathBuf {
    cases.join(format!(".{name}.{}", std::process::id()))
}

/// Removes those whose process is gone. What cannot be removed stays hidden.
pub(super) fn clear(cases: &Path) {
    let Ok(entries) = fs::read_dir(cases) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(writer) = name.to_str().and_then(writer) else {
            continue;
        };
        if Path::new("/proc").join(writer).exists() {
            continue;
        }
        match fs::remove_dir_all(entry.path()) {
            Ok(()) => log::warn!("removed a half-written case of an earlier run: {name:?}"),
            Err(e) => log::warn!("a half-written case stays: {name:?}: {e}"),
        }
    }
}

/// The process of `.20261124-140503-1a2b3c4d.PID`, with or without the word of a stand-in.
/// `None` for any other name.
fn writer(name: &str) -> Option<&str> {
    let digits = |part: &str, n| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
    let (case, pid) = name.strip_prefix('.')?.rsplit_once('.')?;
    let mut parts = case.split('-');
    let ours = digits(parts.next()?, 8) && digits(parts.next()?, 6);
    (ours && !pid.is_empty() && digits(pid, pid.len())).then_some(pid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_power_cut_left_is_cleared_and_nothing_else() {
        let root = tempfile::tempdir().expect("a folder");
        let ours = folder(root.path(), "20261118-110640-abababab");
        let ours = ours.file_name().and_then(|name| name.to_str());
        let kept = [
            // This process lives.
            ours.expect("a name"),
            "20261118-110640-abababab",
            ".config.7",
            ".20261118-notes",
            ".20261118-110640-abababab.x7",
        ];
        // No process has such a number: the kernel's end at 4194304.
        let left = [
            ".20261118-110640-abababab.4194305",
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
    }
}
