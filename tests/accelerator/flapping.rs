//! An accelerator that comes and goes while one picture is analysed: the verdict is the CPU's
//! alone, and says so.

use std::time::Duration;

use bccscope::{
    assess::{EngineInfo, prepare::Preparer, views},
    engine::{Engine, EngineError, Outputs, worker::Guarded},
};
use image::{Rgb, RgbImage};

use crate::bench::{Bench, SIMULATED, close, same, wait_for};

/// So long that a busy machine does not miss it.
const AMPLE: Duration = Duration::from_secs(20);

/// Between any two inferences the accelerator fails, or comes back.
struct Flapping<'a> {
    bench: &'a Bench,
    engine: Guarded,
    still: bool,
    answered: Vec<String>,
}

impl Engine for Flapping<'_> {
    fn info(&self) -> &EngineInfo {
        self.engine.info()
    }

    fn hold_fallback(&mut self, hold: bool) {
        self.engine.hold_fallback(hold);
    }

    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
        if self.still || self.answered.len().is_multiple_of(2) {
            self.bench.faults("");
            wait_for(&self.engine, |name, _| name == SIMULATED);
        } else {
            self.bench.faults("error");
        }
        let outputs = self.engine.infer(input)?;
        self.answered.push(self.engine.info().name.clone());
        Ok(outputs)
    }
}

#[test]
fn a_picture_in_which_the_accelerator_comes_and_goes_is_the_cpus_and_the_next_one_is_not() {
    let bench = Bench::new();
    let manifest = &bench.package.manifest;
    let mut engine = Flapping {
        bench: &bench,
        engine: bench.open(bench.launch(AMPLE)),
        still: false,
        answered: vec![],
    };
    let picture = RgbImage::from_fn(320, 240, |x, y| Rgb([x as u8, y as u8, 99]));
    let mut preparer = Preparer::new(&manifest.input);
    let (views, score) = (&manifest.views, manifest.outputs.score);
    let mut look = |engine: &mut dyn Engine| {
        views::look(engine, &mut preparer, &picture, views, score).expect("a verdict")
    };

    let by_cpu = look(&mut bench.cpu());
    let flapped = look(&mut engine);
    same(&flapped.merged, &by_cpu.merged);
    let changes = [SIMULATED, "CPU", SIMULATED, "CPU"];
    assert_eq!(engine.answered[..4], changes);
    assert!(engine.answered[4..].iter().all(|name| name == "CPU"));
    assert_eq!(engine.answered.len(), 4 + views.len());
    assert_eq!(engine.info().name, "CPU");
    let why = engine.info().fallback.clone().expect("a fallback says why");
    assert!(why.contains("came and went within one picture"), "{why}");
    assert!(why.contains("USB transfer error 1"), "{why}");

    engine.still = true;
    engine.answered.clear();
    close(&look(&mut engine).merged, &by_cpu.merged);
    assert_eq!(engine.answered, vec![SIMULATED; views.len()]);
    assert_eq!(engine.info().fallback, None);
}
