//! `manifest.toml`: everything the device must know of a model besides its weights. It is
//! written by the training pipeline (`scripts/train`), never by hand.

mod check;

use serde::{Deserialize, Serialize};

use super::{
    task::{Role, TASKS, Task},
    view::{self, View},
};
use crate::files;

/// The manifest's layout this program reads. 2: each task has an exponent of its own for its map.
pub const SCHEMA: u32 = 2;

/// What stands in a manifest of any layout.
#[derive(Deserialize)]
struct Layout {
    schema: u32,
}

/// `manifest.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Layout of this file: `SCHEMA`, or it is refused.
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
    /// Whom the probability of BCC holds for.
    pub fitted: Option<Fitted>,
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
    /// Exponent of the map's evidence where it is shown, above 0 to 1; see
    /// [`crate::assess::explain::scaled`].
    #[serde(default = "as_it_is")]
    pub map_exponent: f32,
}

fn as_it_is() -> f32 {
    1.0
}

impl TaskSpec {
    /// The calibrated probability of a score.
    pub fn probability(&self, score: f32) -> f32 {
        1.0 / (1.0 + (-(score / self.temperature + self.bias)).exp())
    }
}

/// What the probability of BCC and its thresholds were fitted on. A probability holds for one
/// prevalence: where BCC is rarer the same score means less.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fitted {
    /// Which data.
    pub on: String,
    /// Images.
    pub images: u32,
    /// BCC among them.
    pub bcc: u32,
    /// Share of BCC that the probability holds for, above 0 and below 1: that among the images,
    /// or the one it was moved to.
    pub prevalence: f32,
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
        // Before the rest: another layout's own fields would be called typing errors.
        let Layout { schema } = files::parse_toml(text)?;
        if schema != SCHEMA {
            return Err(format!(
                "schema {schema} where this program reads {SCHEMA}: install a model and a program of one time"
            ));
        }
        let manifest: Manifest = files::parse_toml(text)?;
        check::check(&manifest)?;
        Ok(manifest)
    }

    /// The exponent that each task's map is shown with.
    pub fn map_exponents(&self) -> [f32; TASKS] {
        Task::ALL.map(|task| self.task(task).map_exponent)
    }

    /// The calibration and thresholds of a task.
    pub fn task(&self, task: Task) -> &TaskSpec {
        &self.tasks[task.index()]
    }

    /// Rows and columns of the class maps.
    pub fn grid(&self) -> (usize, usize) {
        (self.outputs.maps[1], self.outputs.maps[2])
    }
}
