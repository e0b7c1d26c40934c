//! The model's contract: tasks, manifest, checksums, known answers.
//!
//! A model is a folder: `manifest.toml`, the files it names, `gate.toml` (the quality gate's
//! thresholds) and `known_answers.toml`. Nothing of it is used before it was checked: the
//! manifest's own sense, each file's SHA-256, the graph inside (operators, types, shapes) and,
//! by the engine that will run it, the known answers.

pub mod known;
pub mod lint;
mod locate;
mod manifest;
pub mod package;
mod task;
pub mod tflite;
mod view;

pub use locate::locate;
pub use manifest::{Colour, Crop, Quantise, Resize};
pub use manifest::{
    EdgeTpuFile, Evidence, Figure, Files, Fitted, InputSpec, Licence, Manifest, ModelFile,
    OutputSpec, Score, TaskSpec,
};
pub use package::{Compiled, ModelError, Package};
pub use task::{Role, TASKS, Task};
pub use view::View;
