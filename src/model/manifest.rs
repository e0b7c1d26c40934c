//! `manifest.toml`: everything the device must know of a model besides its weights. It is
//! written by the training pipeline (`scripts/train`), never by hand.

use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use super::{
    task::{Role, TASKS, Task},
    view::{self, View},
};
use crate::files;

/// The manifest's layout this program reads.
pub const SCHEMA: u32 = 1;

/// `manifest.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Layout of this file, [`SCHEMA`].
    pub schema: u32,
    /// The model's name.
    pub name: String,
    /// The model's version.
    pub version: String,
    /// Day it was made, `YYYY-MM-DD`.
    pub created: String,
    /// One line about it.
    #[serde(default)]
    pub summary: String,
    /// Its files.
    pub files: Files,
    /// What goes in.
    pub input: InputSpec,
    /// How often and how the network looks at a picture; none named: once, at all of it.
    #[serde(default = "view::only_whole")]
    pub views: Vec<View>,
    /// What comes out.
    pub outputs: OutputSpec,
    /// The eight tasks, in order.
    pub tasks: Vec<TaskSpec>,
    /// What was measured of it, on what.
    pub evidence: Option<Evidence>,
    /// Terms.
    pub licence: Option<Licence>,
}

/// The model's files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// For the CPU: plain int8 TFLite.
    pub cpu: ModelFile,
    /// For the Edge TPU: the same, compiled (`scripts/compile-edgetpu.sh`).
    pub edgetpu: Option<EdgeTpuFile>,
}

/// The file compiled for the Edge TPU.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeTpuFile {
    /// Name inside the model's folder.
    pub path: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Largest difference of a score (a logit) from the CPU's on the known answers, above 0 to
    /// 0.5; beyond it the accelerator is refused.
    pub max_difference: f32,
    /// What compiled it, and what it said.
    #[serde(default)]
    pub compiler: String,
}

/// One file of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Name inside the model's folder.
    pub path: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// The input tensor and how a picture becomes one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSpec {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Order of the channels.
    pub colour: Colour,
    /// Which part of the picture is seen.
    pub crop: Crop,
    /// How it is brought to size.
    pub resize: Resize,
    /// How a byte becomes an int8.
    pub quantise: Quantise,
}

/// Order of the colour channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Colour {
    /// Red, green, blue.
    #[serde(rename = "RGB")]
    Rgb,
}

/// Which part of a picture the model sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Crop {
    /// The largest centred rectangle with the input's aspect ratio.
    CentreAspect,
}

/// How the crop is brought to the input's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resize {
    /// Triangle filter widened by the scale, as Pillow's `BILINEAR`.
    BilinearAntialias,
}

/// How a colour byte becomes an int8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantise {
    /// The byte minus 128.
    #[serde(rename = "byte-minus-128")]
    ByteMinus128,
}

/// The output tensors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputSpec {
    /// Shape of the class maps: 1, rows, columns, tasks.
    pub maps: [usize; 4],
    /// Shape of the logits: 1, tasks.
    pub logits: [usize; 2],
    /// Which of them a task's score is read from.
    pub score: Score,
    /// Exponent of a map's evidence where it is shown, above 0 to 1; see
    /// [`crate::assess::explain::scaled`].
    #[serde(default = "as_it_is")]
    pub map_exponent: f32,
}

fn as_it_is() -> f32 {
    1.0
}

/// Where a task's score comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Score {
    /// The mean over the dequantised class map, in float: finer steps than an int8 logit.
    MeanOfMaps,
    /// The model's own int8 logit.
    Logits,
}

/// One task: calibration and thresholds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskSpec {
    /// Identifier.
    pub id: String,
    /// Two or three letters.
    pub code: String,
    /// Plain name.
    pub name: String,
    /// What its presence means.
    pub role: Role,
    /// Probability is `sigmoid(score / temperature + bias)`.
    pub temperature: f32,
    /// See `temperature`.
    #[serde(default)]
    pub bias: f32,
    /// Below this probability the answer is "no".
    pub low: f32,
    /// From this probability on the answer is "yes".
    pub high: f32,
}

impl TaskSpec {
    /// The calibrated probability of a score.
    pub fn probability(&self, score: f32) -> f32 {
        1.0 / (1.0 + (-(score / self.temperature + self.bias)).exp())
    }
}

/// What was measured of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// On which data.
    pub data: String,
    /// What a reader of the figures must know.
    #[serde(default)]
    pub note: String,
    /// The figures.
    #[serde(default)]
    pub figures: Vec<Figure>,
}

/// One measured figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Task code, or what it is about.
    pub task: String,
    /// AUROC, sensitivity, …
    pub metric: String,
    /// The value.
    pub value: f64,
    /// Lower end of the 95% interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Number of images.
    pub n: u32,
    /// Whether it was measured on the int8 file.
    #[serde(default)]
    pub int8: bool,
}

/// Terms of the model and its training data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Licence {
    /// Of the weights.
    pub model: String,
    /// Of the data they were learnt from.
    #[serde(default)]
    pub training_data: Vec<String>,
}

impl Manifest {
    /// Reads a manifest and checks that it makes sense.
    ///
    /// # Errors
    /// One sentence: the TOML reader's own (with line), or what does not make sense.
    pub fn parse(text: &str) -> Result<Manifest, String> {
        let manifest: Manifest = files::parse_toml(text)?;
        manifest.check()?;
        Ok(manifest)
    }

    /// The calibration and thresholds of a task.
    pub fn task(&self, task: Task) -> &TaskSpec {
        &self.tasks[task.index()]
    }

    /// Rows and columns of the class maps.
    pub fn grid(&self) -> (usize, usize) {
        (self.outputs.maps[1], self.outputs.maps[2])
    }

    fn check(&self) -> Result<(), String> {
        if self.schema != SCHEMA {
            return Err(format!(
                "schema {} where this program reads {SCHEMA}",
                self.schema
            ));
        }
        if self.name.is_empty() || self.version.is_empty() {
            return Err("name and version must not be empty".into());
        }
        let InputSpec { width, height, .. } = self.input;
        if !(32..=2048).contains(&width) || !(32..=2048).contains(&height) {
            return Err(format!("input {width}x{height} is out of range 32 to 2048"));
        }
        view::check(&self.views)?;
        let [batch, rows, columns, classes] = self.outputs.maps;
        if batch != 1
            || !(1..=256).contains(&rows)
            || !(1..=256).contains(&columns)
            || classes != TASKS
        {
            return Err(format!(
                "outputs.maps {:?} where [1, rows, columns, {TASKS}] is needed",
                self.outputs.maps
            ));
        }
        if self.outputs.logits != [1, TASKS] {
            return Err(format!(
                "outputs.logits {:?} where [1, {TASKS}] is needed",
                self.outputs.logits
            ));
        }
        // Written so that a NaN fails.
        let exponent = self.outputs.map_exponent;
        let sensible = exponent > 0.0 && exponent <= 1.0;
        if !sensible {
            return Err(format!(
                "outputs.map_exponent {exponent} where above 0 to 1 is needed"
            ));
        }
        if self.tasks.len() != TASKS {
            return Err(format!(
                "{} tasks where {TASKS} are needed",
                self.tasks.len()
            ));
        }
        let Files { cpu, edgetpu } = &self.files;
        check_file(&cpu.path, &cpu.sha256)?;
        if let Some(file) = edgetpu {
            check_file(&file.path, &file.sha256)?;
            // Written so that a NaN fails.
            let sensible = file.max_difference > 0.0 && file.max_difference <= 0.5;
            if !sensible {
                return Err(format!(
                    "files.edgetpu max_difference {} where above 0 to 0.5 is needed",
                    file.max_difference
                ));
            }
        }
        for (spec, task) in self.tasks.iter().zip(Task::ALL) {
            check_task(spec, task)?;
        }
        Ok(())
    }
}

/// A file lies in the model's own folder: one plain name, no way up, down or out.
fn check_file(path: &str, sha256: &str) -> Result<(), String> {
    let mut parts = Path::new(path).components();
    let plain = matches!((parts.next(), parts.next()), (Some(Component::Normal(name)), None)
        if name.as_encoded_bytes() == path.as_bytes());
    if !plain {
        return Err(format!(
            "files must lie in the model's own folder, not at {path:?}"
        ));
    }
    if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(format!(
            "the sha256 of {path} must be 64 hexadecimal digits"
        ));
    }
    Ok(())
}

fn check_task(spec: &TaskSpec, task: Task) -> Result<(), String> {
    let id = &spec.id;
    if id != task.id() || spec.code != task.code() {
        return Err(format!(
            "task {id} ({}) stands where {} ({}) is needed",
            spec.code,
            task.id(),
            task.code()
        ));
    }
    if spec.role != task.role() {
        return Err(format!("task {id} has the wrong role"));
    }
    if !(spec.temperature.is_finite() && spec.temperature > 0.0 && spec.bias.is_finite()) {
        return Err(format!(
            "task {id}: temperature must be above 0 and bias a number"
        ));
    }
    // Written so that a NaN fails.
    let in_order = 0.0 <= spec.low && spec.low <= spec.high && spec.high <= 1.0;
    if !in_order {
        return Err(format!(
            "task {id}: thresholds must be 0 <= low <= high <= 1"
        ));
    }
    Ok(())
}
