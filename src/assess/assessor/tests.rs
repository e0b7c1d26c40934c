use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

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
    /// How many were given.
    answers: Arc<AtomicUsize>,
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
            answers: Arc::default(),
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
        let number = self.answers.fetch_add(1, Ordering::Relaxed);
        let name = match self.plan.get(number) {
            _ if self.held => CPU,
            planned => planned.copied().unwrap_or(TPU),
        };
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

/// The engine of an occlusion map by this plan, and how many answers it took: one to the whole
/// picture and four to its cells, each time it is begun.
fn occluded(plan: &[&'static str]) -> (EngineInfo, usize) {
    let engine = Planned::new(plan);
    let answers = Arc::clone(&engine.answers);
    let maps = assessor(engine).occlusion(&frame((320, 240)));
    (maps.expect("a map").1, answers.load(Ordering::Relaxed))
}

#[test]
fn an_occlusion_map_is_all_of_one_engine_also_where_the_first_one_is_back_at_the_end() {
    let (by, answers) = occluded(&[]);
    assert_eq!((by.name.as_str(), answers), (TPU, 5));
    // Begun anew, whole.
    let (by, answers) = occluded(&[TPU, CPU]);
    assert_eq!((by.name.as_str(), answers), (TPU, 2 + 5));
    // One that comes and goes is not asked again.
    let (by, answers) = occluded(&[TPU, TPU, CPU, TPU, CPU]);
    assert_eq!((by.name.as_str(), answers), (CPU, 3 + 2 + 5));
}

#[test]
fn another_reason_for_the_cpu_begins_no_occlusion_map_anew_and_the_map_is_said_to_be_the_cpus() {
    let (by, answers) = occluded(&[CPU; 5]);
    assert_eq!((by.name.as_str(), answers), (CPU, 5));
    assert_eq!(by.fallback.as_deref(), Some("reason 4"));
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

/// Says these scores of BCC, one an inference, and no pattern.
struct Saying(Vec<f32>, EngineInfo);

impl Engine for Saying {
    fn info(&self) -> &EngineInfo {
        &self.1
    }

    fn infer(&mut self, _: &[i8]) -> Result<Outputs, EngineError> {
        let mut logits = [-9.0; TASKS];
        logits[0] = self.0.remove(0);
        Ok(Outputs {
            rows: 2,
            columns: 2,
            maps: logits.repeat(4),
            logits,
        })
    }
}

#[test]
fn no_signs_of_the_sharpest_picture_is_not_shown_where_another_of_its_burst_says_otherwise() {
    let (yes, no) = (9.0, -9.0);
    let frames = vec![frame((640, 480)); 3];
    for (said, verdict) in [
        ([no, yes, no], Verdict::Uncertain),
        ([no, no, no], Verdict::NoBccSigns),
        ([yes, yes, yes], Verdict::BccSuspected),
    ] {
        let mut assessor = assessor(Box::new(Saying(said.to_vec(), info(CPU))));
        assessor.views = 1;
        let burst = assessor.assess_burst(&frames, || true).unwrap().unwrap();
        // Of pictures alike the first.
        let bcc = burst.assessment.findings.unwrap()[0];
        assert_eq!((burst.chosen, bcc.score), (0, said[0]));
        assert_eq!(burst.assessment.verdict, verdict, "{said:?}");
        let spread = burst.spread;
        assert_eq!(spread.scored, 3);
        assert_eq!(
            spread.chosen_verdict == Some(verdict),
            !spread.verdicts.differ()
        );
        assert_eq!(spread.verdicts.differ(), said[0] != said[1]);
    }
}
