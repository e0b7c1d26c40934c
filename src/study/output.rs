//! Results on disk: each file whole or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Writes `files` (name, content) into `folder`, which is made where it is missing. Everything
/// is written beside its name first and renamed at the end, so that a full disk leaves what was
/// there before.
///
/// # Errors
/// The path and the system's words.
pub fn write_all(folder: &Path, files: &[(&str, Vec<u8>)]) -> Result<Vec<PathBuf>, String> {
    let said = |path: &Path, e: io::Error| format!("{}: cannot be written: {e}", path.display());
    fs::create_dir_all(folder).map_err(|e| said(folder, e))?;
    let parts: Vec<(PathBuf, PathBuf)> = files
        .iter()
        .map(|(name, _)| (folder.join(format!(".{name}.part")), folder.join(name)))
        .collect();
    let written = files
        .iter()
        .zip(&parts)
        .try_for_each(|((_, bytes), (part, _))| fs::write(part, bytes).map_err(|e| said(part, e)))
        .and_then(|()| {
            parts
                .iter()
                .try_for_each(|(part, path)| fs::rename(part, path).map_err(|e| said(path, e)))
        });
    if written.is_err() {
        for (part, _) in &parts {
            let _ = fs::remove_file(part);
        }
    }
    written.map(|()| parts.into_iter().map(|(_, path)| path).collect())
}
