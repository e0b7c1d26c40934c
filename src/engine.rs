//! One inference: an int8 tensor in, class maps and logits out. Knows nothing of pixels or
//! patients.
//!
//! The CPU engine runs in this process. The accelerator runs in a child process ([`worker`]):
//! whatever happens to it, the CPU repeats the inference, and says so.

mod choose;
mod cpu;
pub mod edgetpu;
mod settings;
mod shape;
mod watch;
pub mod worker;

pub use choose::{NO_FILE, choose};
pub use cpu::CpuEngine;
use cpu::Local;
pub use settings::{Choice, Settings};
pub use shape::Shape;
pub use watch::Watch;

use crate::{assess::EngineInfo, model::TASKS};

/// In the name of an engine that is no real accelerator, and of its results.
pub const SIMULATED: &str = "SIMULATED";

/// The word of an engine that only stands in for one.
pub fn stand_in(info: &EngineInfo) -> Option<&'static str> {
    info.name.contains(SIMULATED).then_some(SIMULATED)
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
    /// Which engine this truly is: the one that gave the last answer.
    fn info(&self) -> &EngineInfo;

    /// Runs one inference on an int8 tensor of height × width × RGB.
    ///
    /// # Errors
    /// [`EngineError`]; the engine may be asked again.
    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError>;

    /// With `true`, what stands behind an accelerator answers alone, and says why, until
    /// `false`: for answers that must all come from one engine. An engine with nothing behind
    /// it answers as always.
    fn hold_fallback(&mut self, _hold: bool) {}

    /// Why an accelerator is not used, where that is no fallback: none was asked for, and none is
    /// there.
    fn unused(&self) -> Option<String> {
        None
    }

    /// Where a change of engine shows between two inferences; `None` where it cannot change.
    fn watch(&self) -> Option<Watch> {
        None
    }
}
