//! Every fault: the CPU answers, the reason is said, and the accelerator comes back.

use std::{thread, time::Duration};

use bccscope::engine::Engine;

use crate::bench::{Bench, SIMULATED, close, same, wait_for};

/// So long that a busy machine does not miss it.
const AMPLE: Duration = Duration::from_secs(20);
/// For faults that last for ever.
const SHORT: Duration = Duration::from_millis(400);

#[test]
fn the_accelerators_answers_are_the_cpus_and_marked_simulated() {
    let bench = Bench::new();
    let mut engine = bench.open(bench.launch(AMPLE));
    assert_eq!(engine.info().name, SIMULATED);
    let mut cpu = bench.cpu();
    for seed in 10..14 {
        let input = bench.input(seed);
        close(&engine.infer(&input).unwrap(), &cpu.infer(&input).unwrap());
        assert_eq!(engine.info().name, SIMULATED);
        assert_eq!(engine.info().fallback, None);
    }
    assert!(engine.info().runtime.contains("TensorFlow Lite 2.17.1"));
    assert!(engine.info().runtime.contains("SIMULATED edgetpu-sim"));
}

/// A fault strikes a working accelerator.
#[track_caller]
fn strikes(fault: &str, deadline: Duration, words: &[&str]) {
    let bench = Bench::new();
    let mut engine = bench.open(bench.launch(deadline));
    let mut cpu = bench.cpu();
    wait_for(&engine, |name, _| name == SIMULATED);
    bench.faults(fault);
    let input = bench.input(20);
    same(&engine.infer(&input).unwrap(), &cpu.infer(&input).unwrap());
    let info = engine.info().clone();
    assert_eq!(info.name, "CPU");
    let why = info.fallback.expect("a fallback says why");
    for word in words {
        assert!(why.contains(word), "no {word:?} in {why:?}");
    }
    // The fault goes: the accelerator is used again once its known answers are right.
    bench.faults("");
    wait_for(&engine, |name, _| name == SIMULATED);
    let input = bench.input(21);
    close(&engine.infer(&input).unwrap(), &cpu.infer(&input).unwrap());
}

#[test]
fn a_hang_ends_at_the_deadline() {
    strikes("hang", SHORT, &["did not answer within 400 ms"]);
}

#[test]
fn an_answer_that_comes_too_late_is_not_used() {
    strikes("slow=60000", SHORT, &["did not answer within 400 ms"]);
}

#[test]
fn an_abort_in_a_thread_of_the_library_ends_only_the_worker() {
    strikes(
        "abort",
        AMPLE,
        &[
            "SIGABRT",
            "bulk out for header failed",
            "USB transfer failed",
        ],
    );
}

#[test]
fn wrong_numbers_are_found_by_the_known_answer_behind_them() {
    strikes("wrong", AMPLE, &["answers wrongly", "0.20 is allowed"]);
}

#[test]
fn the_runtimes_own_words_reach_the_user() {
    strikes("error", AMPLE, &["USB transfer error 1 [LibUsbDataIn]"]);
}

#[test]
fn an_unplugged_accelerator_is_noticed_without_an_inference() {
    let bench = Bench::new();
    let engine = bench.open(bench.launch(AMPLE));
    bench.faults("gone");
    wait_for(&engine, |name, fallback| {
        name == "CPU" && fallback.is_some_and(|why| why.contains("no longer there"))
    });
    bench.faults("");
    wait_for(&engine, |name, fallback| {
        name == SIMULATED && fallback.is_none()
    });
}

/// A fault that is there from the start.
#[track_caller]
fn from_the_start(fault: &str, words: &[&str]) {
    let bench = Bench::new();
    bench.faults(fault);
    let mut engine = bench.open(bench.launch(AMPLE));
    let why = engine.info().fallback.clone().expect("a fallback says why");
    for word in words {
        assert!(why.contains(word), "no {word:?} in {why:?}");
    }
    let input = bench.input(30);
    same(
        &engine.infer(&input).unwrap(),
        &bench.cpu().infer(&input).unwrap(),
    );
    assert_eq!(engine.info().name, "CPU");
    bench.faults("");
    wait_for(&engine, |name, _| name == SIMULATED);
}

#[test]
fn no_device_is_looked_for_until_it_comes() {
    from_the_start("no-device", &["no Edge TPU on USB or PCIe", "plug it in"]);
}

#[test]
fn a_busy_device_is_said_to_be() {
    from_the_start("busy", &["would not open", "another program"]);
}

#[test]
fn a_library_for_another_runtime_is_named_by_what_it_does() {
    from_the_start("mismatch", &["SIGSEGV", "do not fit each other"]);
}

#[test]
fn wrong_answers_from_the_start_keep_it_out() {
    from_the_start("wrong", &["answers wrongly"]);
}

#[test]
fn of_two_devices_one_is_used() {
    let bench = Bench::new();
    bench.faults("two-devices");
    assert_eq!(bench.open(bench.launch(AMPLE)).info().name, SIMULATED);
}

#[test]
fn an_accelerator_beyond_the_manifests_bound_is_refused() {
    let bench = Bench::new();
    let mut launch = bench.launch(AMPLE);
    launch.max_difference = -1.0;
    let engine = bench.open(launch);
    let why = engine.info().fallback.clone().unwrap();
    assert!(why.contains("where -1.00 is allowed"), "{why}");
}

#[test]
fn without_any_accelerator_auto_is_the_plain_cpu() {
    let bench = Bench::new();
    bench.faults("no-device");
    let mut engine = bench.open_auto(bench.launch(AMPLE));
    let input = bench.input(1);
    same(
        &engine.infer(&input).unwrap(),
        &bench.cpu().infer(&input).unwrap(),
    );
    assert_eq!(engine.info(), bench.cpu().info());
    let why = engine.unused().expect("the self-test says why");
    assert!(why.contains("no Edge TPU on USB or PCIe"), "{why}");
    // One that is there and fails is a fallback all the same.
    bench.faults("busy");
    let engine = bench.open_auto(bench.launch(AMPLE));
    assert!(engine.info().fallback.is_some());
    assert_eq!(engine.unused(), None);
}

#[test]
fn an_accelerator_that_is_plugged_in_later_is_used_by_auto_and_missed_when_it_goes() {
    let bench = Bench::new();
    bench.faults("no-device");
    let engine = bench.open_auto(bench.launch(AMPLE));
    bench.faults("");
    // The buses show none, so no process is started, and there is no badge.
    thread::sleep(Duration::from_millis(100));
    assert_eq!(&engine.watch().unwrap().get(), bench.cpu().info());
    bench.plug_in();
    wait_for(&engine, |name, fallback| {
        name == SIMULATED && fallback.is_none()
    });
    bench.faults("gone");
    wait_for(&engine, |name, fallback| {
        name == "CPU" && fallback.is_some()
    });
}

#[test]
fn a_worker_that_cannot_be_started_is_a_fallback() {
    let bench = Bench::new();
    let mut launch = bench.launch(AMPLE);
    launch.program = "/nonexistent/bccscope".into();
    let why = bench.open(launch).info().fallback.clone().unwrap();
    assert!(why.contains("cannot be started"), "{why}");
}

#[test]
fn an_input_of_the_wrong_length_costs_no_accelerator() {
    let bench = Bench::new();
    let mut engine = bench.open(bench.launch(AMPLE));
    assert!(engine.infer(&[0; 5]).is_err());
    engine.infer(&bench.input(1)).unwrap();
    assert_eq!(engine.info().name, SIMULATED);
}
