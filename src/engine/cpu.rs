//! The CPU engine: in this process or, where the settings ask for it, in one of its own.

mod local;

pub(super) use local::Local;

use super::{Engine, EngineError, Outputs, Settings, Shape, worker::Isolated};
use crate::{assess::EngineInfo, model::Manifest};

/// Runs the plain int8 model on the CPU.
pub struct CpuEngine(Box<dyn Engine>);

impl CpuEngine {
    /// Loads `bytes` (already checked against `manifest` by [`crate::model::Package`]).
    ///
    /// # Errors
    /// [`EngineError::Refused`] or [`EngineError::Tensor`]; where it is isolated,
    /// [`EngineError::Failed`] with what became of its process.
    pub fn open(
        bytes: Vec<u8>,
        manifest: &Manifest,
        settings: &Settings,
    ) -> Result<CpuEngine, EngineError> {
        let shape = Shape::of(manifest);
        Ok(CpuEngine(if settings.isolate_cpu {
            let program = std::env::current_exe()
                .map_err(|e| EngineError::Failed(format!("this program's own file: {e}")))?;
            Box::new(Isolated::open(program, bytes, shape, settings.threads)?)
        } else {
            Box::new(Local::open(bytes, shape, settings.threads)?)
        }))
    }
}

impl Engine for CpuEngine {
    fn info(&self) -> &EngineInfo {
        self.0.info()
    }

    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
        self.0.infer(input)
    }
}
