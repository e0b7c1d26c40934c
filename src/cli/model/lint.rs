//! `bccscope model lint`: what the Edge TPU compiler will say.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::super::{
    error::CliError,
    out::{complain, printable, say},
};
use crate::{
    files,
    model::{
        lint::{self, Lint, ON_CHIP, Prediction},
        package::MAX_FILE,
    },
};

/// Refusals printed a file; a float model has one a node.
const SHOWN: usize = 5;

/// Looks at each file.
///
/// # Errors
/// When one would not run on the Edge TPU as a whole, or is no model.
pub(super) fn run(paths: &[PathBuf], json: bool) -> Result<(), CliError> {
    let mut good = true;
    for path in paths {
        let name = path.display().to_string();
        let answer = read(path);
        good &= matches!(&answer, Ok(lint) if lint.prediction() != Prediction::Refused);
        match answer {
            Ok(lint) if json => say(as_json(&name, &lint))?,
            Ok(lint) => print(&printable(&name), &lint)?,
            Err(why) if json => say(json!({"path": name, "error": why}))?,
            Err(why) => complain(format_args!("{}: {why}", printable(&name))),
        }
    }
    if good {
        Ok(())
    } else {
        Err(CliError::AlreadySaid)
    }
}

fn read(path: &Path) -> Result<Lint, String> {
    let bytes = files::read(path, MAX_FILE).map_err(|why| why.to_string())?;
    lint::lint(&bytes)
}

fn word(prediction: Prediction) -> &'static str {
    match prediction {
        Prediction::Compiles => "compiles",
        Prediction::Compiled => "compiled",
        Prediction::Refused => "refused",
    }
}

fn as_json(name: &str, lint: &Lint) -> Value {
    let operators: Vec<_> = lint
        .operators
        .iter()
        .map(|op| json!({"name": op.name, "version": op.version, "count": op.count}))
        .collect();
    let refusals: Vec<_> = lint.refusals.iter().map(ToString::to_string).collect();
    json!({
        "path": name,
        "prediction": word(lint.prediction()),
        "refusals": refusals,
        "warnings": lint.warnings,
        "operators": operators,
        "parameter_bytes": lint.parameters,
        "on_chip_bytes": lint.on_chip(),
        "working_bytes": lint.working,
    })
}

fn print(name: &str, lint: &Lint) -> Result<(), CliError> {
    match lint.prediction() {
        Prediction::Compiles => say(format_args!(
            "{name}: compiles for the Edge TPU, all of it; about {} of parameters for {} on the \
             chip, {} for the largest step",
            mib(lint.on_chip()),
            mib(ON_CHIP),
            mib(lint.working)
        ))?,
        Prediction::Compiled => say(format_args!(
            "{name}: is compiled for the Edge TPU, all of it"
        ))?,
        Prediction::Refused => say(format_args!(
            "{name}: would not run on the Edge TPU as a whole"
        ))?,
    }
    for refusal in lint.refusals.iter().take(SHOWN) {
        say(format_args!("  {}", printable(&refusal.to_string())))?;
    }
    if lint.refusals.len() > SHOWN {
        let more = lint.refusals.len() - SHOWN;
        say(format_args!("  and {more} more (--json shows all)"))?;
    }
    for warning in &lint.warnings {
        say(format_args!("  warning: {}", printable(warning)))?;
    }
    for operator in &lint.operators {
        say(format_args!(
            "  {:>5} x {} v{}",
            operator.count,
            printable(&operator.name),
            operator.version
        ))?;
    }
    Ok(())
}

fn mib(bytes: usize) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
