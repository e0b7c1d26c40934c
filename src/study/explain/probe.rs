//! The model itself, asked many times about changed inputs.

use image::RgbImage;

use crate::{
    assess::{
        Region,
        prepare::{Preparer, seen_region},
        views,
    },
    engine::{self, CpuEngine, Engine, Outputs},
    frame::{Detail, Frame},
    model::{Manifest, Task},
};

/// One picture as the model sees it.
pub(super) struct Seen {
    /// All of it, the view that is covered and uncovered.
    pub tensor: Vec<i8>,
    /// The map the device shows: the mean over all views.
    pub shown: Outputs,
    /// The part of the frame the model sees.
    pub region: Region,
    /// Size of the frame.
    pub size: (u32, u32),
}

/// An engine with its model.
pub(super) struct Probe {
    engine: CpuEngine,
    preparer: Preparer,
    manifest: Manifest,
}

impl Probe {
    pub fn open(
        bytes: Vec<u8>,
        manifest: &Manifest,
        settings: &engine::Settings,
    ) -> Result<Probe, String> {
        Ok(Probe {
            engine: CpuEngine::open(bytes, manifest, settings).map_err(|e| e.to_string())?,
            preparer: Preparer::new(&manifest.input),
            manifest: manifest.clone(),
        })
    }

    /// Decodes as [`crate::assess::Assessor::assess`] does.
    pub fn see(&mut self, frame: &Frame) -> Result<Seen, String> {
        let input = &self.manifest.input;
        let detail = Detail::ShortSide(input.width.min(input.height) * 5 / 4);
        let picture = frame.decode(detail).map_err(|e| e.to_string())?;
        self.see_picture(&picture, (frame.width, frame.height))
    }

    pub fn see_picture(&mut self, picture: &RgbImage, size: (u32, u32)) -> Result<Seen, String> {
        let input = (self.manifest.input.width, self.manifest.input.height);
        let looked = views::look(
            &mut self.engine,
            &mut self.preparer,
            picture,
            &self.manifest.views,
            self.manifest.outputs.score,
        )
        .map_err(|e| e.to_string())?;
        let tensor = self.preparer.prepare(picture).map_err(|e| e.to_string())?;
        Ok(Seen {
            tensor: tensor.to_vec(),
            shown: looked.merged,
            region: seen_region(size, input),
            size,
        })
    }

    pub fn run(&mut self, tensor: &[i8]) -> Result<Outputs, String> {
        self.engine.infer(tensor).map_err(|e| e.to_string())
    }

    /// The calibrated probability of a task.
    pub fn probability(&self, task: Task, outputs: &Outputs) -> f64 {
        f64::from(
            self.manifest
                .task(task)
                .probability(outputs.map_means()[task.index()]),
        )
    }

    /// The picture with the part from (`left`, `top`) to (`right`, `bottom`), in cells of
    /// the map's grid, taken from `with`. The ends may lie between cells and outside.
    pub fn patch(
        &self,
        tensor: &mut [i8],
        with: &[i8],
        outputs: &Outputs,
        (left, top): (f32, f32),
        (right, bottom): (f32, f32),
    ) {
        let (width, height) = (
            self.manifest.input.width as usize,
            self.manifest.input.height as usize,
        );
        let pixel = |cells: f32, of: usize, n: usize| {
            ((cells.max(0.0) / of.max(1) as f32 * n as f32).round() as usize).min(n)
        };
        let (x0, x1) = (
            pixel(left, outputs.columns, width),
            pixel(right, outputs.columns, width),
        );
        for y in pixel(top, outputs.rows, height)..pixel(bottom, outputs.rows, height) {
            let row = (y * width + x0) * 3..(y * width + x1) * 3;
            if let (Some(out), Some(from)) = (tensor.get_mut(row.clone()), with.get(row)) {
                out.copy_from_slice(from);
            }
        }
    }
}

/// A picture of the mean colour of `tensor`.
pub(super) fn mean_colour(tensor: &[i8]) -> Vec<i8> {
    let mut sums = [0i64; 3];
    for pixel in tensor.chunks_exact(3) {
        for (sum, &v) in sums.iter_mut().zip(pixel) {
            *sum += i64::from(v);
        }
    }
    let pixels = (tensor.len() / 3).max(1) as i64;
    let mean = sums.map(|sum| (sum / pixels) as i8);
    mean.iter().copied().cycle().take(tensor.len()).collect()
}
