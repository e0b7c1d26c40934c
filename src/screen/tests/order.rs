//! Everything in its place, nothing over anything else; a touch finds what it touches.

use proptest::prelude::*;

use super::{
    super::{
        area::Area,
        samples::Sample,
        text::{self, Text},
        *,
    },
    SIZES, samples, texts,
};

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
pub(super) fn in_order(sample: &Sample<'_>, size: (u32, u32)) -> Result<(), String> {
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

/// Whatever stands there next, at the place that was touched to capture.
fn touched_again(next: &str, size: (u32, u32)) -> Vec<Option<Action>> {
    let all = samples().all();
    let of = |name: &str| all.iter().find(|s| s.name == name).expect("a sample");
    let (live, next) = (of("live-ready"), of(next));
    let targets = targets(&live.scene, &live.status, size);
    let capture = targets
        .iter()
        .find(|t| t.button && t.action == Action::Capture);
    let area = capture.expect("a button").area;
    let across = (0..20).map(|part| area.x + area.w * (part as f32 + 0.5) / 20.0);
    let y = (area.y + area.h / 2.0) / size.1 as f32;
    let hit = |x: f32| hit(&next.scene, &next.status, size, (x / size.0 as f32, y));
    across.map(hit).collect()
}

#[test]
fn a_double_tap_on_capture_cancels_nothing() {
    for size in SIZES.into_iter().chain([(320, 240), (480, 800)]) {
        for next in ["capturing", "analysing"] {
            let found = touched_again(next, size);
            assert!(
                found.iter().all(Option::is_none),
                "{next} {size:?}: {found:?}"
            );
        }
    }
}

#[test]
fn without_a_model_the_capture_button_is_off_and_the_picture_still_leads_to_the_reason() {
    let all = samples().all();
    let sample = all.iter().find(|s| s.name == "live-no-model").expect("it");
    let targets = targets(&sample.scene, &sample.status, (480, 320));
    let captures: Vec<_> = targets
        .iter()
        .filter(|t| t.action == Action::Capture)
        .collect();
    assert!(
        matches!(captures[..], [picture] if !picture.button),
        "{captures:?}"
    );
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
        earlier: None,
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
}
