//! `bccscope bench`: how fast the device is.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{
    context::ModelArgs,
    error::{CliError, OrFail},
    out::say,
};
use crate::{
    bench::{self, Report, SCHEMA},
    config::Config,
    files,
};

/// Arguments of `bccscope bench`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  bccscope bench
  bccscope bench --json > today.json
  bccscope bench --against today.json

Times are in milliseconds, of the same phantom frame each time. Stop a running device first: it
takes cores and the accelerator.")]
pub struct BenchCommand {
    /// Assessments an engine, 1 to 100000
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    runs: u32,
    /// Size of the frame
    #[arg(long, value_name = "WxH", default_value = "1920x1080", value_parser = super::size::parse)]
    size: (u32, u32),
    /// One JSON object instead of the table
    #[arg(long)]
    json: bool,
    /// Compare with an earlier run's JSON
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    against: Option<PathBuf>,
    #[command(flatten)]
    model: ModelArgs,
}

/// Runs the command.
///
/// # Errors
/// When the model is refused, or the earlier run's file cannot be read.
pub fn run(command: &BenchCommand, config: &Config) -> Result<(), CliError> {
    // Read first: minutes later is too late to say that the file is wrong.
    let earlier = command.against.as_deref().map(earlier).transpose()?;
    let folder = command.model.folder(config)?;
    let report = bench::measure(&folder, &config.engine, command.runs as usize, command.size)
        .map_err(CliError::Failed)?;
    if command.json {
        return say(serde_json::to_string(&report).or_fail()?);
    }
    table(&report)?;
    match earlier {
        Some(earlier) => comparison(&earlier, &report),
        None => Ok(()),
    }
}

fn earlier(path: &Path) -> Result<Report, CliError> {
    let wrong = |why: String| CliError::WrongUse(format!("{}: {why}", path.display()));
    let text = files::read_text(path, 1 << 20).map_err(|e| wrong(e.to_string()))?;
    let report: Report = serde_json::from_str(&text)
        .map_err(|e| wrong(format!("not what `bccscope bench --json` writes: {e}")))?;
    if report.schema == SCHEMA {
        Ok(report)
    } else {
        Err(wrong(format!(
            "schema {} where {SCHEMA} is read",
            report.schema
        )))
    }
}

fn table(report: &Report) -> Result<(), CliError> {
    say(format_args!(
        "{}, {}, {} assessments an engine, {} a picture",
        report.model,
        report.frame,
        report.runs,
        match report.views {
            1 => "one inference".to_owned(),
            n => format!("{n} inferences"),
        }
    ))?;
    for engine in &report.engines {
        say(format_args!("\n{} ({})", engine.engine, engine.runtime))?;
        if let Some(why) = &engine.fallback {
            say(format_args!("  FALLBACK: {why}"))?;
        }
        say(format_args!(
            "  {:<10}{:>10}{:>10}{:>10}",
            "ms", "median", "p95", "worst"
        ))?;
        for step in &engine.steps {
            say(format_args!(
                "  {:<10}{:>10.2}{:>10.2}{:>10.2}",
                step.name, step.median, step.p95, step.worst
            ))?;
        }
        say(format_args!(
            "  {:.1} a second; ready after {:.0} ms",
            engine.per_second, engine.start_ms
        ))?;
    }
    let memory = report.peak_memory_kib.map(|kib| kib / 1024);
    let memory = memory.map_or_else(|| "unknown".into(), |mib| format!("{mib} MiB"));
    let [before, after] = report
        .degrees
        .map(|d| d.map_or_else(|| "no sensor".into(), |d| format!("{d:.0} °C")));
    say(format_args!(
        "\npeak memory {memory}; temperature {before} before, {after} after"
    ))?;
    for warning in &report.warnings {
        say(format_args!("warning: {warning}"))?;
    }
    Ok(())
}

fn comparison(then: &Report, now: &Report) -> Result<(), CliError> {
    let alike = |r: &Report| (r.model_sha256.clone(), r.frame.clone(), r.views);
    if alike(then) != alike(now) {
        say(format_args!(
            "\nnot alike: then {}, {} and {} views, now {}, {} and {} views",
            then.model, then.frame, then.views, now.model, now.frame, now.views
        ))?;
    }
    say(format_args!(
        "\n{:<22}{:<10}{:>8}{:>8}{:>8}{:>10}{:>8}",
        "then and now, ms", "", "median", "", "ratio", "p95", ""
    ))?;
    for change in bench::compare(then, now) {
        say(format_args!(
            "{:<22}{:<10}{:>8.2}{:>8.2}{:>8.2}{:>10.2}{:>8.2}",
            change.engine,
            change.step,
            change.median.0,
            change.median.1,
            change.ratio(),
            change.p95.0,
            change.p95.1
        ))?;
    }
    Ok(())
}
