//! Which engine: what the configuration asks for, what the model has a file for, what is there.

use super::{
    Choice, Engine, EngineError, Outputs, Settings, Shape,
    worker::{Guarded, Launch, Limits, Probe},
};
use crate::{assess::EngineInfo, model::Package};

/// The engine to use, from a CPU engine whose known answers are right.
///
/// `questions` are input tensors that both engines are asked: the accelerator is used only where
/// its answers are the CPU's, within the manifest's bound. With [`Choice::Auto`] the CPU is no
/// fallback where the model has no compiled file, and as long as no accelerator is there; every
/// other reason not to use it is one and shown.
pub fn choose(
    cpu: Box<dyn Engine>,
    package: &Package,
    settings: &Settings,
    questions: Vec<Vec<i8>>,
) -> Box<dyn Engine> {
    if settings.choice == Choice::Cpu {
        return cpu;
    }
    let auto = settings.choice == Choice::Auto;
    let compiled = match package.edgetpu() {
        Ok(Some(compiled)) => compiled,
        Ok(None) if auto => return cpu,
        Ok(None) => return Instead::of(cpu, NO_FILE.into()),
        Err(e) => return Instead::of(cpu, e.to_string()),
    };
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(e) => return Instead::of(cpu, format!("this program's own file is unknown: {e}")),
    };
    let mut cpu = cpu;
    let mut probes = Vec::new();
    for input in questions {
        match cpu.infer(&input) {
            Ok(answer) => probes.push(Probe { input, answer }),
            Err(e) => return Instead::of(cpu, format!("no known answer to compare with: {e}")),
        }
    }
    let launch = Launch {
        program,
        library: settings.edgetpu_library.clone(),
        model_name: format!("{} sha256 {}", file_name(&compiled.path), compiled.sha256),
        model: compiled.bytes,
        shape: Shape::of(&package.manifest),
        max_difference: compiled.max_difference,
        limits: Limits::with_deadline(settings.deadline()),
        root: "/".into(),
    };
    Box::new(Guarded::open(cpu, launch, probes, auto))
}

/// Why a model cannot use an accelerator.
pub const NO_FILE: &str =
    "the model has no file compiled for the Edge TPU (scripts/compile-edgetpu.sh makes it)";

fn file_name(path: &std::path::Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The CPU in the place of an accelerator that cannot even be tried.
struct Instead {
    cpu: Box<dyn Engine>,
    info: EngineInfo,
}

impl Instead {
    fn of(cpu: Box<dyn Engine>, why: String) -> Box<dyn Engine> {
        log::warn!("{why}; the CPU analyses instead");
        let info = EngineInfo {
            fallback: Some(why),
            ..cpu.info().clone()
        };
        Box::new(Instead { cpu, info })
    }
}

impl Engine for Instead {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
        self.cpu.infer(input)
    }
}
