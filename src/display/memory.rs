//! A display that keeps the last picture in memory: for tests of what comes before it.

use std::sync::{Arc, Mutex, PoisonError};

use image::RgbImage;

use super::{Display, DisplayError, check_size};

/// A display in memory.
pub struct Memory {
    size: (u32, u32),
    seen: Seen,
}

/// What a [`Memory`] display shows, from outside.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<(u64, Option<RgbImage>)>>);

impl Seen {
    /// The last picture shown.
    pub fn last(&self) -> Option<RgbImage> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .clone()
    }

    /// How many pictures were shown.
    pub fn count(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Memory {
    /// A display of this size, and a look at it.
    pub fn new(width: u32, height: u32) -> (Memory, Seen) {
        let seen = Seen::default();
        let memory = Memory {
            size: (width, height),
            seen: seen.clone(),
        };
        (memory, seen)
    }
}

impl Display for Memory {
    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn name(&self) -> &str {
        "memory (no display)"
    }

    fn show(&mut self, picture: &RgbImage) -> Result<(), DisplayError> {
        check_size(self.name(), self.size, picture)?;
        let mut seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.0 += 1;
        seen.1 = Some(picture.clone());
        Ok(())
    }
}
