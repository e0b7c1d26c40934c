//! Are the heat maps worth looking at? Agreement with the cells the readers marked and with
//! the phantom's true regions, sanity (Adebayo 2018; Arun 2021) and faithfulness (Petsiuk 2018).

mod agreement;
mod faithfulness;
mod methods;
mod probe;
mod sanity;
mod section;
mod source;

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    consensus::{PRESENT, Reference, Standard},
    labels::Case,
    metrics::Estimate,
    names::on_disk,
    readings::PATTERNS,
    table::DataError,
};
use crate::{camera::still, engine, model::Package, model::Task, phantom::Phantom};
pub use agreement::{Agreement, IOU_AT};
use agreement::{Measured, Place, marked};
pub use faithfulness::Faithfulness;
use methods::Method;
use probe::Probe;
pub use sanity::Sanity;
pub use section::section;
pub use source::Source;

/// Everything found: `explain.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Version of this program.
    pub app_version: String,
    /// Which model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the file that ran.
    pub sha256: String,
    /// Where the images, labels and marked cells came from; older files do not tell.
    #[serde(default)]
    pub source: Option<Source>,
    /// Columns and rows of the maps.
    pub grid: (usize, usize),
    /// Images looked at.
    pub images: usize,
    /// With the consensus cells, a method and pattern each.
    pub cells: Vec<Agreement>,
    /// With the phantom's regions (drawn, not a lesion), a method and pattern each.
    pub phantom: Vec<Agreement>,
    /// Sanity checks.
    pub sanity: Sanity,
    /// Faithfulness, a method and task each.
    pub faithfulness: Vec<Faithfulness>,
    /// Bootstrap rounds behind the intervals.
    pub bootstrap_rounds: usize,
}

impl Report {
    /// Refuses to stand beside the answers of another model.
    ///
    /// # Errors
    /// A sentence that names both.
    pub fn belongs_to(&self, model: &str, sha256: &str) -> Result<(), String> {
        if self.sha256 == sha256 {
            return Ok(());
        }
        Err(format!(
            "shows the heat maps of {} {} (sha256 {}), but the answers are those of {model} \
             (sha256 {sha256}): run study explain with the model that is judged",
            self.model, self.version, self.sha256
        ))
    }

    /// Refuses to stand beside figures of other images. What an older file does not tell is not
    /// refused.
    ///
    /// # Errors
    /// A sentence that names both.
    pub fn is_of(&self, labels: &Path, split: Option<&str>) -> Result<(), String> {
        let source = self.source.as_ref();
        source.map_or(Ok(()), |source| source.is_of(labels, split))
    }
}

/// What is asked for.
pub struct Inputs<'a> {
    /// The model's folder, opened and checked.
    pub package: Package,
    /// Settings of the CPU engine.
    pub engine: &'a engine::Settings,
    /// Where everything was read from.
    pub source: Source,
    /// The labelled images.
    pub cases: &'a [Case],
    /// The readers' consensus.
    pub reference: &'a Reference,
    /// At most so many images a task for the measures that take many passes.
    pub limit: usize,
    /// Phantoms a pattern.
    pub phantoms: u32,
    /// Bootstrap rounds.
    pub rounds: usize,
}

/// Looks at the maps. `done` hears of each image.
///
/// # Errors
/// No cell to compare with; a missing or unreadable image by the line of the labels; an engine
/// that fails.
pub fn explain(mut inputs: Inputs<'_>, mut done: impl FnMut()) -> Result<Report, String> {
    if !inputs.cases.iter().any(|case| inputs.has_marks(case)) {
        return Err(inputs.source.no_marks());
    }
    let bytes = std::mem::take(&mut inputs.package.cpu);
    let manifest = inputs.package.manifest.clone();
    let mut probe = Probe::open(bytes.clone(), &manifest, inputs.engine)?;
    let exponents = probe.exponents();
    let mut cells = Measured::default();
    let mut faithful = faithfulness::Collected::default();
    let mut tensors = Vec::new();
    let mut taken = [0usize; PATTERNS + 1];
    let mut images = 0;
    for case in inputs.cases {
        let Some(standard) = inputs.reference.get(case.name()) else {
            continue;
        };
        let patterns = present(standard);
        let bcc = case.bcc && taken[0] < inputs.limit;
        if patterns.is_empty() && !bcc {
            continue;
        }
        let seen = load(&mut probe, &inputs, case)?;
        images += 1;
        let base = probe.run(&seen.tensor)?;
        let mut slow: Vec<Task> = patterns
            .iter()
            .copied()
            .chain(bcc.then_some(Task::Bcc))
            .filter(|task| taken[task.index()] < inputs.limit)
            .collect();
        slow.dedup();
        let occluded = if slow.is_empty() {
            None
        } else {
            Some(probe.occlusion(&seen.tensor, &base)?)
        };
        let sources = seen.sources(&base, occluded.as_ref());
        for (task, marked) in marked(case.bcc, &patterns, standard) {
            for method in Method::ALL {
                let Some((map, from)) = method.map(task, &sources, exponents) else {
                    continue;
                };
                let place = Place::new(&map, from, seen.region, seen.size);
                let one = place.measure(|u, v| marked.covers(u, v));
                cells.add(method, task, &case.lesion, one);
            }
        }
        for &task in &slow {
            taken[task.index()] += 1;
            faithful.add(
                &mut probe,
                task,
                &case.lesion,
                &seen.tensor,
                &base,
                occluded.as_ref(),
            )?;
        }
        if tensors.len() < sanity::IMAGES {
            tensors.push(seen.tensor);
        }
        done();
    }
    let cells = cells.report(inputs.rounds);
    if cells.is_empty() {
        // Marked, but wholly outside of what the model sees, or all of it.
        return Err(inputs.source.no_marks());
    }
    let phantom = phantoms(&mut probe, inputs.phantoms)?;
    let sanity = sanity::sanity(&mut probe, bytes, &manifest, inputs.engine, &tensors)?;
    Ok(Report {
        app_version: env!("CARGO_PKG_VERSION").into(),
        model: manifest.name.clone(),
        version: manifest.version.clone(),
        sha256: inputs.package.cpu_sha256.clone(),
        source: Some(inputs.source),
        grid: (manifest.grid().1, manifest.grid().0),
        images,
        cells,
        phantom: phantom.report(inputs.rounds),
        sanity,
        faithfulness: faithful.report(inputs.rounds),
        bootstrap_rounds: inputs.rounds,
    })
}

/// The patterns that are there by consensus.
fn present(standard: &Standard) -> Vec<Task> {
    Task::PATTERNS
        .into_iter()
        .filter(|task| standard.posterior[task.index()].is_some_and(|p| p >= PRESENT))
        .collect()
}

impl Inputs<'_> {
    /// Whether a case has cells to hold a map against.
    fn has_marks(&self, case: &Case) -> bool {
        let standard = self.reference.get(case.name());
        standard.is_some_and(|s| !marked(case.bcc, &present(s), s).is_empty())
    }
}

fn load(probe: &mut Probe, inputs: &Inputs<'_>, case: &Case) -> Result<probe::Seen, String> {
    let path = on_disk(&inputs.source.images, &case.file);
    let wrong = |why: String| {
        DataError::line(
            &inputs.source.labels,
            case.line,
            format!("{}: {why}", path.display()),
        )
        .to_string()
    };
    let frame = still::load(&path).map_err(|e| wrong(e.to_string()))?;
    probe.see(&frame).map_err(wrong)
}

/// The phantom's regions are exact, but a phantom is no lesion: what the maps do on it says
/// more of the drawing than of skin.
fn phantoms(probe: &mut Probe, each: u32) -> Result<Measured, String> {
    let mut measured = Measured::default();
    for task in Task::PATTERNS {
        for seed in 1..=each {
            let drawing = Phantom {
                seed: u64::from(seed),
                patterns: vec![task],
                width: 800,
                height: 600,
            }
            .draw();
            let Some((_, mask)) = drawing.regions.first() else {
                continue;
            };
            let seen = probe.see_picture(&drawing.picture, drawing.picture.dimensions())?;
            let base = probe.run(&seen.tensor)?;
            let occluded = probe.occlusion(&seen.tensor, &base)?;
            let sources = seen.sources(&base, Some(&occluded));
            let (width, height) = mask.dimensions();
            for method in Method::ALL {
                let Some((map, from)) = method.map(task, &sources, probe.exponents()) else {
                    continue;
                };
                let place = Place::new(&map, from, seen.region, seen.size);
                let inside = |u: f32, v: f32| {
                    let x = ((u * width as f32) as u32).min(width - 1);
                    let y = ((v * height as f32) as u32).min(height - 1);
                    mask.get_pixel(x, y).0[0] > 0
                };
                measured.add(
                    method,
                    task,
                    &format!("{task:?} {seed}"),
                    place.measure(inside),
                );
            }
        }
    }
    Ok(measured)
}
