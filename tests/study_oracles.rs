//! The study room against independent implementations: crowd-kit, statsmodels, krippendorff,
//! scikit-learn. `scripts/oracles/study.py` wrote the fixtures.

use std::path::Path;

use bccscope::{
    model::Task,
    study::{
        consensus::{
            Settings, Votes,
            agreement::{cohen_kappa, fleiss_kappa, krippendorff_alpha},
            consensus,
            em::{self, Fit, Priors},
        },
        metrics::{
            Bins, Confusion, auroc, average_precision, brier, calibration_in_the_large, ece,
            mcnemar, reliability, slope_intercept, wilson,
        },
        readings::Readings,
    },
};
use serde_json::Value;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/study");

fn fixture(name: &str) -> Value {
    let text = std::fs::read_to_string(Path::new(FIXTURES).join(name)).expect("the fixture");
    serde_json::from_str(&text).expect("JSON")
}

fn readings() -> Readings {
    Readings::read(&Path::new(FIXTURES).join("readings.csv")).expect("generated readings")
}

fn code(task: Task) -> &'static str {
    if task == Task::Bcc {
        "bcc"
    } else {
        task.code()
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[track_caller]
fn near(what: &str, got: f64, want: f64, within: f64) {
    assert!(
        (got - want).abs() <= within,
        "{what}: {got}, the oracle says {want}"
    );
}

fn check(readings: &Readings, oracle: &Value, within: f64) {
    for task in Task::ALL {
        let want = &oracle[code(task)];
        let votes = Votes::of_task(readings, task);
        let Fit {
            posterior,
            model,
            converged,
            ..
        } = em::fit(&votes, &Priors::FLAT);
        assert!(converged, "{task:?}");
        let positive = posterior.iter().flatten().filter(|&&p| p >= 0.5).count() as u64;
        assert_eq!(Some(positive), want["positive"].as_u64(), "{task:?}");
        near(
            "prevalence",
            model.prevalence[0],
            number(&want["prevalence"]),
            within,
        );
        for (reader, name) in readings.readers.iter().enumerate() {
            let what = format!("{task:?} {name}");
            near(
                &what,
                model.sensitivity[reader],
                number(&want["sensitivity"][reader]),
                within,
            );
            near(
                &what,
                model.specificity[reader],
                number(&want["specificity"][reader]),
                within,
            );
        }
        if let Some(all) = want["posterior"].as_array() {
            for (got, want) in posterior.iter().zip(all) {
                match got {
                    Some(p) => near("posterior", *p, number(want), 1e-4),
                    None => assert!(want.is_null()),
                }
            }
        }
        let items: Vec<usize> = (0..votes.items.len()).collect();
        let fleiss = fleiss_kappa(&votes, &items).0.expect("κ");
        near("Fleiss", fleiss, number(&want["fleiss"]), 1e-9);
        let alpha = krippendorff_alpha(&votes, &items).expect("α");
        near("Krippendorff", alpha, number(&want["alpha"]), 1e-9);
        for (a, first) in readings.readers.iter().enumerate() {
            for (b, second) in readings.readers.iter().enumerate().skip(a + 1) {
                let kappa = cohen_kappa(&votes, a, b, &items).0.expect("κ");
                near(
                    "Cohen",
                    kappa,
                    number(&want["cohen"][format!("{first}-{second}")]),
                    1e-9,
                );
            }
        }
    }
}

#[test]
fn consensus_and_agreement_are_those_of_crowd_kit_statsmodels_and_krippendorff() {
    check(&readings(), &fixture("oracle.json")["questions"], 1e-5);
}

#[test]
fn they_are_on_the_real_readings_too() {
    let path = Path::new("/work/shared/data/patterns/readings.csv");
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return;
    }
    let readings = Readings::read(path).expect("the real readings");
    check(&readings, &fixture("oracle_real.json"), 1e-4);
}

#[test]
fn priors_move_a_rare_pattern_and_hardly_a_common_one() {
    let readings = readings();
    for (task, least, most) in [(Task::Ulceration, 0.0, 0.05), (Task::SpokeWheel, 1e-4, 0.3)] {
        let votes = Votes::of_task(&readings, task);
        let flat = em::fit(&votes, &Priors::FLAT).model.sensitivity;
        let with = em::fit(&votes, &Priors::default()).model.sensitivity;
        let moved = flat
            .iter()
            .zip(&with)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        assert!((least..most).contains(&moved), "{task:?} {moved}");
    }
}

#[test]
fn the_metrics_are_those_of_scikit_learn_statsmodels_and_scipy() {
    let mut p = Vec::new();
    let mut y = Vec::new();
    let text = std::fs::read_to_string(Path::new(FIXTURES).join("scores.csv")).expect("scores");
    for line in text.lines().skip(1) {
        let mut fields = line.split(',');
        p.push(
            fields
                .next()
                .and_then(|f| f.parse::<f64>().ok())
                .expect("p"),
        );
        y.push(fields.next() == Some("1"));
    }
    let oracle = &fixture("oracle.json")["metrics"];
    let want = |name: &str| number(&oracle[name]);
    near("AUROC", auroc(&p, &y).unwrap(), want("auroc"), 1e-12);
    near(
        "AP",
        average_precision(&p, &y).unwrap(),
        want("average_precision"),
        1e-12,
    );
    near("Brier", brier(&p, &y).unwrap(), want("brier"), 1e-12);
    near(
        "ECE",
        ece(&p, &y, Bins::Fixed(10)).unwrap(),
        want("ece_fixed"),
        1e-9,
    );
    near(
        "ECE a",
        ece(&p, &y, Bins::Adaptive(10)).unwrap(),
        want("ece_adaptive"),
        1e-9,
    );
    let fit = slope_intercept(&p, &y).unwrap();
    near("slope", fit.slope, want("slope"), 1e-6);
    near("intercept", fit.intercept, want("intercept"), 1e-6);
    // Logits three times as large: a third of the slope, the same intercept.
    let odds = |p: f64| (p / (1.0 - p)).powi(3);
    let sharp: Vec<f64> = p.iter().map(|&p| odds(p) / (1.0 + odds(p))).collect();
    let fit = slope_intercept(&sharp, &y).expect("a slope of probabilities far too sure");
    near("slope of three", fit.slope, want("slope") / 3.0, 1e-6);
    near("intercept of three", fit.intercept, want("intercept"), 1e-6);
    near(
        "large",
        calibration_in_the_large(&p, &y).unwrap(),
        want("in_the_large"),
        1e-6,
    );

    let said: Vec<bool> = p.iter().map(|&p| p >= 0.4).collect();
    let table = Confusion::count(said.iter().copied().zip(y.iter().copied()));
    let counts = [
        table.true_positive,
        table.false_positive,
        table.false_negative,
        table.true_negative,
    ];
    assert_eq!(serde_json::json!(counts), oracle["confusion_at_0.4"]);
    let (low, high) = wilson(table.true_positive, table.positives()).unwrap();
    near(
        "Wilson",
        low,
        number(&oracle["wilson_sensitivity"][0]),
        1e-9,
    );
    near(
        "Wilson",
        high,
        number(&oracle["wilson_sensitivity"][1]),
        1e-9,
    );

    let right = p
        .iter()
        .zip(&y)
        .map(|(&p, &y)| ((p >= 0.4) == y, (p >= 0.6) == y));
    near("McNemar", mcnemar(right).p, want("mcnemar_p"), 1e-9);
    let three_of_seventeen = (0..17).map(|i| (i < 3, i >= 3));
    near(
        "binomial",
        mcnemar(three_of_seventeen).p,
        want("binomial_3_of_17"),
        1e-9,
    );

    let bins = reliability(&p, &y, Bins::Fixed(10));
    let all = oracle["reliability"].as_array().unwrap();
    assert_eq!(bins.len(), all.len());
    for (bin, want) in bins.iter().zip(all) {
        near("said", bin.said, number(&want[0]), 1e-8);
        near("is", bin.is, number(&want[1]), 1e-9);
    }
}

#[test]
fn the_reference_standard_reads_back_as_it_was_written() {
    let readings = readings();
    let settings = Settings {
        priors: Priors::default(),
        rounds: 20,
    };
    let consensus = consensus(&readings, settings).expect("five readers");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("consensus.csv");
    std::fs::write(&path, consensus.csv(&readings)).unwrap();
    let back = bccscope::study::consensus::Standard::read(&path).expect("our own file");
    let standards = consensus.standards(&readings);
    assert_eq!(back.len(), standards.len());
    for (a, b) in back.iter().zip(&standards) {
        assert_eq!((&a.file, &a.cells), (&b.file, &b.cells));
        for (x, y) in a.posterior.iter().zip(&b.posterior) {
            match (x, y) {
                (Some(x), Some(y)) => near("posterior", *x, *y, 1e-6),
                other => assert_eq!(other, (&None, &None)),
            }
        }
        // A pattern that is there is somewhere; one that is not is nowhere.
        for (p, cells) in b.cells.iter().enumerate() {
            if b.posterior[p + 1].is_none_or(|x| x < 0.5) {
                assert!(cells.is_empty());
            }
        }
    }
    for question in &consensus.report.questions {
        assert!(question.converged);
        for reader in &question.readers {
            let (e, n) = (&reader.sensitivity, &reader.reader);
            let (Some(low), Some(high)) = (e.low, e.high) else {
                // Of five spoke wheels two readers missed none.
                assert!(e.n < 6, "{n}: {e:?}");
                continue;
            };
            assert!(low < high && low > 0.0 && high < 1.0, "{n}: {low} {high}");
        }
    }
}

#[test]
fn one_reader_is_no_consensus() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.csv");
    std::fs::write(
        &path,
        "file,reader,PN,UL,ON,MG,ML,SW,AT\nx,R1,0,0,0,0,0,0,1\n",
    )
    .unwrap();
    let readings = Readings::read(&path).unwrap();
    let settings = Settings {
        priors: Priors::default(),
        rounds: 0,
    };
    let why = consensus(&readings, settings).unwrap_err();
    assert!(why.contains("R1") && why.contains("two"), "{why}");
}
