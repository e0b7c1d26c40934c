use super::*;
use crate::{
    camera::phantom,
    engine::{EngineError, Outputs, Settings, Watch},
    frame::PixelFormat,
};

/// An accelerator and the CPU behind it, by a plan: who gives the first answer, the second, and
/// so on; the accelerator gives all further ones.
struct Planned {
    plan: Vec<&'static str>,
    answers: Vec<String>,
    info: EngineInfo,
    held: bool,
    watch: Watch,
}

const TPU: &str = "Edge TPU";
const CPU: &str = "CPU";

fn info(name: &str) -> EngineInfo {
    EngineInfo {
        name: name.into(),
        runtime: String::new(),
        fallback: None,
    }
}

impl Planned {
    fn new(plan: &[&'static str]) -> Box<Planned> {
        Box::new(Planned {
            plan: plan.to_vec(),
            answers: vec![],
            info: info(TPU),
            held: false,
            watch: Watch::new(info(TPU)),
        })
    }
}

impl Engine for Planned {
    fn info(&self) -> &EngineInfo {
        &self.info
    }

    fn infer(&mut self, _: &[i8]) -> Result<Outputs, EngineError> {
        let number = self.answers.len();
        let name = match self.plan.get(number) {
            _ if self.held => CPU,
            planned => planned.copied().unwrap_or(TPU),
        };
        self.answers.push(name.into());
        self.info = EngineInfo {
            fallback: (name == CPU).then(|| format!("reason {number}")),
            ..info(name)
        };
        Ok(Outputs {
            rows: 2,
            columns: 2,
            maps: vec![1.0; 4 * TASKS],
            logits: [0.0; TASKS],
        })
    }

    fn hold_fallback(&mut self, hold: bool) {
        self.held = hold;
    }

    fn watch(&self) -> Option<Watch> {
        Some(self.watch.clone())
    }
}

fn assessor(engine: Box<dyn Engine>) -> Assessor {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/bcc8-mnv2");
    let assessor = Assessor::open_unchecked(&shipped, &Settings::default()).unwrap();
    Assessor { engine, ..assessor }
}

fn frame(size: (u32, u32)) -> Frame {
    phantom::still(size, PixelFormat::Rgb8, "a test").unwrap()
}

/// The engine of an occlusion map, an answer to the whole picture and one a cell, by this plan.
fn occluded(plan: &[&'static str]) -> EngineInfo {
    let maps = assessor(Planned::new(plan)).occlusion(&frame((320, 240)));
    maps.expect("a map").1
}

#[test]
fn an_occlusion_map_is_all_of_one_engine_also_where_the_first_one_is_back_at_the_end() {
    assert_eq!(occluded(&[TPU; 5]).name, TPU);
    // Begun anew once, whole.
    assert_eq!(occluded(&[TPU, CPU, TPU, TPU, TPU, TPU, TPU]).name, TPU);
    // One that comes and goes is not asked again.
    let gone_twice = occluded(&[TPU, TPU, CPU, TPU, CPU, TPU, TPU, TPU, TPU, TPU]);
    assert_eq!(gone_twice.name, CPU);
}

#[test]
fn another_reason_for_the_cpu_refuses_no_occlusion_map_and_the_map_says_it_is_the_cpus() {
    let by = occluded(&[CPU; 5]);
    assert_eq!(
        (by.name.as_str(), by.fallback.as_deref()),
        (CPU, Some("reason 4"))
    );
}

#[test]
fn a_refused_picture_names_the_engine_in_use_and_not_that_of_an_older_picture() {
    let engine = Planned::new(&[]);
    let watch = engine.watch.clone();
    let mut assessor = assessor(engine);
    let older = assessor.assess(&frame((640, 480)), Gating::Off).unwrap();
    assert_eq!(older.engine.name, TPU);
    // It is pulled, and nothing is asked of the CPU in its place.
    let pulled = EngineInfo {
        fallback: Some("unplugged".into()),
        ..info(CPU)
    };
    watch.set(pulled.clone());
    let refused = assessor.assess(&frame((16, 16)), Gating::On).unwrap();
    assert_eq!(refused.verdict, Verdict::NotUsable);
    assert_eq!(refused.engine, pulled);
}
