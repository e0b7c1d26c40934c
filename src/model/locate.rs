//! Where the model's folder is, when nobody says.

use std::path::{Path, PathBuf};

/// The model shipped with this version.
pub const DEFAULT_NAME: &str = "bcc8-mnv2";

/// Folder of a model: `wanted` if it is a path to a folder, else the folder of that name
/// beside the program (`../../models` in a build tree, `../share/bccscope/models` when
/// installed) or under `/usr/share/bccscope/models`.
///
/// # Errors
/// A sentence that lists where it was looked for.
pub fn locate(wanted: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(path) = wanted
        && path.is_file()
    {
        return Err(format!(
            "{} is a file: --model takes the model's folder, with its manifest.toml",
            path.display()
        ));
    }
    if let Some(path) = wanted
        && (path.components().count() > 1 || path.is_dir())
    {
        return Ok(path.to_path_buf());
    }
    let name = wanted.unwrap_or(Path::new(DEFAULT_NAME));
    let mut places = Vec::new();
    if let Ok(program) = std::env::current_exe().and_then(std::fs::canonicalize)
        && let Some(folder) = program.parent()
    {
        // target/release/bccscope, target/<triple>/release/bccscope, target/debug/deps/test
        for up in ["../../models", "../../../models"] {
            places.push(folder.join(up));
        }
        places.push(folder.join("models"));
        places.push(folder.join("../share/bccscope/models"));
    }
    places.push(PathBuf::from("/usr/share/bccscope/models"));
    for place in &places {
        let folder = place.join(name);
        if folder.join("manifest.toml").is_file() {
            return Ok(folder.canonicalize().unwrap_or(folder));
        }
    }
    let looked: Vec<_> = places.iter().map(|p| p.display().to_string()).collect();
    Err(format!(
        "no model named {} found; looked in {}; name its folder with --model",
        name.display(),
        looked.join(", ")
    ))
}
