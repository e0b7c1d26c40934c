//! The model, its known answers, and the engine.

use std::time::Instant;

use super::Check;
use crate::{
    assess::{Assessor, Gating},
    camera::phantom,
    config::Config,
    engine::{self, Choice, edgetpu::usb},
    frame::PixelFormat,
    model,
};

const ACCELERATOR: &str = "accelerator";

const RUNS: usize = 5;

/// Model, engine, accelerator.
pub(super) fn checks(config: &Config) -> Vec<Check> {
    let opened = model::locate(config.model.path.as_deref())
        .and_then(|folder| Assessor::open(&folder, &config.engine).map_err(|e| e.to_string()));
    let mut assessor = match opened {
        Ok(assessor) => assessor,
        Err(why) => {
            return vec![
                Check::fail("model", why),
                Check::skip("engine", "there is no model to run"),
                Check::skip(ACCELERATOR, "there is no model to run"),
            ];
        }
    };
    let info = assessor.model();
    let model = Check::pass(
        "model",
        format!(
            "{} {}, sha256 {}, known answers right",
            info.name,
            info.version,
            info.sha256.get(..12).unwrap_or(&info.sha256)
        ),
    );
    let engine = match repeat(&mut assessor) {
        Ok(words) => Check::pass("engine", words),
        Err(why) => Check::fail("engine", why),
    };
    let accelerator = accelerator(&assessor, config.engine.choice);
    vec![model, engine, accelerator]
}

/// The accelerator in use, or why none is. Asked after the inferences, so a fallback during
/// them shows too.
fn accelerator(assessor: &Assessor, choice: Choice) -> Check {
    let engine = assessor.engine();
    if choice == Choice::Cpu {
        return Check::skip(ACCELERATOR, "the configuration asks for the CPU only");
    }
    if let Some(why) = &engine.fallback {
        return Check::fail(ACCELERATOR, why.clone());
    }
    if engine.name.starts_with("Edge TPU") {
        let words = format!("{}: {}", engine.name, engine.runtime);
        return match usb::look().port() {
            Some(slow) => Check::pass(ACCELERATOR, format!("{words}; {slow}")),
            None => Check::pass(ACCELERATOR, words),
        };
    }
    // The CPU alone and no fallback: there is no accelerator, or no file for one.
    let why = assessor.accelerator_unused();
    Check::skip(ACCELERATOR, why.unwrap_or_else(|| engine::NO_FILE.into()))
}

/// The same picture several times: the same answer each time, or something is broken.
fn repeat(assessor: &mut Assessor) -> Result<String, String> {
    let frame = phantom::still((1280, 960), PixelFormat::Rgb8, "self-test")?;
    let mut first = None;
    let mut slowest = 0.0f64;
    for _ in 0..RUNS {
        let clock = Instant::now();
        let assessment = assessor
            .assess(&frame, Gating::Off)
            .map_err(|e| e.to_string())?;
        slowest = slowest.max(clock.elapsed().as_secs_f64() * 1e3);
        let answer = (assessment.findings, assessment.maps);
        match &first {
            None => first = Some(answer),
            Some(first) if *first == answer => {}
            Some(_) => {
                return Err(
                    "the same picture gave two answers: the engine or the memory is broken".into(),
                );
            }
        }
    }
    let engine = assessor.engine();
    Ok(format!(
        "{} ({}), {RUNS} equal answers, slowest {slowest:.0} ms a frame",
        engine.name, engine.runtime
    ))
}
