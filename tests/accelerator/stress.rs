//! Faults in turn, again and again: no verdict is lost or wrong, and the engine is truly named.

use std::time::{Duration, Instant};

use bccscope::engine::Engine;

use crate::bench::{Bench, SIMULATED, close, same, wait_for};

const FAULTS: [&str; 8] = [
    "slow=60000",
    "hang",
    "abort",
    "wrong",
    "error",
    "gone",
    "busy abort",
    "mismatch abort",
];

/// What a round of all faults measured.
#[derive(Debug, Default)]
struct Seen {
    verdicts: usize,
    by_accelerator: usize,
    by_cpu: usize,
    worst: Duration,
    worst_cpu: Duration,
}

fn rounds(count: usize, deadline: Duration) -> Seen {
    let bench = Bench::new();
    let mut launch = bench.launch(deadline);
    launch.limits.trips = usize::MAX;
    launch.limits.start = Duration::from_secs(1);
    let mut engine = bench.open(launch);
    let mut cpu = bench.cpu();
    let mut seen = Seen::default();
    for round in 0..count {
        for (nth, fault) in FAULTS.iter().enumerate() {
            wait_for(&engine, |name, _| name == SIMULATED);
            // One with, one without the fault, one while it is back or not yet.
            for (step, words) in [(0, ""), (1, *fault), (2, *fault), (3, "")] {
                bench.faults(words);
                let input = bench.input((round * 100 + nth * 4 + step) as u32);
                let clock = Instant::now();
                let want = cpu.infer(&input).unwrap();
                seen.worst_cpu = seen.worst_cpu.max(clock.elapsed());
                let clock = Instant::now();
                let got = engine.infer(&input).expect("no verdict is lost");
                seen.worst = seen.worst.max(clock.elapsed());
                seen.verdicts += 1;
                match (engine.info().name.as_str(), &engine.info().fallback) {
                    (SIMULATED, None) => {
                        close(&got, &want);
                        seen.by_accelerator += 1;
                    }
                    ("CPU", Some(_)) => {
                        same(&got, &want);
                        seen.by_cpu += 1;
                    }
                    other => panic!("{other:?}"),
                }
                if step == 1 || step == 2 {
                    assert_eq!(engine.info().name, "CPU", "{fault}");
                }
            }
        }
    }
    seen
}

#[test]
fn every_fault_once() {
    let seen = rounds(1, Duration::from_millis(500));
    assert_eq!(seen.verdicts, 4 * FAULTS.len());
    assert!(seen.by_cpu >= 2 * FAULTS.len(), "{seen:?}");
}

/// `cargo test --test accelerator -- --ignored --nocapture every_fault_two_hundred_times`;
/// fewer rounds with `BCCSCOPE_STRESS_ROUNDS=20`.
#[test]
#[ignore = "takes many minutes"]
fn every_fault_two_hundred_times() {
    let deadline = Duration::from_millis(500);
    let wanted = std::env::var("BCCSCOPE_STRESS_ROUNDS").ok();
    let count = wanted.map_or(200, |n| n.parse().expect("a number of rounds"));
    let seen = rounds(count, deadline);
    println!("{count} rounds of {FAULTS:?}: {seen:#?}");
    assert_eq!(seen.verdicts, 4 * count * FAULTS.len());
    assert!(
        seen.worst <= deadline + 2 * seen.worst_cpu + Duration::from_millis(100),
        "{seen:?}"
    );
}
