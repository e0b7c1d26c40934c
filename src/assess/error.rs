//! Why there is no assessment.

use super::{prepare::PrepareError, quality::GateError};
use crate::{engine::EngineError, frame::DecodeError, model::ModelError};

/// Why a frame could not be assessed.
#[derive(Debug, thiserror::Error)]
pub enum AssessError {
    /// The frame gave no picture.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The picture could not be brought to the model's size.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The engine gave something that is not a number.
    #[error("the engine gave a score that is not a number for {0}")]
    NotANumber(&'static str),
}

/// Why the device cannot assess anything.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The model's folder was refused.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The quality gate's thresholds were refused.
    #[error(transparent)]
    Gate(#[from] GateError),
}
