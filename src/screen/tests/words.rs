//! What has to be read is there, and whole.

use super::{
    super::{text::Text, *},
    SIZES,
    order::in_order,
    samples, texts,
};
use crate::assess::{
    ModelInfo, Verdict, ViewCount,
    report::{NOT_LOOKED_FOR, NOTICE},
};

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

/// What stands on a button: its label, and the key below it.
fn buttons(sample: &str, size: (u32, u32)) -> Vec<(Action, String)> {
    let all = samples().all();
    let sample = all.iter().find(|s| s.name == sample).expect("the sample");
    let sheet = compose(&sample.scene, &sample.status, size);
    let texts = texts(&sheet);
    let on = |target: &Target| {
        let inside = texts.iter().filter(|t| target.area.overlaps(&t.area));
        let mut inside: Vec<_> = inside.collect();
        inside.sort_by(|a, b| a.area.y.total_cmp(&b.area.y));
        let words: Vec<_> = inside.iter().map(|t| t.lines.join(" ")).collect();
        (target.action, words.join(" / "))
    };
    sheet.targets.iter().filter(|t| t.button).map(on).collect()
}

#[test]
fn the_key_that_does_the_same_is_named_on_the_smallest_screen_too() {
    for size in SIZES.into_iter().chain([(320, 240), (240, 320)]) {
        let buttons = buttons("live-ready", size);
        assert_eq!(buttons[0], (Action::Capture, "Capture / shutter".into()));
    }
}

#[test]
fn the_shutter_is_named_on_what_it_does_with_a_case_that_could_not_be_saved() {
    let named = |sample, size| {
        let mut all = buttons(sample, size).into_iter();
        all.find(|(_, words)| words.ends_with("/ shutter"))
    };
    for size in SIZES.into_iter().chain([(320, 240), (480, 800)]) {
        let keeps = (Action::Capture, "Save later / shutter".to_owned());
        assert_eq!(named("save-failed", size), Some(keeps), "{size:?}");
        let plain = (Action::Discard, "Discard".to_owned());
        assert!(buttons("save-failed", size).contains(&plain), "{size:?}");
        let throws = (Action::Discard, "Discard / shutter".to_owned());
        assert_eq!(named("save-no-room", size), Some(throws), "{size:?}");
    }
}

#[test]
fn an_earlier_result_is_offered_by_its_time_with_and_without_a_picture() {
    for sample in ["live-earlier-result", "camera-lost-earlier-result"] {
        for size in SIZES.into_iter().chain([(320, 240), (480, 800)]) {
            let found = buttons(sample, size);
            for (action, words) in [
                (Action::Save, "Save 14:02 / earlier result"),
                (Action::Discard, "Discard 14:02 / earlier result"),
            ] {
                let wanted = (action, words.to_owned());
                assert!(found.contains(&wanted), "{sample} {size:?}: {found:?}");
            }
        }
    }
}

#[test]
fn an_unsaved_result_says_when_it_was_taken_and_stands_out_after_five_minutes() {
    let all = samples().all();
    for (name, words, ink) in [
        ("result-suspected", "Not saved, taken 14:05", theme::TEXT),
        (
            "result-long-ago",
            "Not saved, taken 12:58, 1 h 7 min ago",
            theme::ALERT,
        ),
    ] {
        let sample = all.iter().find(|s| s.name == name).expect("the sample");
        for size in SIZES.into_iter().chain([(320, 240), (480, 800)]) {
            let texts = texts(&compose(&sample.scene, &sample.status, size));
            let found = texts.iter().find(|text| text.lines.join(" ") == words);
            assert_eq!(found.map(|text| text.colour), Some(ink), "{name} {size:?}");
        }
    }
    let minutes = |minutes| Taken {
        clock: "14:05".into(),
        minutes,
    };
    assert!(!minutes(4).long_ago() && minutes(5).long_ago());
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

/// All words of a sample's screen in one line.
fn shown(name: &str, size: (u32, u32)) -> String {
    let all = samples().all();
    let sample = all.iter().find(|s| s.name == name).expect("the sample");
    let lines = texts(&compose(&sample.scene, &sample.status, size));
    let lines = lines.iter().flat_map(|text| text.lines.clone());
    lines.collect::<Vec<_>>().join(" ")
}

/// The usual sizes, the smallest, and one that stands.
fn sizes() -> impl Iterator<Item = (u32, u32)> {
    SIZES.into_iter().chain([(320, 240), (480, 800)])
}

#[test]
fn no_signs_stands_nowhere_without_what_was_not_looked_for() {
    for size in sizes() {
        for name in ["result-no-signs", "result-no-map", "case-waits", "gate-off"] {
            let words = shown(name, size);
            assert!(
                words.contains(NOT_LOOKED_FOR),
                "{name} at {size:?}: {words}"
            );
        }
        assert!(!shown("result-suspected", size).contains(NOT_LOOKED_FOR));
        let help = shown("help", size);
        assert!(help.contains("Melanoma and other cancers are not looked for"));
    }
}

#[test]
fn pictures_that_differ_are_an_uncertain_verdict_with_the_reason() {
    for size in sizes() {
        let words = shown("result-pictures-differ", size);
        assert!(
            words.contains("Uncertain Pictures differ, repeat or refer"),
            "{words}"
        );
        assert!(
            words.contains("5 of 5 pictures: BCC <1 % to 91 %"),
            "{words}"
        );
        assert!(!words.contains("No BCC signs"), "{words}");
    }
}

#[test]
fn help_says_what_to_do_after_each_answer() {
    for size in sizes() {
        let words = shown("help", size);
        for part in [
            "BCC suspected Refer",
            "Uncertain Hold still and repeat",
            "No BCC signs found Does not mean healthy",
            "Image not usable Do what the hint says",
        ] {
            let mut rest = words.as_str();
            for word in part.split(' ') {
                let at = rest.find(word);
                rest = at.map_or_else(|| panic!("{word} at {size:?}: {words}"), |at| &rest[at..]);
            }
        }
        assert!(words.contains("What is not saved then is gone"), "{words}");
    }
}

#[test]
fn a_map_of_what_is_answered_no_says_so() {
    for size in sizes() {
        let of = |name| shown(name, size);
        assert!(of("result-map-of-a-no").contains("Multiple globules, answered no (11 %)"));
        assert!(of("result-map-of-a-no").contains("where it looked most"));
        assert!(!of("result-map-of-a-no").contains("strong"));
        assert!(of("result-pattern-map").contains("strong"));
    }
}

#[test]
fn an_alert_alone_can_be_read_on_the_smallest_screens() {
    for size in [(320, 240), (480, 320)] {
        for sample in samples().all() {
            if !["engine-fallback", "save-failed", "case-waits"].contains(&sample.name) {
                continue;
            }
            let texts = texts(&compose(&sample.scene, &sample.status, size));
            let alert = texts.iter().find(|text| {
                let words = text.lines.join(" ");
                words.starts_with("NOT SAVED:") || words.starts_with("ENGINE FALLBACK:")
            });
            let alert = alert.expect("an alert");
            assert!(!alert.shortened, "{} at {size:?}", sample.name);
            assert!(
                alert.size >= 11.0,
                "{} at {size:?}: {}",
                sample.name,
                alert.size
            );
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
