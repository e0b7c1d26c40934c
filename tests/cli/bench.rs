//! `bccscope bench`: figures that make sense, and comparison with an earlier run.

use std::fs;

use crate::support::{bccscope, folder, put};

#[test]
fn two_runs_are_measured_and_compared() {
    let small = ["bench", "--runs", "3", "--size", "320x240"];
    let ran = bccscope(small.iter().chain(&["--json"]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let report = &ran.json()[0];
    let engine = &report["engines"][0];
    assert_eq!(engine["engine"], "CPU");
    let steps = engine["steps"].as_array().unwrap();
    let names: Vec<_> = steps
        .iter()
        .map(|step| step["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["decode", "quality", "prepare", "infer", "explain", "total"]
    );
    for step in steps {
        let figure = |name: &str| step[name].as_f64().unwrap();
        assert!(0.0 < figure("median"), "{step}");
        assert!(figure("median") <= figure("p95") && figure("p95") <= figure("worst"));
    }
    assert!(report["peak_memory_kib"].as_u64().unwrap() > 1000);

    let dir = folder();
    let earlier = put(&dir, "earlier.json", ran.out);
    let ran = bccscope(
        small
            .iter()
            .chain(&["--against", earlier.to_str().unwrap()]),
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("then and now"), "{}", ran.out);

    fs::write(&earlier, "{}").unwrap();
    bccscope(
        small
            .iter()
            .chain(&["--against", earlier.to_str().unwrap()]),
    )
    .refused(2, &["earlier.json", "bccscope bench --json"]);
}
