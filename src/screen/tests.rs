//! What holds on every screen at every size.

use std::sync::OnceLock;

use embedded_graphics::{pixelcolor::Rgb888, prelude::*};
use proptest::prelude::*;

use super::{
    area::Area,
    samples::{Sample, Samples},
    sheet::Item,
    text::{self, Style, Text},
    *,
};
use crate::assess::{ModelInfo, Verdict, ViewCount, report::NOTICE};

/// What the screens are made for.
const SIZES: [(u32, u32); 5] = [
    (480, 320),
    (800, 480),
    (1024, 600),
    (1280, 720),
    (1920, 1080),
];

fn samples() -> &'static Samples {
    static SAMPLES: OnceLock<Samples> = OnceLock::new();
    SAMPLES.get_or_init(Samples::new)
}

fn texts(sheet: &Sheet<'_>) -> Vec<Text> {
    let text = |item: &Item| match item {
        Item::Text(text) => Some(text.clone()),
        _ => None,
    };
    sheet.items.iter().filter_map(text).collect()
}

/// The boxes the lines really take.
fn lines(text: &Text) -> Vec<Area> {
    text.placed()
        .filter(|(line, ..)| !line.trim().is_empty())
        .map(|(line, x, y)| {
            let width = text::width(line, text.size, text.weight);
            Area::new(x, y, width, text.size)
        })
        .collect()
}

/// Whatever the size: everything in its place, nothing over anything else.
fn in_order(sample: &Sample<'_>, size: (u32, u32)) -> Result<(), String> {
    let sheet = compose(&sample.scene, &sample.status, size);
    let place = format!("{} at {}x{}", sample.name, size.0, size.1);
    let screen = Area::new(-0.5, -0.5, size.0 as f32 + 1.0, size.1 as f32 + 1.0);
    let inside = |a: &Area| {
        a.x >= screen.x
            && a.y >= screen.y
            && a.right() <= screen.right()
            && a.bottom() <= screen.bottom()
    };
    if sheet.vanished > 0 {
        return Err(format!("{place}: {} texts have no room", sheet.vanished));
    }
    let texts = texts(&sheet);
    let boxes: Vec<(usize, Area)> = texts
        .iter()
        .enumerate()
        .flat_map(|(i, text)| lines(text).into_iter().map(move |line| (i, line)))
        .collect();
    for (n, (i, a)) in boxes.iter().enumerate() {
        let text = &texts[*i];
        let area = text.area.inset(-0.5, -0.5);
        let fits = a.x >= area.x
            && a.right() <= area.right()
            && a.y >= area.y
            && a.bottom() <= area.bottom();
        if !fits || !inside(a) {
            return Err(format!("{place}: {:?} leaves its box", text.lines));
        }
        if sheet.picture.as_ref().is_some_and(|p| p.area.overlaps(a)) {
            return Err(format!("{place}: {:?} lies over the picture", text.lines));
        }
        for (j, b) in &boxes[n + 1..] {
            if i != j && a.overlaps(b) {
                let other = &texts[*j].lines;
                return Err(format!("{place}: {:?} lies over {other:?}", text.lines));
            }
        }
    }
    for (n, target) in sheet.targets.iter().enumerate() {
        if !inside(&target.area) {
            return Err(format!("{place}: {:?} leaves the screen", target.action));
        }
        for other in &sheet.targets[n + 1..] {
            if target.area.overlaps(&other.area) {
                return Err(format!(
                    "{place}: {:?} and {:?} overlap",
                    target.action, other.action
                ));
            }
        }
        if target.button && target.area.h < finger(size) {
            return Err(format!("{place}: {:?} is too low to touch", target.action));
        }
    }
    if !sheet.targets.iter().any(|target| target.button) {
        return Err(format!("{place}: no button"));
    }
    Ok(())
}

/// Least height of a button.
fn finger((_, height): (u32, u32)) -> f32 {
    if height <= 480 {
        height as f32 / 8.0
    } else {
        // 9 mm of a 7 inch panel or larger.
        height as f32 / 10.0
    }
}

fn size() -> impl Strategy<Value = (u32, u32)> {
    let landscape = (320u32..=4096, 240u32..=2160).prop_map(|(w, h)| (w.max(h), h.min(w)));
    let portrait = (240u32..=2160, 320u32..=4096).prop_map(|(w, h)| (w.min(h), h.max(w)));
    prop_oneof![landscape, portrait]
}

#[test]
fn every_screen_is_in_order_at_the_usual_sizes_and_the_extremes() {
    let extremes = [
        (320, 240),
        (240, 320),
        (320, 480),
        (480, 800),
        (600, 1024),
        (720, 720),
        (4096, 2160),
        (4096, 320),
        (2160, 4096),
    ];
    let mut wrong = vec![];
    for sample in samples().all() {
        for size in SIZES.into_iter().chain(extremes) {
            wrong.extend(in_order(&sample, size).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

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
        sha256: String::new(),
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

#[test]
fn a_surface_used_again_shows_what_a_fresh_one_would() {
    let all = samples().all();
    let (width, height) = (480, 320);
    let mut used = Surface::new(width, height);
    for sample in all.iter().chain(all.iter().rev()) {
        draw(&sample.scene, &sample.status, &mut used);
        // The second time only the picture is painted.
        draw(&sample.scene, &sample.status, &mut used);
        let mut fresh = Surface::new(width, height);
        draw(&sample.scene, &sample.status, &mut fresh);
        assert!(used.picture() == fresh.picture(), "{}", sample.name);
    }
}

#[test]
fn a_picture_without_pixels_is_no_panic() {
    let picture = RgbImage::new(0, 0);
    let status = samples().all()[0].status.clone();
    let scene = Scene::Live {
        picture: &picture,
        quality: None,
        sight: None,
        notice: None,
    };
    for (width, height) in [(0, 0), (1, 1), (320, 240)] {
        draw(&scene, &status, &mut Surface::new(width, height));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_screen_is_in_order_at_any_size(size in size()) {
        for sample in samples().all() {
            prop_assert_eq!(in_order(&sample, size), Ok(()));
        }
    }

    #[test]
    fn a_touch_inside_a_target_gives_its_action_and_none_beside(
        size in size(), dx in 0.01f32..0.99, dy in 0.01f32..0.99,
    ) {
        for sample in samples().all() {
            let (scene, status) = (&sample.scene, &sample.status);
            let all = targets(scene, status, size);
            for target in &all {
                let (x, y) = (target.area.x + target.area.w * dx, target.area.y + target.area.h * dy);
                let at = (x / size.0 as f32, y / size.1 as f32);
                prop_assert_eq!(hit(scene, status, size, at), Some(target.action));
            }
            let (x, y) = (size.0 as f32 * dx, size.1 as f32 * dy);
            let expected = all.iter().find(|t| t.area.holds(x, y)).map(|t| t.action);
            prop_assert_eq!(hit(scene, status, size, (dx, dy)), expected);
            for outside in [(-0.1, 0.5), (0.5, 1.2), (f32::NAN, 0.5)] {
                prop_assert_eq!(hit(scene, status, size, outside), None);
            }
        }
    }

    #[test]
    fn no_letter_is_painted_outside_its_area(
        x in -20.0f32..100.0, y in -20.0f32..80.0, w in 0.0f32..120.0, h in 0.0f32..60.0,
        size in 8.0f32..40.0, words in "[jfgA-Z…y ]{1,12}",
    ) {
        let area = Area::new(x, y, w, h);
        let mut surface = Surface::new(120, 90);
        glyphs::paint(&mut surface, &Style::new(size).wrap().set(&words, area));
        let (left, top, right, bottom) = area.pixels();
        for (px, py, pixel) in surface.picture().enumerate_pixels() {
            let (px, py) = (px as i32, py as i32);
            if px < left || px >= right || py < top || py >= bottom {
                prop_assert_eq!(pixel.0, [0; 3]);
            }
        }
    }
}

/// WCAG 2.1, 1.4.3: 4.5 for text, 3 for large bold text.
#[test]
fn letters_stand_out_from_what_they_are_written_on() {
    let luminance = |colour: Rgb888| {
        let part = |byte: u8| {
            let v = f32::from(byte) / 255.0;
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(colour.r()) + 0.7152 * part(colour.g()) + 0.0722 * part(colour.b())
    };
    let contrast = |a: Rgb888, b: Rgb888| {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    };
    for ground in [
        theme::SUSPECTED,
        theme::NO_SIGNS,
        theme::UNCERTAIN,
        theme::NOT_USABLE,
        theme::GOOD,
        theme::PRESENT,
        theme::AGAINST,
    ] {
        let ink = theme::ink_on(ground);
        assert!(
            contrast(ink, ground) >= 4.0,
            "{ground:?}: {}",
            contrast(ink, ground)
        );
    }
    for (ink, ground) in [
        (theme::TEXT, theme::BACKGROUND),
        (theme::QUIET, theme::BACKGROUND),
        (theme::TEXT, theme::BUTTON),
        (theme::QUIET, theme::GROUND),
        (theme::BUTTON_OFF, theme::BACKGROUND),
        (theme::BACKGROUND, theme::ALERT),
        (theme::BACKGROUND, theme::STAND_IN),
    ] {
        assert!(
            contrast(ink, ground) >= 4.5,
            "{ink:?} on {ground:?}: {}",
            contrast(ink, ground)
        );
    }
}
