//! One inference: an int8 tensor in, class maps and logits out. Knows nothing of pixels or
//! patients.

mod cpu;

use serde::{Deserialize, Serialize};

pub use cpu::CpuEngine;

use crate::{assess::EngineInfo, model::TASKS};

/// Settings of the `[engine]` part of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Threads of the CPU engine, up to 64; 0 takes one less than there are cores, 1 to 3.
    pub threads: usize,
}

impl Settings {
    /// Whether every value is in its range.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn check(&self) -> Result<(), String> {
        match self.threads {
            0..=64 => Ok(()),
            n => Err(format!("[engine] threads = {n}: it must be 0 to 64")),
        }
    }
}

/// What one inference gives, dequantised.
#[derive(Clone, Debug, PartialEq)]
pub struct Outputs {
    /// Rows of the class maps.
    pub rows: usize,
    /// Columns of the class maps.
    pub columns: usize,
    /// Class maps, row by row, the tasks of a cell side by side: `rows * columns * TASKS`.
    pub maps: Vec<f32>,
    /// The model's own logits.
    pub logits: [f32; TASKS],
}

impl Outputs {
    /// Mean of each class map: the logit in finer steps.
    pub fn map_means(&self) -> [f32; TASKS] {
        let mut sums = [0.0f64; TASKS];
        for cell in self.maps.chunks_exact(TASKS) {
            for (sum, value) in sums.iter_mut().zip(cell) {
                *sum += f64::from(*value);
            }
        }
        let cells = (self.rows * self.columns).max(1) as f64;
        sums.map(|sum| (sum / cells) as f32)
    }
}

/// Why an engine could not be opened or an inference failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The runtime refused the model.
    #[error("TensorFlow Lite refused the model while it {step}: {why}")]
    Refused {
        /// What it was doing.
        step: &'static str,
        /// Its words.
        why: String,
    },
    /// A tensor is not what the manifest says.
    #[error("the runtime's {what} is {got} where {want} is needed")]
    Tensor {
        /// Which tensor.
        what: &'static str,
        /// What it is.
        got: String,
        /// What it should be.
        want: String,
    },
    /// The input has the wrong length: a programming error upstream, refused all the same.
    #[error("the input has {got} bytes where {want} are needed")]
    InputLength {
        /// Bytes given.
        got: usize,
        /// Bytes needed.
        want: usize,
    },
    /// The inference itself failed.
    #[error("the inference failed: {0}")]
    Failed(String),
}

/// Something that runs the model.
pub trait Engine: Send {
    /// Which engine this truly is.
    fn info(&self) -> &EngineInfo;

    /// Runs one inference on an int8 tensor of height × width × RGB.
    ///
    /// # Errors
    /// [`EngineError`]; the engine may be asked again.
    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError>;
}
