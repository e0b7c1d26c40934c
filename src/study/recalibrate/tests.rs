use super::*;
use crate::model::{Manifest, Package, Task};

fn shipped() -> Package {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/models/bcc8-mnv2");
    Package::open(folder.as_ref()).expect("the shipped model")
}

fn bcc() -> TaskSpec {
    shipped().manifest.task(Task::Bcc).clone()
}

/// A hundred images at each of some probabilities, of which as many are BCC as `is` says.
fn images(is: impl Fn(f64) -> f64) -> (Vec<f64>, Vec<bool>) {
    let (mut said, mut truth) = (vec![], vec![]);
    for p in [0.03, 0.1, 0.25, 0.4, 0.6, 0.8, 0.95] {
        said.extend([p; 100]);
        truth.extend((0..100).map(|i| f64::from(i) + 0.5 < 100.0 * is(p)));
    }
    (said, truth)
}

/// Scores back from the old probabilities.
fn scores(task: &TaskSpec, probabilities: &[f64]) -> Vec<f32> {
    let score = |&p: &f64| (logit(p) as f32 - task.bias) * task.temperature;
    probabilities.iter().map(score).collect()
}

fn fit(is: impl Fn(f64) -> f64, wish: Wish) -> Recalibrated {
    let (said, truth) = images(is);
    recalibrate(&bcc(), &said, &truth, wish, "tests".into()).expect("a fit")
}

#[test]
fn probabilities_that_were_too_sure_say_afterwards_what_is() {
    let is = |p: f64| sigmoid(0.5 * logit(p) - 0.4);
    let new = fit(is, Wish::default());
    assert!((new.before.slope - 0.5).abs() < 0.02, "{:?}", new.before);
    let (said, _) = images(is);
    for (score, p) in scores(&bcc(), &said).into_iter().zip(said) {
        let says = f64::from(new.task.probability(score));
        assert!(
            (says - is(p)).abs() < 0.01,
            "{p}: {says} where {} is",
            is(p)
        );
    }
    // The gate and the wish left everything else alone.
    assert_eq!(
        (new.fitted.images, new.fitted.bcc),
        (700, new.at_low.positives() as u32)
    );
}

#[test]
fn without_a_wish_the_same_pictures_are_answered_as_before() {
    let old = bcc();
    let (said, _) = images(|p| p * 0.3);
    let new = fit(
        |p| p * 0.3,
        Wish {
            prevalence: Some(0.05),
            ..Wish::default()
        },
    );
    for score in scores(&old, &said) {
        let (before, after) = (old.probability(score), new.task.probability(score));
        assert_eq!(before >= old.low, after >= new.task.low);
        assert_eq!(before >= old.high, after >= new.task.high);
        assert!(after < before, "rarer there than here");
    }
}

#[test]
fn another_prevalence_moves_the_odds_by_bayes_rule() {
    let here = fit(|p| p, Wish::default());
    let there = fit(
        |p| p,
        Wish {
            prevalence: Some(0.05),
            ..Wish::default()
        },
    );
    let own = f64::from(here.fitted.prevalence);
    for score in scores(&bcc(), &[0.1, 0.5, 0.9]) {
        let [a, b] = [&here, &there].map(|new| logit(f64::from(new.task.probability(score))));
        let moved = logit(0.05) - logit(own);
        assert!((b - a - moved).abs() < 1e-4, "{a} to {b}");
    }
    assert_eq!(there.fitted.prevalence, 0.05);
}

#[test]
fn a_wished_sensitivity_and_specificity_are_kept_on_these_images_and_no_more() {
    let wish = Wish {
        sensitivity: Some(0.95),
        specificity: Some(0.9),
        ..Wish::default()
    };
    let new = fit(|p| p, wish);
    assert!(new.at_low.sensitivity() >= Some(0.95));
    assert!(new.at_high.specificity() >= Some(0.9));
    // The next threshold would not.
    let (said, truth) = images(|p| p);
    let (low, high) = (f64::from(new.task.low), f64::from(new.task.high));
    let after: Vec<f64> = (scores(&bcc(), &said).iter())
        .map(|&s| f64::from(new.task.probability(s)))
        .collect();
    let share = |at: f64, of: bool| {
        let all = after.iter().zip(&truth).filter(|(_, t)| **t == of);
        let said = all.clone().filter(|(p, _)| (**p >= at) == of).count();
        said as f64 / all.count() as f64
    };
    let above = after
        .iter()
        .copied()
        .filter(|&p| p > low)
        .fold(1.0, f64::min);
    let below = after
        .iter()
        .copied()
        .filter(|&p| p < high)
        .fold(0.0, f64::max);
    assert!(share(low, true) >= 0.95 && share(above + 1e-6, true) < 0.95);
    assert!(share(high, false) >= 0.9 && share(below, false) < 0.9);
}

#[test]
fn what_cannot_be_fitted_is_refused_in_words() {
    let (said, truth) = images(|p| p);
    let refused = |said: &[f64], truth: &[bool], wish| {
        recalibrate(&bcc(), said, truth, wish, String::new()).expect_err("refused")
    };
    let few: Vec<bool> = (0..said.len()).map(|i| i < 19).collect();
    assert!(refused(&said, &few, Wish::default()).contains("19 BCC"));
    let exchanged: Vec<bool> = truth.iter().map(|t| !t).collect();
    assert!(refused(&said, &exchanged, Wish::default()).contains("exchanged"));
    let certain: Vec<bool> = said.iter().map(|&p| p > 0.5).collect();
    assert!(refused(&said, &certain, Wish::default()).contains("separate"));
    let crossing = Wish {
        sensitivity: Some(0.3),
        specificity: Some(0.3),
        ..Wish::default()
    };
    assert!(refused(&said, &truth, crossing).contains("low must not lie above high"));
}

#[test]
fn the_new_folder_is_a_model_of_its_own_with_the_same_network() {
    let old = shipped();
    let new = fit(
        |p| p * 0.5,
        Wish {
            prevalence: Some(0.05),
            ..Wish::default()
        },
    );
    let named = |name: &str| Named {
        name: name.into(),
        version: old.manifest.version.clone(),
        created: "2026-11-27".into(),
        command: "a test".into(),
    };
    let refused = files(&old, &new, &named(&old.manifest.name)).expect_err("the same name");
    assert!(refused.contains("another name or version"), "{refused}");

    let files = files(&old, &new, &named("ours")).expect("files");
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in &files {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    let package = Package::open(folder.path()).expect("a model");
    assert_eq!(package.cpu_sha256, old.cpu_sha256);
    assert_ne!(package.manifest_sha256, old.manifest_sha256);
    assert_eq!(package.manifest.task(Task::Bcc), &new.task);
    assert_eq!(package.manifest.fitted.as_ref(), Some(&new.fitted));
    let rest = |manifest: &Manifest| manifest.tasks[1..].to_vec();
    assert_eq!(rest(&package.manifest), rest(&old.manifest));
    let settings = crate::engine::Settings::default();
    crate::assess::Assessor::open(folder.path(), &settings).expect("its known answers");
}
