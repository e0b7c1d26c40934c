//! A model's folder, opened and checked.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{
    lint::{self, Prediction},
    manifest::Manifest,
    tflite::{ElementType, Graph},
};
use crate::files::{self, ReadError};

/// Largest model file that is read, in bytes. MobileNet-V2 in int8 has 4 million.
pub const MAX_FILE: u64 = 64 << 20;

/// Why a model was refused. Each names the file and what is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file cannot be read.
    #[error("{path}: {why}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Missing, no permission, not a file, …
        why: ReadError,
    },
    /// The manifest does not make sense.
    #[error("{path}: {why}")]
    Manifest {
        /// Which file.
        path: PathBuf,
        /// What does not.
        why: String,
    },
    /// A file is not the one the manifest names.
    #[error(
        "{path}: its sha256 is {got} where the manifest says {want}: the file was changed or damaged; install the model again"
    )]
    Hash {
        /// Which file.
        path: PathBuf,
        /// What the manifest says.
        want: String,
        /// What the file has.
        got: String,
    },
    /// The graph inside is not the one the manifest describes.
    #[error("{path}: {why}")]
    Graph {
        /// Which file.
        path: PathBuf,
        /// What differs.
        why: String,
    },
    /// The runtime refused it, or it gave other answers than it should.
    #[error("{path}: {why}")]
    Answers {
        /// Which file.
        path: PathBuf,
        /// What differs.
        why: String,
    },
}

/// A model's folder, its manifest read and the CPU file checked against it.
#[derive(Debug)]
pub struct Package {
    /// Where it is.
    pub folder: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The CPU file's bytes: exactly those that were hashed.
    pub cpu: Vec<u8>,
    /// SHA-256 of `cpu`.
    pub cpu_sha256: String,
    /// SHA-256 of `manifest.toml`: thresholds and calibration are in no other file.
    pub manifest_sha256: String,
}

/// The file compiled for the Edge TPU.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// Where it is.
    pub path: PathBuf,
    /// Its bytes: exactly those that were hashed.
    pub bytes: Vec<u8>,
    /// SHA-256 of them.
    pub sha256: String,
    /// Largest difference of a score from the CPU's.
    pub max_difference: f32,
}

impl Package {
    /// Opens a model's folder and checks manifest, hash and graph.
    ///
    /// # Errors
    /// [`ModelError`], which names the file and what is wrong.
    pub fn open(folder: &Path) -> Result<Package, ModelError> {
        let path = folder.join("manifest.toml");
        let text = files::read_text(&path, 1 << 20).map_err(unreadable(&path))?;
        let manifest = Manifest::parse(&text).map_err(|why| ModelError::Manifest {
            path: path.clone(),
            why,
        })?;
        let file = folder.join(&manifest.files.cpu.path);
        let (cpu, cpu_sha256) = read_checked(&file, &manifest.files.cpu.sha256)?;
        check_graph(&manifest, &cpu).map_err(|why| ModelError::Graph { path: file, why })?;
        Ok(Package {
            folder: folder.to_path_buf(),
            manifest,
            cpu,
            cpu_sha256,
            manifest_sha256: sha256_hex(text.as_bytes()),
        })
    }

    /// The file compiled for the Edge TPU, where the model has one, checked as the CPU's is.
    ///
    /// # Errors
    /// As [`Package::open`]. The model can still run on the CPU then.
    pub fn edgetpu(&self) -> Result<Option<Compiled>, ModelError> {
        let Some(file) = &self.manifest.files.edgetpu else {
            return Ok(None);
        };
        let path = self.folder.join(&file.path);
        let (bytes, sha256) = read_checked(&path, &file.sha256)?;
        check_compiled(&self.manifest, &bytes).map_err(|why| ModelError::Graph {
            path: path.clone(),
            why,
        })?;
        Ok(Some(Compiled {
            path,
            bytes,
            sha256,
            max_difference: file.max_difference,
        }))
    }

    /// Path of the CPU file.
    pub fn cpu_path(&self) -> PathBuf {
        self.folder.join(&self.manifest.files.cpu.path)
    }
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Checks that the graph in `bytes` can be run on the CPU as `manifest` describes it.
///
/// # Errors
/// A sentence saying what differs.
pub fn check_graph(manifest: &Manifest, bytes: &[u8]) -> Result<Graph, String> {
    let graph = Graph::read(bytes)?;
    if graph.is_for_edgetpu() {
        return Err(
            "it is compiled for the Edge TPU (edgetpu-custom-op) and cannot run on the CPU: \
             name the uncompiled file under files.cpu"
                .into(),
        );
    }
    check_border(manifest, &graph)?;
    Ok(graph)
}

/// Checks that `bytes` hold the same network, compiled whole.
fn check_compiled(manifest: &Manifest, bytes: &[u8]) -> Result<(), String> {
    let graph = Graph::read(bytes)?;
    if !graph.is_for_edgetpu() {
        return Err(
            "it is not compiled for the Edge TPU (no edgetpu-custom-op): run \
             scripts/compile-edgetpu.sh"
                .into(),
        );
    }
    let lint = lint::lint(bytes)?;
    match (lint.prediction(), lint.refusals.first()) {
        (Prediction::Compiled, _) => check_border(manifest, &graph),
        (_, Some(refusal)) => Err(refusal.to_string()),
        (_, None) => Err("it is not compiled whole".into()),
    }
}

fn check_border(manifest: &Manifest, graph: &Graph) -> Result<(), String> {
    let input = &manifest.input;
    let want = [1, input.height as i32, input.width as i32, 3];
    let [tensor] = graph.inputs.as_slice() else {
        return Err(format!(
            "it has {} inputs where 1 is needed",
            graph.inputs.len()
        ));
    };
    if tensor.kind != ElementType::Int8 || tensor.shape != want {
        return Err(format!(
            "its input is {tensor} where the manifest says int8 {want:?}"
        ));
    }
    match tensor.quantisation {
        // A byte minus 128 spans -1 to 1: steps of 2/255.
        Some((scale, zero)) if (scale - 2.0 / 255.0).abs() < 2e-4 && (-2..=0).contains(&zero) => {}
        other => {
            return Err(format!(
                "its input is quantised as {other:?} where byte-minus-128 over -1 to 1 is needed"
            ));
        }
    }
    let shapes = [
        ("maps", manifest.outputs.maps.to_vec()),
        ("logits", manifest.outputs.logits.to_vec()),
    ];
    if graph.outputs.len() != shapes.len() {
        return Err(format!(
            "it has {} outputs where {} are needed",
            graph.outputs.len(),
            shapes.len()
        ));
    }
    for (name, shape) in shapes {
        let want: Vec<i32> = shape.iter().map(|&d| d as i32).collect();
        let found = graph
            .outputs
            .iter()
            .any(|t| t.kind == ElementType::Int8 && t.shape == want && t.quantisation.is_some());
        if !found {
            let have: Vec<_> = graph.outputs.iter().map(ToString::to_string).collect();
            return Err(format!(
                "no output is int8 {want:?} ({name} in the manifest); it has {}",
                have.join(", ")
            ));
        }
    }
    Ok(())
}

fn read_checked(path: &Path, sha256: &str) -> Result<(Vec<u8>, String), ModelError> {
    let bytes = files::read(path, MAX_FILE).map_err(unreadable(path))?;
    let got = sha256_hex(&bytes);
    if !got.eq_ignore_ascii_case(sha256) {
        return Err(ModelError::Hash {
            path: path.to_path_buf(),
            want: sha256.to_owned(),
            got,
        });
    }
    Ok((bytes, got))
}

pub(super) fn unreadable(path: &Path) -> impl FnOnce(ReadError) -> ModelError {
    let path = path.to_path_buf();
    move |why| ModelError::Unreadable { path, why }
}
