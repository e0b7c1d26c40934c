//! Known answers, checked each time a model is opened. They catch what a hash cannot, each
//! half by itself:
//!
//! * a **chart** of noise is prepared and sampled: another resize, crop, colour order or
//!   quantisation gives other bytes, whatever the network makes of them;
//! * a few **phantoms** are scored: a wrong runtime or a broken accelerator gives other scores.
//!
//! `known_answers.toml` is written by `bccscope model record-answers`, never by hand.

use std::path::PathBuf;

use image::RgbImage;
use serde::{Deserialize, Serialize};

use super::{
    package::{ModelError, unreadable},
    task::{TASKS, Task},
};
use crate::{
    assess::Assessor,
    files::{parse_toml, read_text},
    phantom::Phantom,
};

/// Name of the file in the model's folder.
pub const FILE: &str = "known_answers.toml";

/// Largest difference of a score (a logit) from its recorded value.
///
/// Int8 kernels round differently from machine to machine. Measured with model 0.5 on eight phantoms
/// (64 scores), against XNNPACK on x86-64: TensorFlow Lite's own kernels differ by at most 0.08
/// (rms 0.02), its reference kernels by 0.06. This is more than twice that. Red and blue exchanged
/// differ by 1.1 to 3.8, and a runtime that computes something else by more. What a slightly wrong
/// input does to the scores (one grey level of noise on every byte: 0.1) is below this limit, so the
/// chart looks for a wrong resize, not the scores.
pub const TOLERANCE: f32 = 0.2;

/// Largest difference of a byte of the prepared chart. The resize is integer arithmetic, so
/// only rounding at a half can differ; any other resize differs by tens.
const CHART_TOLERANCE: u8 = 1;

/// A file that allows more than this checks nothing.
const MAX_TOLERANCE: f32 = 0.5;

/// The chart's size: no multiple of any model's input and of another shape, so that crop and
/// resize both work.
const CHART: (u32, u32) = (701, 473);

/// Bytes of the prepared chart that are compared, evenly spread over the tensor.
const CHART_SAMPLES: usize = 64;

/// Phantoms drawn for the answers: small, so that start-up stays short.
const SIZE: (u32, u32) = (288, 216);

/// `known_answers.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownAnswers {
    /// SHA-256 of the CPU file they were recorded with.
    pub model_sha256: String,
    /// Largest difference of a score.
    pub tolerance: f32,
    /// Samples of the prepared chart: each byte as the model's input tensor holds it.
    pub chart: Vec<i8>,
    /// The answers.
    pub answers: Vec<KnownAnswer>,
}

/// One phantom and its scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownAnswer {
    /// Seed of the phantom.
    pub seed: u64,
    /// Codes of its patterns.
    pub patterns: Vec<String>,
    /// The eight scores, in the order of the tasks.
    pub scores: [f32; TASKS],
}

/// Checks a freshly opened model against its recorded answers, and gives the input tensors it
/// was asked with.
///
/// # Errors
/// [`ModelError`] when the file is missing or damaged, belongs to another model, or a score
/// differs by more than its tolerance.
pub fn check(assessor: &mut Assessor) -> Result<Vec<Vec<i8>>, ModelError> {
    let path = assessor.package().folder.join(FILE);
    let wrong = |why: String| ModelError::Answers {
        path: path.clone(),
        why,
    };
    let text = read_text(&path, 1 << 16).map_err(unreadable(&path))?;
    let known: KnownAnswers = parse_toml(&text).map_err(&wrong)?;
    if known.model_sha256 != assessor.model().sha256 {
        return Err(wrong(
            "it was recorded with another model file; run `bccscope model record-answers`".into(),
        ));
    }
    let sensible = !known.answers.is_empty()
        && known.chart.len() == CHART_SAMPLES
        && (0.0..=MAX_TOLERANCE).contains(&known.tolerance);
    if !sensible {
        return Err(wrong(format!(
            "it needs answers, {CHART_SAMPLES} samples of the chart and a tolerance of 0 to {MAX_TOLERANCE}"
        )));
    }
    let chart = prepared_chart(assessor).map_err(&wrong)?;
    let off = chart
        .iter()
        .zip(&known.chart)
        .filter(|(got, want)| got.abs_diff(**want) > CHART_TOLERANCE)
        .count();
    if off > 0 {
        return Err(wrong(format!(
            "{off} of {CHART_SAMPLES} samples of the test chart are prepared differently: \
             crop, resize or colour order is not the one that was tested"
        )));
    }
    let mut tensors = Vec::new();
    for answer in &known.answers {
        let got = ask(assessor, answer.seed, &answer.patterns).map_err(&wrong)?;
        for (task, (got, want)) in Task::ALL.iter().zip(got.iter().zip(answer.scores)) {
            let difference = (got - want).abs();
            log::debug!(
                "known answer seed {} {}: {got} ({want})",
                answer.seed,
                task.code()
            );
            if difference.is_nan() || difference > known.tolerance {
                return Err(wrong(format!(
                    "phantom {} should score {want:.2} for {} but scores {got:.2}: \
                     the runtime or the model is not the one that was tested",
                    answer.seed,
                    task.code()
                )));
            }
        }
        let picture = picture(answer.seed, &answer.patterns).map_err(&wrong)?;
        let tensor = assessor
            .tensor(&picture)
            .map_err(|e| wrong(e.to_string()))?;
        tensors.push(tensor.to_vec());
    }
    Ok(tensors)
}

/// Runs the phantoms of the known answers and writes `known_answers.toml`.
///
/// # Errors
/// A sentence when a phantom cannot be scored or the file not be written.
pub fn record(assessor: &mut Assessor) -> Result<PathBuf, String> {
    let phantoms = [(1, vec![]), (2, vec!["AT", "UL"]), (3, vec!["PN"])];
    let mut answers = Vec::new();
    for (seed, patterns) in phantoms {
        let patterns: Vec<String> = patterns.into_iter().map(String::from).collect();
        let scores = ask(assessor, seed, &patterns)?;
        answers.push(KnownAnswer {
            seed,
            patterns,
            scores,
        });
    }
    let known = KnownAnswers {
        model_sha256: assessor.model().sha256.clone(),
        tolerance: TOLERANCE,
        chart: prepared_chart(assessor)?,
        answers,
    };
    let path = assessor.package().folder.join(FILE);
    let text = toml::to_string(&known).map_err(|e| e.to_string())?;
    let temporary = path.with_extension("toml.new");
    std::fs::write(
        &temporary,
        format!("# Written by `bccscope model record-answers`.\n{text}"),
    )
    .and_then(|()| std::fs::rename(&temporary, &path))
    .map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(path)
}

/// Samples of the chart as the model's input tensor holds it.
fn prepared_chart(assessor: &mut Assessor) -> Result<Vec<i8>, String> {
    let tensor = assessor.tensor(&chart()).map_err(|e| e.to_string())?;
    let step = (tensor.len() / CHART_SAMPLES).max(1);
    // Half a step in, so that the samples fall on all three colours.
    Ok(tensor
        .iter()
        .skip(step / 2)
        .step_by(step)
        .take(CHART_SAMPLES)
        .copied()
        .collect())
}

/// Noise in every byte: whatever weighs neighbours differently gives another picture.
fn chart() -> RgbImage {
    let mut state = 1u32;
    let mut chart = RgbImage::new(CHART.0, CHART.1);
    for byte in chart.iter_mut() {
        // Numerical Recipes' linear congruential generator; its upper bits are the good ones.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 24) as u8;
    }
    chart
}

fn ask(assessor: &mut Assessor, seed: u64, codes: &[String]) -> Result<[f32; TASKS], String> {
    let picture = picture(seed, codes)?;
    assessor.scores(&picture).map_err(|e| e.to_string())
}

fn picture(seed: u64, codes: &[String]) -> Result<RgbImage, String> {
    let patterns = codes
        .iter()
        .map(|code| Task::from_code(code).ok_or_else(|| format!("unknown pattern {code}")))
        .collect::<Result<Vec<_>, _>>()?;
    let phantom = Phantom {
        seed,
        patterns,
        width: SIZE.0,
        height: SIZE.1,
    };
    Ok(phantom.draw().picture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::locate;
    use image::imageops::{FilterType, crop_imm, resize};

    fn assessor() -> Assessor {
        let folder = locate(None).expect("the shipped model");
        Assessor::open(&folder, &Default::default()).expect("the shipped model is sound")
    }

    #[test]
    fn the_chart_tells_a_wrong_resize_or_colour_order() {
        let mut assessor = assessor();
        let right = prepared_chart(&mut assessor).unwrap();
        let input = assessor.package().manifest.input.clone();
        let off = |assessor: &mut Assessor, picture: &RgbImage| {
            let tensor = assessor.tensor(picture).unwrap();
            let step = tensor.len() / CHART_SAMPLES;
            right
                .iter()
                .zip(tensor.iter().skip(step / 2).step_by(step))
                .filter(|(a, b)| a.abs_diff(**b) > CHART_TOLERANCE)
                .count()
        };
        let stretched = |filter| resize(&chart(), input.width, input.height, filter);
        // Of the right crop, to half a pixel.
        let cropped = crop_imm(&chart(), 35, 0, 631, 473).to_image();
        let bicubic = resize(&cropped, input.width, input.height, FilterType::CatmullRom);
        let mut swapped = chart();
        for pixel in swapped.pixels_mut() {
            pixel.0.swap(0, 2);
        }
        for (name, wrong) in [
            ("nearest, no crop", stretched(FilterType::Nearest)),
            ("antialiased, no crop", stretched(FilterType::Triangle)),
            ("bicubic", bicubic),
            ("blue before red", swapped),
        ] {
            let off = off(&mut assessor, &wrong);
            assert!(off > CHART_SAMPLES / 3, "{name}: only {off} samples differ");
        }
        assert_eq!(off(&mut assessor, &chart()), 0);
    }
}
