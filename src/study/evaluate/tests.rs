//! What the page and the tables say of answers that are given here by hand.

use super::*;
use crate::model::TASKS;

/// Judges one answer for all tasks, a lesion each.
fn judged(answers: &[(f64, bool)], split: &str) -> Evaluation {
    let case = |(i, &(_, bcc)): (usize, &(f64, bool))| Case {
        file: format!("{i}.jpg"),
        lesion: format!("L{i}"),
        split: split.into(),
        diagnosis: if bcc { "BCC" } else { "NV" }.into(),
        bcc,
        confirmed_by: String::new(),
        age: None,
        sex: String::new(),
        skin_tone: String::new(),
        site: String::new(),
        line: i as u64 + 2,
    };
    let cases: Vec<Case> = answers.iter().enumerate().map(case).collect();
    let prediction = |&(p, _): &(f64, bool)| Prediction {
        usable: true,
        reasons: Vec::new(),
        scored: Some(Scored {
            probability: [p; TASKS],
        }),
        engine: "CPU".into(),
        runtime: String::new(),
        stand_ins: Vec::new(),
    };
    let run = Run {
        provenance: Provenance {
            low: [0.3; TASKS],
            high: [0.6; TASKS],
            ..Provenance::default()
        },
        predictions: answers.iter().map(prediction).collect(),
    };
    evaluate(&Inputs {
        cases: &cases,
        run: &run,
        reference: None,
        other: None,
        not_dermoscopic: None,
        source: Source::default(),
        rounds: 100,
    })
    .unwrap()
}

/// So many BCC and as many others, all of them rightly answered.
fn without_an_error(each: usize) -> Vec<(f64, bool)> {
    let of = |bcc: bool| {
        (0..each).map(move |i| (0.01 * (i % 20) as f64 + if bcc { 0.7 } else { 0.1 }, bcc))
    };
    of(true).chain(of(false)).collect()
}

#[test]
fn sixty_bcc_without_a_miss_are_no_certainty() {
    let e = judged(&without_an_error(60), "");
    let figure = |metric: &str| {
        let mut found = e.figures.iter().filter(|f| f.subset == "all");
        let found = found.find(|f| f.section == "bcc" && f.metric == metric);
        found.unwrap().estimate.clone()
    };
    let npv = figure("NPV at high");
    assert_eq!(
        (npv.value, npv.n, &*npv.interval),
        (Some(1.0), 60, "wilson")
    );
    assert!((npv.low.unwrap() - 0.94).abs() < 0.001, "{npv:?}");
    // Nothing but 0 is ever drawn, which says nothing of other lesions.
    let lr = figure("LR- at high");
    assert_eq!((lr.value, lr.low, lr.high), (Some(0.0), None, None));
    for row in &e.prevalence {
        for worth in [&row.ppv, &row.npv] {
            assert!(worth.low.unwrap() < 1.0 && worth.n == 120, "{worth:?}");
        }
    }
    let page = e.html(None, &|_| None);
    assert!(!page.contains("1.000–1.000") && !page.contains("0.000–0.000"));
    assert!(page.contains("AUROC<b>1.000</b><span class=\"ci\">no interval, n 120"));
    for line in String::from_utf8(e.csv()).unwrap().lines().skip(1) {
        let fields: Vec<&str> = line.rsplitn(7, ',').collect();
        let (high, low) = (fields[3], fields[4]);
        assert!(low.is_empty() || low != high, "{line}");
    }
}

#[test]
fn a_likelihood_ratio_without_an_upper_end_leaves_json_and_csv_whole() {
    let mut answers = without_an_error(40);
    answers[79].0 = 0.9;
    let e = judged(&answers, "");
    let csv = String::from_utf8(e.csv()).unwrap();
    let line = csv
        .lines()
        .find(|l| l.starts_with("bcc,all,BCC,LR+ at high,"));
    let fields: Vec<&str> = line.unwrap().split(',').collect();
    assert!(fields[5].parse::<f64>().unwrap() > 1.0 && fields[6].is_empty());
    assert!(!csv.contains("inf") && !csv.contains("NaN"), "{csv}");
    serde_json::from_str::<serde_json::Value>(&serde_json::to_string(&e).unwrap()).unwrap();
    assert!(e.html(None, &|_| None).contains(" or more;<wbr> n 80"));
}

#[test]
fn labels_of_one_class_leave_no_nan_on_the_page() {
    for bcc in [false, true] {
        let answers: Vec<_> = (0..40).map(|i| (f64::from(i) / 40.0, bcc)).collect();
        let page = judged(&answers, "").html(None, &|_| None);
        assert!(page.contains("No decision curve"), "{bcc}");
        assert!(!page.contains("NaN") && !page.contains("inf\""), "{bcc}");
    }
}

#[test]
fn images_the_model_was_made_with_are_told_without_asking_for_a_split() {
    let warned = |split| {
        let page = judged(&without_an_error(10), split).html(None, &|_| None);
        page.contains(&format!("20 of the 20 images are of the split {split}, "))
            && page.contains("optimistic")
    };
    assert!(warned("val") && warned("train"));
    assert!(!warned("test") && !warned(""));
}
