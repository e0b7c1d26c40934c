//! What has to be read is there, and whole.

use super::{
    super::{text::Text, *},
    SIZES,
    order::in_order,
    samples, texts,
};
use crate::assess::{ModelInfo, Verdict, ViewCount, report::NOTICE};

#[test]
fn at_the_usual_sizes_no_word_of_ours_is_shortened() {
    let mut wrong = vec![];
    for sample in samples().all() {
        // Names from outside may be of any length: they end in an ellipsis.
        if ["long-names", "everything-at-once"].contains(&sample.name) {
            continue;
        }
        for size in SIZES {
            for text in texts(&compose(&sample.scene, &sample.status, size)) {
                if text.shortened {
                    wrong.push(format!("{} at {size:?}: {:?}", sample.name, text.lines));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_notice_is_read_whole_over_a_ready_and_over_an_unusable_picture() {
    let mut wrong = vec![];
    for mut sample in samples().all() {
        if !["live-ready", "live-dark"].contains(&sample.name) {
            continue;
        }
        for notice in Notice::ALL {
            let Scene::Live { notice: told, .. } = &mut sample.scene else {
                panic!("{} is no live picture", sample.name);
            };
            *told = Some(notice);
            for size in SIZES.into_iter().chain([(480, 800)]) {
                wrong.extend(in_order(&sample, size).err());
                let texts = texts(&compose(&sample.scene, &sample.status, size));
                let whole = |text: &Text| !text.shortened && text.lines.join(" ") == notice.words();
                if !texts.iter().any(whole) {
                    wrong.push(format!("{notice:?} at {size:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_notice_stands_beside_every_verdict() {
    for sample in samples().all() {
        let Scene::Result { assessment, .. } = sample.scene else {
            continue;
        };
        for size in SIZES.into_iter().chain([(320, 240), (480, 800)]) {
            let shown: String = texts(&compose(&sample.scene, &sample.status, size))
                .iter()
                .flat_map(|text| text.lines.clone())
                .collect::<Vec<_>>()
                .join(" ");
            assert!(shown.contains(NOTICE), "{} at {size:?}", sample.name);
            let head = assessment.verdict.words().split(": ").next().unwrap_or("");
            assert!(shown.contains(head), "{} at {size:?}", sample.name);
        }
    }
}

#[test]
fn a_refused_picture_shows_no_probability() {
    let all = samples().all();
    let sample = all
        .iter()
        .find(|s| matches!(s.scene, Scene::Result { assessment, .. } if assessment.verdict == Verdict::NotUsable))
        .expect("a sample that is not usable");
    for text in texts(&compose(&sample.scene, &sample.status, (800, 480))) {
        assert!(
            !text.lines.iter().any(|line| line.contains('%')),
            "{:?}",
            text.lines
        );
    }
}

#[test]
fn a_fallback_is_an_alert_over_the_whole_width() {
    let all = samples().all();
    let sample = all
        .iter()
        .find(|s| s.name == "engine-fallback")
        .expect("the sample");
    for size in SIZES {
        let sheet = compose(&sample.scene, &sample.status, size);
        let alert = texts(&sheet)
            .into_iter()
            .find(|text| {
                text.lines
                    .iter()
                    .any(|line| line.contains("ENGINE FALLBACK"))
            })
            .expect("the alert");
        assert!(!alert.shortened);
        assert!(alert.area.w > size.0 as f32 * 0.7);
    }
}

#[test]
fn why_a_fallback_was_held_for_a_picture_is_read_and_only_its_cause_may_be_shortened() {
    let mut status = samples().all()[0].status.clone();
    status.fallback = Some(
        "the Edge TPU came and went within one picture; last: the Edge TPU is no longer there: \
         unplugged, or lost its power"
            .into(),
    );
    let scene = Scene::Help { sight: None };
    for size in SIZES {
        let shown = texts(&compose(&scene, &status, size));
        let mut words = shown.iter().map(|text| text.lines.join(" "));
        assert!(
            words
                .any(|words| words
                    .contains("CPU in use, the Edge TPU came and went within one picture")),
            "{size:?}"
        );
    }
}

#[test]
fn how_few_views_are_averaged_is_read_beside_the_longest_names() {
    let mut status = samples().all()[0].status.clone();
    let model = ModelInfo {
        name: "bcc8-mobilenet-v2-experimental".into(),
        version: "12.34.56-rc7".into(),
        ..ModelInfo::default()
    };
    status.engine = "Edge TPU SIMULATED".into();
    status.model = model_words(&model, ViewCount { used: 1, of: 4 });
    status.camera = "Dino-Lite Universal Dermatoscope usb-0000:01:00.0-1.2.4".into();
    status.stand_in = Some("PHANTOM SIMULATED".into());
    let scene = Scene::Help { sight: None };
    for size in SIZES.into_iter().chain([(480, 800)]) {
        let shown = texts(&compose(&scene, &status, size));
        let mut words = shown.iter().map(|text| text.lines.concat());
        assert!(
            words.any(|words| words.contains("1 of 4 views")),
            "{size:?}"
        );
    }
}
