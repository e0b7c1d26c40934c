use super::*;
use crate::{
    engine::{
        Shape,
        edgetpu::{Trouble, usb::Sighting},
        worker::Limits,
    },
    model::TASKS,
};

struct Cpu(EngineInfo);

impl Engine for Cpu {
    fn info(&self) -> &EngineInfo {
        &self.0
    }

    fn infer(&mut self, _: &[i8]) -> Result<Outputs, EngineError> {
        Ok(Outputs {
            rows: 1,
            columns: 1,
            maps: vec![0.0; TASKS],
            logits: [0.0; TASKS],
        })
    }
}

/// Without a keeper, so that nothing changes but by the test.
fn engine(if_there: bool) -> Guarded {
    let launch = Launch {
        program: "/nonexistent".into(),
        library: "none".into(),
        model: vec![],
        model_name: "none".into(),
        shape: Shape {
            input: [1, 1, 1, 3],
            maps: [1, 1, 1, TASKS],
            logits: [1, TASKS],
        },
        max_difference: 0.0,
        limits: Limits::with_deadline(Duration::from_secs(1)),
        root: "/nonexistent".into(),
    };
    let cpu = Cpu(EngineInfo {
        name: "CPU".into(),
        runtime: "a stub".into(),
        fallback: None,
    });
    let shared = Shared::new(launch, vec![], cpu.0.clone(), if_there);
    Guarded::of(Box::new(cpu), Arc::new(shared))
}

const INPUT: [i8; 3] = [0; 3];

fn lose(engine: &Guarded, failure: Failure) {
    engine.shared.lose(&mut engine.shared.slot(), failure);
}

fn absent() -> Failure {
    Failure::Absent(Trouble::NoDevice(Sighting::default()))
}

/// The reason the badge shows, and that of the next answer.
fn reasons(engine: &mut Guarded) -> [Option<String>; 2] {
    engine.infer(&INPUT).expect("the CPU answers");
    let badge = engine.watch().expect("a watch").get();
    assert_eq!(
        (badge.name.as_str(), engine.info().name.as_str()),
        ("CPU", "CPU")
    );
    [badge.fallback, engine.info().fallback.clone()]
}

#[test]
fn an_accelerator_nobody_asked_for_is_missed_only_once_it_was_there() {
    let mut engine = engine(true);
    lose(&engine, absent());
    assert_eq!(reasons(&mut engine), [None, None]);
    let why = engine.unused().expect("the self-test says why");
    assert!(why.contains("no Edge TPU on USB or PCIe"), "{why}");
    // Looked for seldom, however often it was not there.
    let rest = |engine: &Guarded| engine.shared.slot().backoff.wait(Instant::now());
    assert!(
        rest(&engine) > Duration::from_secs(9),
        "{:?}",
        rest(&engine)
    );

    lose(&engine, Failure::Failed("x".into()));
    lose(&engine, absent());
    for why in reasons(&mut engine) {
        assert!(
            why.expect("a reason")
                .contains("no Edge TPU on USB or PCIe")
        );
    }
    assert_eq!(engine.unused(), None);
    assert!(
        rest(&engine) < Duration::from_secs(3),
        "{:?}",
        rest(&engine)
    );
}

#[test]
fn an_accelerator_that_was_asked_for_is_missed_from_the_start() {
    let mut engine = engine(false);
    lose(&engine, absent());
    for why in reasons(&mut engine) {
        assert!(
            why.expect("a reason")
                .contains("no Edge TPU on USB or PCIe")
        );
    }
    assert_eq!(engine.unused(), None);
}

#[test]
fn an_answer_of_the_cpu_keeps_the_reason_of_its_own_moment() {
    let mut engine = engine(false);
    lose(&engine, Failure::Failed("x".into()));
    let instead = engine.accelerated(&INPUT).expect_err("there is no worker");
    // The keeper has another one before anybody looks again.
    engine.shared.slot().last = None;
    assert_eq!(instead.fallback.as_deref(), Some("the Edge TPU failed: x"));
}

#[test]
fn an_input_of_the_wrong_length_is_refused_and_names_no_other_engine() {
    let mut engine = engine(false);
    engine.info.name = "the last one".into();
    let refused = engine.infer(&[0; 5]);
    assert!(matches!(
        refused,
        Err(EngineError::InputLength { got: 5, want: 3 })
    ));
    assert_eq!(engine.info().name, "the last one");
}
