//! What the page and the tables say of answers that are given here by hand.

use super::*;
use crate::{assess::Verdict, model::TASKS};

/// Judges one answer for all tasks, a lesion each.
fn judged(answers: &[(f64, bool)], split: &str) -> Evaluation {
    judged_after(answers, split, 1, |_, _| {})
}

/// As [`judged`], each image `copies` times; `change` changes a case and what is said of it.
fn judged_after(
    answers: &[(f64, bool)],
    split: &str,
    copies: usize,
    change: impl Fn(&mut Case, &mut Prediction),
) -> Evaluation {
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
    let prediction = |&(p, _): &(f64, bool)| Prediction {
        usable: true,
        reasons: Vec::new(),
        scored: Some(Scored {
            probability: [p; TASKS],
            verdict: match p {
                _ if p >= 0.6 => Verdict::BccSuspected,
                _ if p >= 0.3 => Verdict::Uncertain,
                _ => Verdict::NoBccSigns,
            },
        }),
        engine: "CPU".into(),
        runtime: String::new(),
        stand_ins: Vec::new(),
    };
    let mut both: Vec<(Case, Prediction)> = answers
        .iter()
        .enumerate()
        .map(|answer| (case(answer), prediction(answer.1)))
        .collect();
    for (case, prediction) in &mut both {
        change(case, prediction);
    }
    let both = both.into_iter().flat_map(|one| vec![one; copies]);
    let (cases, predictions): (Vec<Case>, Vec<Prediction>) = both.unzip();
    let run = Run {
        provenance: Provenance {
            low: [0.3; TASKS],
            high: [0.6; TASKS],
            ..Provenance::default()
        },
        predictions,
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

/// The figure of that name.
fn figure(e: &Evaluation, section: &str, subset: &str, metric: &str) -> Estimate {
    let mut found = e.figures.iter();
    let found = found.find(|f| f.section == section && f.subset == subset && f.metric == metric);
    found.map(|f| f.estimate.clone()).unwrap()
}

#[test]
fn the_verdict_is_judged_and_not_the_network_alone() {
    // The rule disagrees with half the answers that are sure, and the gate refuses one image.
    let mut answers = without_an_error(60);
    answers[0].0 = 0.1;
    answers[1].0 = 0.2;
    answers[2].0 = 0.4;
    answers[119].0 = 0.9;
    let e = judged_after(&answers, "", 1, |case, prediction| {
        let scored = prediction.scored.as_mut().unwrap();
        if case.file == "0.jpg" || (!case.bcc && case.line.is_multiple_of(2)) {
            scored.verdict = Verdict::Uncertain;
        }
        prediction.usable = case.file != "1.jpg";
    });
    let [all, gate_on, nevi] = &e.verdicts[..] else {
        panic!("{:?}", e.verdicts)
    };
    let told = |t: &Told| {
        assert_eq!(t.uncertain, t.between_thresholds + t.rule_disagrees);
        let why = (t.between_thresholds, t.rule_disagrees);
        (t.suspected, why, t.no_signs, t.not_usable)
    };
    assert_eq!(told(&all.bcc), (57, (1, 1), 1, 0));
    assert_eq!(told(&all.non_bcc), (1, (0, 30), 29, 0));
    assert_eq!(told(&gate_on.bcc), (57, (1, 1), 0, 1));
    assert_eq!(gate_on.bcc.total(), 60);
    assert_eq!((gate_on.gate, all.gate), (true, false));
    assert_eq!((nevi.bcc, nevi.non_bcc), (all.bcc, all.non_bcc));

    let missed = figure(&e, "verdict", "all", "BCC told no signs");
    assert_eq!((missed.value, missed.n), (Some(1.0 / 60.0), 60));
    let cleared = figure(&e, "verdict", "all", "non-BCC told no signs");
    assert_eq!(cleared.value, Some(29.0 / 60.0));
    let uncertain = figure(&e, "verdict", "all", "left uncertain");
    assert_eq!((uncertain.value, uncertain.n), (Some(32.0 / 120.0), 120));
    let among = figure(&e, "verdict", "all", "BCC among those told no signs");
    assert_eq!((among.value, among.n), (Some(1.0 / 30.0), 30));

    // What the network alone says keeps its old names.
    assert_eq!(
        figure(&e, "bcc", "all", "sensitivity at low").value,
        Some(58.0 / 60.0)
    );
    let f = &e.failures;
    assert_eq!((f.told_no_signs_total, f.missed_total), (1, 2));
    assert_eq!(f.told_no_signs[0].file, "1.jpg");
    assert_eq!(f.missed[0].verdict, Verdict::Uncertain);
    assert_eq!(f.told_suspected_total, 1);
    let worth = &e.prevalence[0];
    assert_eq!((worth.threshold, worth.prevalence), ("verdict", 0.01));
    // 29 of 60 at 99 in a hundred, 1 of 60 at one.
    let right = 29.0 * 0.99 / (29.0 * 0.99 + 1.0 * 0.01);
    assert!(
        (worth.npv.value.unwrap() - right).abs() < 1e-12,
        "{worth:?}"
    );

    let page = e.html(None, &|_| None);
    for words in [
        "<h3>BCC told no signs, the surest first: 1 of 1</h3>",
        "BCC told no signs<b>0.017</b>",
        "puts below low, 1 of 2 have another verdict",
        "<td>gate on: BCC</td><td>60</td>",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("The device answers no"));
}

#[test]
fn four_images_of_each_lesion_make_no_interval_narrower() {
    let answers: Vec<(f64, bool)> = (0..160)
        .map(|i| {
            (
                f64::from(i * 37 % 160) / 200.0 + f64::from(i % 2) * 0.2,
                i % 2 == 1,
            )
        })
        .collect();
    let change = |case: &mut Case, prediction: &mut Prediction| {
        case.sex = if case.line.is_multiple_of(3) {
            "female"
        } else {
            "male"
        }
        .into();
        prediction.usable = !case.line.is_multiple_of(10);
    };
    let [once, four_times] = [1, 4].map(|copies| judged_after(&answers, "", copies, change));
    let mut compared = 0;
    for (a, b) in once.figures.iter().zip(&four_times.figures) {
        let (a, b, name) = (
            &a.estimate,
            &b.estimate,
            format!("{} {}", a.subset, a.metric),
        );
        assert_eq!(
            (a.value.is_some(), 4 * a.n),
            (b.value.is_some(), b.n),
            "{name}"
        );
        assert!(
            (a.value.unwrap_or(0.0) - b.value.unwrap_or(0.0)).abs() < 1e-12,
            "{name}"
        );
        assert_eq!(a.small, b.small, "{name}");
        if a.interval == "wilson" && a.value.is_some() {
            assert_eq!(b.interval, "wilson clustered by lesion", "{name}");
            let [a, b] = [a, b].map(|e| e.high.unwrap() - e.low.unwrap());
            assert!((0.99..1.08).contains(&(b / a)), "{name}: {a}, {b}");
            compared += 1;
        }
    }
    assert!(compared > 80, "{compared}");
    // An interval's words stay in their column.
    let mut words = four_times.figures.iter().map(|f| &f.estimate.interval);
    assert!(words.all(|words| !words.contains(',')));
    for (a, b) in once.prevalence.iter().zip(&four_times.prevalence) {
        assert_eq!(b.ppv.interval, "wilson of both shares clustered by lesion");
        let [a, b] = [a, b].map(|row| row.ppv.high.unwrap() - row.ppv.low.unwrap());
        assert!((0.99..1.05).contains(&(b / a)), "{a}, {b}");
    }
}

#[test]
fn without_a_nevus_nothing_is_said_against_nevi() {
    let e = judged_after(&without_an_error(40), "", 1, |case, _| {
        if !case.bcc {
            case.diagnosis = "NEVUS".into();
        }
    });
    assert!(e.figures.iter().all(|f| f.subset != AGAINST_NEVI));
    assert!(e.tables.iter().all(|t| t.subset != AGAINST_NEVI));
    assert!(e.curves.roc_nevi.is_empty() && e.verdicts.len() == 2);
    let page = e.html(None, &|_| None);
    assert!(page.contains("no scored image has the diagnosis NV"));
    assert!(!page.contains("BCC against NV") && !page.contains(">BCC against nevi</text>"));
    // With one, it is.
    let page = judged(&without_an_error(40), "").html(None, &|_| None);
    assert!(page.contains("BCC against NV") && !page.contains("has the diagnosis NV"));
}

#[test]
fn a_single_class_gives_sensitivity_or_specificity_and_nothing_of_both() {
    for bcc in [false, true] {
        let answers: Vec<_> = (0..40).map(|i| (f64::from(i) / 40.0, bcc)).collect();
        let e = judged(&answers, "");
        for subset in ["all", "gate on"] {
            for metric in [
                "AUPRC",
                "precision at high",
                "NPV at high",
                "accuracy at low",
                "F1 at low",
                "accuracy outside the band",
            ] {
                let e = figure(&e, "bcc", subset, metric);
                assert_eq!((e.value, e.low, e.high), (None, None, None), "{metric}");
            }
            let among = figure(&e, "verdict", subset, "BCC among those told no signs");
            assert_eq!((among.value, among.n), (None, 12));
            let [sensitivity, specificity] = ["sensitivity", "specificity"]
                .map(|metric| figure(&e, "bcc", subset, &format!("{metric} at low")).value);
            assert_eq!(sensitivity, bcc.then_some(0.7));
            assert_eq!(specificity, (!bcc).then_some(0.3));
        }
    }
}
