//! The model itself, asked many times about changed inputs.

use image::RgbImage;

use super::methods::Sources;
use crate::{
    assess::{
        Finding, Region,
        explain::heat_maps,
        occlusion,
        prepare::{self, Preparer, seen_region},
        signs, views,
    },
    engine::{self, CpuEngine, Engine, Outputs},
    frame::Frame,
    model::{Manifest, TASKS, Task},
};

/// One picture as the model sees it.
pub(super) struct Seen {
    /// All of it, the view that is covered and uncovered.
    pub tensor: Vec<i8>,
    /// The map the device shows: the mean over all views.
    pub shown: Outputs,
    /// What the device shows first.
    pub first: Vec<f32>,
    /// The part of the frame the model sees.
    pub region: Region,
    /// Size of the frame.
    pub size: (u32, u32),
}

impl Seen {
    /// What maps are made of, with the outputs of `tensor` and what else was made of it.
    pub fn sources<'a>(
        &'a self,
        base: &'a Outputs,
        occluded: Option<&'a [Vec<f32>; TASKS]>,
    ) -> Sources<'a> {
        Sources {
            shown: &self.shown,
            base,
            occluded,
            first: Some(&self.first),
        }
    }
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
        let detail = prepare::detail(&self.manifest.input);
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
        let region = seen_region(size, input);
        let findings = Finding::all(&self.manifest, &looked.scores);
        let maps = heat_maps(&looked.merged, region, self.exponents());
        let tensor = self.preparer.prepare(picture).map_err(|e| e.to_string())?;
        Ok(Seen {
            tensor: tensor.to_vec(),
            first: maps.together(&signs::first(&findings)),
            shown: looked.merged,
            region,
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

    /// The picture with the part between two corners, in cells of the map's grid, taken from
    /// `with`. The ends may lie between cells and outside.
    pub fn patch(
        &self,
        tensor: &mut [i8],
        with: &[i8],
        outputs: &Outputs,
        from: (f32, f32),
        to: (f32, f32),
    ) {
        occlusion::patch(tensor, with, outputs, &self.manifest.input, (from, to));
    }

    /// What the device shows its maps with.
    pub fn exponents(&self) -> [f32; TASKS] {
        self.manifest.map_exponents()
    }

    /// Occlusion maps of all tasks.
    pub fn occlusion(
        &mut self,
        tensor: &[i8],
        base: &Outputs,
    ) -> Result<[Vec<f32>; TASKS], String> {
        occlusion::occlusion(&mut self.engine, tensor, base, &self.manifest.input)
            .map_err(|e| e.to_string())
    }
}
