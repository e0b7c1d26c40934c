//! The CPU engine in a process of its own: a runtime that crashes or hangs takes nothing with it.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use super::{
    Failure, Probe,
    process::Worker,
    protocol::{Opening, Which},
};
use crate::{
    assess::EngineInfo,
    engine::{Engine, EngineError, Outputs, Shape},
};

/// For a start, and for an inference: ten times what the slowest board takes, and short enough
/// that a hang and the second try end before the app gives the analysis up.
const LIMIT: Duration = Duration::from_secs(4);
/// Tries an inference is worth: what fails twice fails again.
const TRIES: usize = 2;
const WHO: &str = "the CPU engine";

/// The CPU engine in a worker process, started again where it is lost. It is lost, too, when
/// the thread that started it ends before this (see [`super::serve`]).
pub struct Isolated {
    program: PathBuf,
    opening: Opening,
    model: Vec<u8>,
    info: EngineInfo,
    worker: Option<Worker>,
    /// The first question: a worker that is started again must answer it alike, bit for bit.
    first: Option<Probe>,
}

impl Isolated {
    /// Starts it. `program` is bccscope itself; `threads` as in the settings.
    ///
    /// # Errors
    /// [`EngineError::Failed`] with what became of the process, or what it said.
    pub fn open(
        program: PathBuf,
        model: Vec<u8>,
        shape: Shape,
        threads: usize,
    ) -> Result<Isolated, EngineError> {
        let which = Which::Cpu { threads };
        let opening = Opening { which, shape };
        let worker = Worker::start(&program, &opening, &model, LIMIT).map_err(failed)?;
        Ok(Isolated {
            program,
            opening,
            model,
            info: EngineInfo {
                name: "CPU".into(),
                runtime: format!("{}, in its own process", worker.ready.runtime),
                fallback: None,
            },
            worker: Some(worker),
            first: None,
        })
    }

    /// Of the running process; 0 where there is none.
    pub fn process_id(&self) -> u32 {
        self.worker.as_ref().map_or(0, Worker::process_id)
    }

    fn answer(&mut self, input: &[i8]) -> Result<Outputs, Failure> {
        let worker = match &mut self.worker {
            Some(worker) => worker,
            none => {
                let mut worker = Worker::start(&self.program, &self.opening, &self.model, LIMIT)?;
                if let Some(first) = &self.first {
                    worker.prove(first, 0.0, LIMIT, Instant::now() + LIMIT)?;
                }
                none.insert(worker)
            }
        };
        worker.infer(input, LIMIT, Instant::now() + LIMIT)
    }
}

impl Engine for Isolated {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
        let (got, want) = (input.len(), self.opening.shape.input_len());
        if got != want {
            return Err(EngineError::InputLength { got, want });
        }
        let mut tries = 0;
        loop {
            tries += 1;
            match self.answer(input) {
                Ok(outputs) => {
                    self.first.get_or_insert_with(|| Probe {
                        input: input.to_vec(),
                        answer: outputs.clone(),
                    });
                    return Ok(outputs);
                }
                Err(failure) => {
                    self.worker = None;
                    if tries >= TRIES {
                        return Err(failed(failure));
                    }
                    log::warn!("{}; it is started again", failure.sentence_of(WHO));
                }
            }
        }
    }
}

fn failed(failure: Failure) -> EngineError {
    EngineError::Failed(failure.sentence_of(WHO))
}
