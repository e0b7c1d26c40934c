//! Whether a manifest makes sense. Ranges are written so that a NaN fails.

use std::path::{Component, Path};

use super::{Files, InputSpec, Manifest, TaskSpec};
use crate::model::{TASKS, Task, view};

/// # Errors
/// One sentence: the first thing that does not.
pub(super) fn check(manifest: &Manifest) -> Result<(), String> {
    if manifest.name.is_empty() || manifest.version.is_empty() {
        return Err("name and version must not be empty".into());
    }
    let InputSpec { width, height, .. } = manifest.input;
    if !(32..=2048).contains(&width) || !(32..=2048).contains(&height) {
        return Err(format!("input {width}x{height} is out of range 32 to 2048"));
    }
    view::check(&manifest.views)?;
    let [batch, rows, columns, classes] = manifest.outputs.maps;
    if batch != 1 || !(1..=256).contains(&rows) || !(1..=256).contains(&columns) || classes != TASKS
    {
        return Err(format!(
            "outputs.maps {:?} where [1, rows, columns, {TASKS}] is needed",
            manifest.outputs.maps
        ));
    }
    if manifest.outputs.logits != [1, TASKS] {
        return Err(format!(
            "outputs.logits {:?} where [1, {TASKS}] is needed",
            manifest.outputs.logits
        ));
    }
    if manifest.tasks.len() != TASKS {
        return Err(format!(
            "{} tasks where {TASKS} are needed",
            manifest.tasks.len()
        ));
    }
    let Files { cpu, edgetpu } = &manifest.files;
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
    for (spec, task) in manifest.tasks.iter().zip(Task::ALL) {
        check_task(spec, task)?;
    }
    if let Some(fitted) = &manifest.fitted {
        // Written so that a NaN fails.
        let sensible = fitted.prevalence > 0.0 && fitted.prevalence < 1.0;
        if !sensible || fitted.bcc > fitted.images {
            return Err(format!(
                "fitted: {} BCC of {} images, prevalence {} where above 0 and below 1 is needed",
                fitted.bcc, fitted.images, fitted.prevalence
            ));
        }
    }
    Ok(())
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
    let in_order = 0.0 <= spec.low && spec.low <= spec.high && spec.high <= 1.0;
    if !in_order {
        return Err(format!(
            "task {id}: thresholds must be 0 <= low <= high <= 1"
        ));
    }
    let sensible = spec.map_exponent > 0.0 && spec.map_exponent <= 1.0;
    if !sensible {
        return Err(format!(
            "task {id}: map_exponent {} where above 0 to 1 is needed",
            spec.map_exponent
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../models/bcc8-mnv2/manifest.toml");

    fn with_exponent(value: f32) -> Result<(), String> {
        let mut manifest = Manifest::parse(SHIPPED).unwrap();
        manifest.tasks[1].map_exponent = value;
        check(&manifest)
    }

    #[test]
    fn a_map_exponent_outside_its_range_is_named_with_its_task() {
        assert_eq!(with_exponent(0.3), Ok(()));
        for bad in [0.0, -1.0, 1.5, f32::NAN] {
            let why = with_exponent(bad).unwrap_err();
            assert!(
                why.starts_with("task pigment_network: map_exponent"),
                "{why}"
            );
        }
    }
}
