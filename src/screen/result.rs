//! The scenes, drawn.

use embedded_graphics::{pixelcolor::Rgb888, prelude::*, primitives::Rectangle};

use super::{
    MapView, Scene, Status, Surface,
    layout::{Layout, rectangle},
    panel, picture,
    text::{self, Weight},
    theme,
};
use crate::{
    assess::{Assessment, Verdict, report::NOTICE},
    model::{Role, Task},
};

/// Beside the heat map: what its colours mean.
const HELP: &str = "Bright colours show where the picture speaks for the pattern named under it; \
dark or plain skin, where nothing does. One cell is about a twelfth of the picture, so single \
small globules cannot be told apart. An empty map is not an all-clear. The two white marks on a \
bar are its thresholds: below the first the answer is no, from the second on yes, between them \
uncertain. The device supports a decision; it makes no diagnosis.";

pub(super) fn scene(scene: &Scene<'_>, status: &Status, surface: &mut Surface) {
    let layout = Layout::of(surface.size());
    let whole = Rectangle::new(Point::zero(), surface.size());
    panel::block(surface, whole, theme::BACKGROUND);
    match scene {
        Scene::Live {
            picture,
            quality,
            notice,
        } => {
            picture::place(surface, picture, layout.picture);
            let hint = match quality {
                Some(q) if !q.usable => q.reasons.first().map_or("Not usable", |r| r.advice()),
                Some(_) => "Ready: press the shutter",
                None => "",
            };
            message(surface, &layout, "Live", &[notice.unwrap_or(hint)]);
        }
        Scene::Analysing { picture } => {
            picture::place(surface, picture, layout.picture);
            message(surface, &layout, "Analysing …", &["Hold still"]);
        }
        Scene::Result {
            picture,
            assessment,
            map,
            burst,
            ..
        } => {
            let placed = picture::place(surface, picture, layout.picture);
            if let MapView::Task(task) = map {
                picture::overlay(surface, assessment, *task, placed);
            }
            caption(surface, &layout, placed.1 + placed.3, *map, assessment);
            verdict(surface, &layout, assessment, *map);
            if let Some(burst) = burst {
                let spread = format!(
                    "{} of {} frames scored: {:.0} to {:.0} %",
                    burst.scored,
                    burst.frames,
                    burst.lowest * 100.0,
                    burst.highest * 100.0
                );
                let at = (
                    layout.picture.top_left.x as f32,
                    (placed.1 + placed.3) as f32 + 50.0 * layout.unit,
                );
                text::line(
                    surface,
                    &spread,
                    at,
                    16.0 * layout.unit,
                    Weight::Medium,
                    theme::QUIET,
                );
            }
        }
        Scene::Help => full_message(surface, &layout, "What the heat map means", &[HELP]),
        Scene::CameraLost { why, advice } => full_message(
            surface,
            &layout,
            "No picture from the camera",
            &[why, advice],
        ),
        Scene::ModelRefused { why } => full_message(
            surface,
            &layout,
            "The model was refused",
            &[why, "Nothing can be analysed. Install the model again."],
        ),
        Scene::Fault { why, advice } => full_message(surface, &layout, "Stopped", &[why, advice]),
    }
    status_line(surface, &layout, status);
}

fn verdict(surface: &mut Surface, layout: &Layout, assessment: &Assessment, map: MapView) {
    let u = layout.unit;
    let (x, y) = (
        layout.panel.top_left.x as f32,
        layout.panel.top_left.y as f32,
    );
    let width = layout.panel.size.width as f32;
    let (colour, ink) = match assessment.verdict {
        Verdict::BccSuspected => (theme::SUSPECTED, theme::TEXT),
        Verdict::NoBccSigns => (theme::NO_SIGNS, theme::TEXT),
        Verdict::Uncertain => (theme::UNCERTAIN, theme::BACKGROUND),
        Verdict::NotUsable => (theme::NOT_USABLE, theme::BACKGROUND),
    };
    let band = 74.0 * u;
    panel::rounded(surface, rectangle(x, y, width, band), 8.0 * u, colour);
    panel::sign(
        surface,
        assessment.verdict,
        (x + 34.0 * u, y + band / 2.0),
        36.0 * u,
        ink,
    );
    let (head, tail) = assessment
        .verdict
        .words()
        .split_once(": ")
        .unwrap_or((assessment.verdict.words(), ""));
    let room = width - 74.0 * u;
    let head_y = if tail.is_empty() { 18.0 } else { 5.0 };
    text::fitted(
        surface,
        head,
        (x + 64.0 * u, y + head_y * u),
        room,
        (36.0 * u, 14.0 * u),
        Weight::Bold,
        ink,
    );
    text::fitted(
        surface,
        tail,
        (x + 64.0 * u, y + 43.0 * u),
        room,
        (24.0 * u, 12.0 * u),
        Weight::Bold,
        ink,
    );

    let mut at = y + band + 8.0 * u;
    let Some(findings) = &assessment.findings else {
        for reason in &assessment.quality.reasons {
            for (line, weight) in [
                (reason.words(), Weight::Bold),
                (reason.advice(), Weight::Medium),
            ] {
                for line in text::wrapped(line, width, 21.0 * u, weight) {
                    text::line(surface, &line, (x, at), 21.0 * u, weight, theme::TEXT);
                    at += 27.0 * u;
                }
            }
            at += 8.0 * u;
        }
        return;
    };
    let bcc = &findings[Task::Bcc.index()];
    text::line(surface, "BCC", (x, at), 24.0 * u, Weight::Bold, theme::TEXT);
    text::line(
        surface,
        &percent(bcc.probability),
        (x + width - 62.0 * u, at),
        24.0 * u,
        Weight::Bold,
        theme::TEXT,
    );
    panel::bar(
        surface,
        (x + 70.0 * u, at + 5.0 * u),
        (width - 146.0 * u, 18.0 * u),
        bcc,
        colour,
    );
    at += 33.0 * u;
    if let Some(rule) = &assessment.rule {
        for line in text::wrapped(&rule.sentence, width, 16.0 * u, Weight::Medium)
            .iter()
            .take(2)
        {
            text::line(
                surface,
                line,
                (x, at),
                16.0 * u,
                Weight::Medium,
                theme::QUIET,
            );
            at += 20.0 * u;
        }
    }
    at = at.max(y + band + 84.0 * u);
    let row =
        (layout.panel.top_left.y as f32 + layout.panel.size.height as f32 - 24.0 * u - at) / 7.0;
    for task in Task::PATTERNS {
        let finding = &findings[task.index()];
        if map == MapView::Task(task) {
            panel::rounded(
                surface,
                rectangle(x - 4.0 * u, at, width + 8.0 * u, row),
                4.0 * u,
                theme::GROUND,
            );
        }
        let (mark, ink) = match (finding.present(), finding.possible()) {
            (true, _) => ("yes", theme::PRESENT),
            (_, true) => ("?", theme::TEXT),
            _ => ("–", theme::QUIET),
        };
        let size = 18.0 * u;
        let y = at + (row - size) / 2.0 - 1.0;
        let weight = if finding.present() {
            Weight::Bold
        } else {
            Weight::Medium
        };
        let name = if task.role() == Role::NegativeCriterion {
            format!("{} (against)", task.name())
        } else {
            task.name().to_owned()
        };
        text::fitted(
            surface,
            &name,
            (x, y),
            width * 0.5,
            (size, 11.0 * u),
            weight,
            theme::TEXT,
        );
        let colour = if finding.present() {
            theme::PRESENT
        } else {
            theme::ABSENT
        };
        panel::bar(
            surface,
            (x + width * 0.53, at + row / 2.0 - 6.0 * u),
            (width * 0.33, 12.0 * u),
            finding,
            colour,
        );
        text::line(
            surface,
            mark,
            (x + width * 0.885, y),
            size,
            Weight::Bold,
            ink,
        );
        at += row;
    }
    text::fitted(
        surface,
        NOTICE,
        (x, at + 3.0 * u),
        width,
        (16.0 * u, 10.0 * u),
        Weight::Bold,
        theme::QUIET,
    );
}

/// Under the picture: which map lies over it and what its colours mean.
fn caption(
    surface: &mut Surface,
    layout: &Layout,
    top: u32,
    map: MapView,
    assessment: &Assessment,
) {
    let u = layout.unit;
    let x = layout.picture.top_left.x as f32;
    let y = top as f32 + 6.0 * u;
    let width = layout.picture.size.width as f32;
    match map {
        MapView::Task(task) if assessment.maps.is_some() => {
            let name = format!("Heat map: {}", task.name());
            text::fitted(
                surface,
                &name,
                (x, y),
                width,
                (17.0 * u, 11.0 * u),
                Weight::Bold,
                theme::TEXT,
            );
            let bar = y + 25.0 * u;
            for step in 0..120u16 {
                let t = f32::from(step) / 120.0;
                let [r, g, b] = theme::heat(t).map(|c| c as u8);
                let part = rectangle(
                    x + 70.0 * u + t * (width - 150.0 * u),
                    bar + 4.0 * u,
                    (width - 150.0 * u) / 120.0 + 1.0,
                    10.0 * u,
                );
                panel::block(surface, part, Rgb888::new(r, g, b));
            }
            text::line(
                surface,
                "less",
                (x, bar),
                15.0 * u,
                Weight::Medium,
                theme::QUIET,
            );
            text::line(
                surface,
                "more",
                (x + width - 62.0 * u, bar),
                15.0 * u,
                Weight::Medium,
                theme::QUIET,
            );
        }
        _ => text::line(
            surface,
            "Picture without heat map",
            (x, y),
            17.0 * u,
            Weight::Medium,
            theme::QUIET,
        ),
    }
}

fn status_line(surface: &mut Surface, layout: &Layout, status: &Status) {
    let u = layout.unit;
    let area = layout.status;
    panel::block(surface, area, theme::GROUND);
    let (x, y) = (
        area.top_left.x as f32 + 10.0 * u,
        area.top_left.y as f32 + 8.0 * u,
    );
    let width = area.size.width as f32;
    let mut room = width - 20.0 * u;
    if let Some(word) = status.stand_in {
        let badge = text::width(word, 20.0 * u, Weight::Bold) + 20.0 * u;
        let left = width - badge;
        panel::block(
            surface,
            rectangle(left, area.top_left.y as f32, badge, area.size.height as f32),
            theme::STAND_IN,
        );
        text::line(
            surface,
            word,
            (left + 10.0 * u, y - 2.0 * u),
            20.0 * u,
            Weight::Bold,
            theme::BACKGROUND,
        );
        room -= badge;
    }
    let engine = match &status.fallback {
        Some(why) => format!("{} INSTEAD: {why}", status.engine),
        None => status.engine.clone(),
    };
    let parts = [
        Some(engine),
        Some(status.model.clone()),
        status.power.clone(),
        status.display.clone(),
        Some(status.camera.clone()),
        Some(status.clock.clone()),
    ];
    let line: Vec<_> = parts
        .into_iter()
        .flatten()
        .filter(|p| !p.is_empty())
        .collect();
    text::fitted(
        surface,
        &line.join("   "),
        (x, y),
        room,
        (16.0 * u, 12.0 * u),
        Weight::Medium,
        theme::TEXT,
    );
}

/// A heading and words in the panel, beside a picture.
fn message(surface: &mut Surface, layout: &Layout, heading: &str, words: &[&str]) {
    write_in(surface, layout.panel, layout.unit, heading, words);
}

/// The same over the whole screen.
fn full_message(surface: &mut Surface, layout: &Layout, heading: &str, words: &[&str]) {
    let right = layout.panel.top_left.x + layout.panel.size.width as i32;
    let area = Rectangle::new(
        layout.picture.top_left,
        Size::new(
            (right - layout.picture.top_left.x).max(1) as u32,
            layout.panel.size.height,
        ),
    );
    write_in(surface, area, layout.unit, heading, words);
}

fn write_in(surface: &mut Surface, area: Rectangle, u: f32, heading: &str, words: &[&str]) {
    let (x, mut y) = (area.top_left.x as f32, area.top_left.y as f32);
    let width = area.size.width as f32;
    text::fitted(
        surface,
        heading,
        (x, y),
        width,
        (36.0 * u, 18.0 * u),
        Weight::Bold,
        theme::TEXT,
    );
    y += 56.0 * u;
    for words in words {
        for line in text::wrapped(words, width, 22.0 * u, Weight::Medium) {
            text::line(
                surface,
                &line,
                (x, y),
                22.0 * u,
                Weight::Medium,
                theme::TEXT,
            );
            y += 30.0 * u;
        }
        y += 12.0 * u;
    }
}

fn percent(probability: f32) -> String {
    format!("{:.0} %", probability.clamp(0.0, 1.0) * 100.0)
}
