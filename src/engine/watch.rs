//! Which engine would answer now, for who waits for no inference (the screen's badge).

use std::sync::{Arc, Mutex, PoisonError};

use crate::assess::EngineInfo;

/// A view of the engine in use, kept up to date by the engine.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Mutex<EngineInfo>>);

impl Watch {
    pub(crate) fn new(info: EngineInfo) -> Watch {
        Watch(Arc::new(Mutex::new(info)))
    }

    /// The engine in use now.
    pub fn get(&self) -> EngineInfo {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn set(&self, info: EngineInfo) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = info;
    }
}
