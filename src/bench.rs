//! How fast the device is: every step of an assessment timed many times, on the CPU and on the
//! engine the configuration asks for, with what slows a board down beside it.

mod compare;

use std::{
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use serde::{Deserialize, Serialize};

pub use compare::{Change, compare};

use crate::{
    assess::{Assessor, Gating, Timings},
    camera::phantom,
    engine::{Choice, Settings, edgetpu::usb},
    frame::{Frame, PixelFormat},
    platform,
};

/// Layout of the report.
pub const SCHEMA: u32 = 1;

/// Inferences before the first that counts: caches, clocks, parameters over USB.
const WARM_UP: usize = 5;

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Layout, [`SCHEMA`].
    pub schema: u32,
    /// This program's version.
    pub app_version: String,
    /// Name and version of the model.
    pub model: String,
    /// SHA-256 of its CPU file.
    pub model_sha256: String,
    /// The frame: format and size.
    pub frame: String,
    /// Assessments an engine.
    pub runs: usize,
    /// Looks at each picture, an inference each; the step `infer` is all of them.
    #[serde(default = "one")]
    pub views: usize,
    /// The CPU, and the engine asked for where it is another.
    pub engines: Vec<EngineReport>,
    /// Peak memory of this process, in KiB; `None` where the kernel does not say.
    pub peak_memory_kib: Option<u64>,
    /// The hottest sensor before and after, in °C.
    pub degrees: [Option<f32>; 2],
    /// What slows the board down: heat, a weak supply, a slow port.
    pub warnings: Vec<String>,
}

/// Of a report from before there were several.
fn one() -> usize {
    1
}

/// One engine's figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EngineReport {
    /// Which engine truly ran.
    pub engine: String,
    /// On what.
    pub runtime: String,
    /// Why it is not the one asked for.
    pub fallback: Option<String>,
    /// From the model's folder to known answers that are right, in ms.
    pub start_ms: f64,
    /// Assessments a second, one behind the other.
    pub per_second: f64,
    /// The steps in order, then `total`.
    pub steps: Vec<Step>,
}

/// One step's times, in ms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Half were faster.
    pub median: f64,
    /// 95 of 100 were faster.
    pub p95: f64,
    /// The slowest.
    pub worst: f64,
}

impl Step {
    /// Of at least one time.
    fn of(name: &str, times: impl Iterator<Item = Duration>) -> Step {
        let mut sorted: Vec<f64> = times.map(|t| t.as_secs_f64() * 1e3).collect();
        sorted.sort_by(f64::total_cmp);
        // The nearest rank (ISO 16269-4 calls it the empirical quantile).
        let at = |share: f64| {
            let rank = (share * sorted.len() as f64).ceil() as usize;
            sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
        };
        Step {
            name: name.to_owned(),
            median: at(0.5),
            p95: at(0.95),
            worst: at(1.0),
        }
    }
}

/// Measures a model's folder. The same phantom frame each time, as a camera's MJPG.
///
/// # Errors
/// A sentence when the model is refused or a frame cannot be assessed.
pub fn measure(
    folder: &Path,
    settings: &Settings,
    runs: usize,
    size: (u32, u32),
) -> Result<Report, String> {
    let sys = Path::new("/sys");
    let before = platform::hottest(sys);
    let frame = phantom::still(size, PixelFormat::Mjpeg, "bench")?;
    let cpu = Settings {
        choice: Choice::Cpu,
        ..settings.clone()
    };
    let (assessor, first) = engine(folder, &cpu, runs, &frame)?;
    let mut engines = vec![first];
    if settings.choice != Choice::Cpu {
        let (_, second) = engine(folder, settings, runs, &frame)?;
        // A fallback is a second line, so that nobody takes it for the accelerator.
        if second.engine != "CPU" || second.fallback.is_some() {
            engines.push(second);
        }
    }
    let mut warnings: Vec<String> = platform::warning(sys, SystemTime::now())
        .into_iter()
        .collect();
    warnings.extend(usb::look().port().map(Into::into));
    let model = assessor.model();
    Ok(Report {
        schema: SCHEMA,
        app_version: env!("CARGO_PKG_VERSION").into(),
        model: format!("{} {}", model.name, model.version),
        model_sha256: model.sha256.clone(),
        frame: format!("MJPG {}x{}", size.0, size.1),
        runs,
        views: assessor.views().used,
        engines,
        peak_memory_kib: peak_memory(),
        degrees: [before, platform::hottest(sys)],
        warnings,
    })
}

fn engine(
    folder: &Path,
    settings: &Settings,
    runs: usize,
    frame: &Frame,
) -> Result<(Assessor, EngineReport), String> {
    let clock = Instant::now();
    let mut assessor = Assessor::open(folder, settings).map_err(|e| e.to_string())?;
    let start = clock.elapsed();
    let assess = |assessor: &mut Assessor| {
        let assessment = assessor.assess(frame, Gating::Off);
        assessment.map(|a| a.timings).map_err(|e| e.to_string())
    };
    for _ in 0..WARM_UP {
        assess(&mut assessor)?;
    }
    let clock = Instant::now();
    let times: Vec<Timings> = (0..runs.max(1))
        .map(|_| assess(&mut assessor))
        .collect::<Result<_, _>>()?;
    let took = clock.elapsed().as_secs_f64();
    let step = |name, of: fn(&Timings) -> Duration| Step::of(name, times.iter().map(of));
    // Asked after the runs: a fallback during them shows.
    let info = assessor.engine().clone();
    let report = EngineReport {
        engine: info.name,
        runtime: info.runtime,
        fallback: info.fallback,
        start_ms: start.as_secs_f64() * 1e3,
        per_second: times.len() as f64 / took.max(1e-9),
        steps: vec![
            step("decode", |t| t.decode),
            step("quality", |t| t.quality),
            step("prepare", |t| t.prepare),
            step("infer", |t| t.infer),
            step("explain", |t| t.explain),
            step("total", Timings::total),
        ],
    };
    Ok((assessor, report))
}

fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steps_figures_are_ranks_of_its_times() {
        let times = (1..=100).rev().map(Duration::from_millis);
        let step = Step::of("infer", times);
        assert_eq!((step.median, step.p95, step.worst), (50.0, 95.0, 100.0));
        let step = Step::of("infer", [Duration::from_millis(7)].into_iter());
        assert_eq!((step.median, step.p95, step.worst), (7.0, 7.0, 7.0));
    }
}
