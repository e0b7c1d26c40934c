//! The tensors of a model, whichever engine runs it.

use serde::{Deserialize, Serialize};

use crate::model::Manifest;

/// The shapes the manifest promises.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Of the input: 1, height, width, 3.
    pub input: [usize; 4],
    /// Of the class maps: 1, rows, columns, tasks.
    pub maps: [usize; 4],
    /// Of the logits: 1, tasks.
    pub logits: [usize; 2],
}

impl Shape {
    /// As this manifest has them.
    pub fn of(manifest: &Manifest) -> Shape {
        Shape {
            input: [
                1,
                manifest.input.height as usize,
                manifest.input.width as usize,
                3,
            ],
            maps: manifest.outputs.maps,
            logits: manifest.outputs.logits,
        }
    }

    /// Bytes of the input.
    pub fn input_len(&self) -> usize {
        self.input.iter().product()
    }

    /// Number of values of the class maps.
    pub fn maps_len(&self) -> usize {
        self.maps.iter().product()
    }

    /// Rows and columns of the class maps.
    pub fn grid(&self) -> (usize, usize) {
        let [_, rows, columns, _] = self.maps;
        (rows, columns)
    }
}
