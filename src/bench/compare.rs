//! Two reports side by side.

use super::Report;

/// One step on one engine, then and now.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which engine.
    pub engine: String,
    /// Which step.
    pub step: String,
    /// Medians in ms: then, now.
    pub median: (f64, f64),
    /// 95th percentiles in ms: then, now.
    pub p95: (f64, f64),
}

impl Change {
    /// How many times the median of then.
    pub fn ratio(&self) -> f64 {
        self.median.1 / self.median.0.max(1e-6)
    }
}

/// Every step that both reports have on an engine of the same name.
pub fn compare(then: &Report, now: &Report) -> Vec<Change> {
    let mut changes = Vec::new();
    for engine in &now.engines {
        let Some(old) = then.engines.iter().find(|old| old.engine == engine.engine) else {
            continue;
        };
        for step in &engine.steps {
            if let Some(was) = old.steps.iter().find(|was| was.name == step.name) {
                changes.push(Change {
                    engine: engine.engine.clone(),
                    step: step.name.clone(),
                    median: (was.median, step.median),
                    p95: (was.p95, step.p95),
                });
            }
        }
    }
    changes
}
