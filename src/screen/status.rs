//! What every screen carries: the status line at the bottom, and alerts over the whole width
//! at the top for what must not be overlooked.

use super::{
    Scene, Status,
    area::Area,
    layout::Layout,
    scene::CaseNote,
    sheet::{Item, Sheet},
    text::{self, Align, Style, Weight},
    theme,
};
use crate::assess::Verdict;

/// Everything about the device that must not be overlooked, the gravest first, set into lines:
/// the first alone, the others two a line.
pub(super) fn alerts(scene: &Scene<'_>, status: &Status) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    if let Some(why) = &status.fallback {
        all.push(format!("ENGINE FALLBACK: {} in use, {why}", status.engine));
    }
    if let Scene::Result {
        assessment, note, ..
    } = scene
    {
        if let CaseNote::SaveFailed(why) | CaseNote::NoRoom(why) = note {
            all.push(format!("NOT SAVED: {why}"));
        }
        if assessment.verdict != Verdict::NotUsable && !assessment.quality.usable {
            let reasons: Vec<_> = assessment
                .quality
                .reasons
                .iter()
                .map(|r| r.words())
                .collect();
            all.push(format!(
                "QUALITY GATE SWITCHED OFF, it refuses this picture: {}",
                reasons.join(", ")
            ));
        }
    }
    if let Some(words) = &status.unsaved {
        all.push(format!("NOT SAVED: {words}"));
    }
    all.extend(status.power.clone());
    if let Some(why) = &status.display {
        all.push(format!("DISPLAY FALLBACK: {why}"));
    }
    if all.len() <= 2 {
        return all.into_iter().map(|alert| vec![alert]).collect();
    }
    let others = all.split_off(1);
    std::iter::once(all)
        .chain(others.chunks(2).map(<[String]>::to_vec))
        .collect()
}

/// Adds the alerts and the status line.
pub(super) fn add(sheet: &mut Sheet<'_>, layout: &Layout, alerts: &[Vec<String>], status: &Status) {
    for (strip, alerts) in layout.alerts.iter().zip(alerts) {
        let mut strip = *strip;
        let part = strip.w / alerts.len().max(1) as f32;
        for alert in alerts {
            alert_strip(sheet, layout, strip.cut_left(part), alert);
        }
    }
    status_line(sheet, layout, status);
}

fn alert_strip(sheet: &mut Sheet<'_>, layout: &Layout, mut area: Area, words: &str) {
    let u = layout.unit;
    sheet.block(area, 0.0, theme::ALERT);
    let ends = (area.w * 0.06).min(40.0 * u);
    let hazard = area.cut_left(ends);
    sheet.items.push(Item::Hazard { area: hazard });
    let hazard = area.cut_right(ends);
    sheet.items.push(Item::Hazard { area: hazard });
    area = area.inset(8.0 * u, 2.0 * u);
    let style = Style {
        least: 12.0 * u,
        ..Style::new((20.0 * u).max(14.0))
    };
    let style = style.bold().colour(theme::BACKGROUND).middle().wrap();
    sheet.text(style.set(words, area));
}

fn status_line(sheet: &mut Sheet<'_>, layout: &Layout, status: &Status) {
    let u = layout.unit;
    sheet.block(layout.status, 0.0, theme::GROUND);
    let mut line = layout.status;
    // On a narrow screen the camera and the stand-in's word have a line of their own.
    let mut second = layout.portrait.then(|| line.cut_bottom(line.h * 0.5));
    if let Some(word) = &status.stand_in {
        // Two words leave less room for the names beside them.
        let size = if word.contains(' ') { 19.0 } else { 25.0 } * u;
        let at = second.as_mut().unwrap_or(&mut line);
        let badge = at.cut_right(text::room(word, size, Weight::Bold) + 22.0 * u);
        sheet.block(badge, 0.0, theme::STAND_IN);
        let style = Style::new(size).bold().colour(theme::BACKGROUND);
        sheet.text(style.align(Align::Centre).middle().set(word, badge));
    }
    line = line.inset(8.0 * u, 0.0);
    let quiet = Style::new(17.0 * u).middle();
    let room = |words: &str, weight| text::room(words, 17.0 * u, weight);
    engine_badge(sheet, u, &mut line, status);
    if !status.clock.is_empty() {
        let clock = line.cut_right(room(&status.clock, Weight::Bold).min(line.w * 0.4));
        let style = quiet.bold().align(Align::Right);
        sheet.text(style.set(&status.clock, clock));
        line.cut_right(12.0 * u);
    }
    line.cut_left(12.0 * u);
    let share = if second.is_some() { 1.0 } else { 0.5 };
    let model = room(&status.model, Weight::Medium).min(line.w * share);
    sheet.text(quiet.set(&status.model, line.cut_left(model)));
    line.cut_left(14.0 * u);
    let camera = second.map_or(line, |second| second.inset(8.0 * u, 0.0));
    let quiet = Style {
        least: 14.0 * u,
        ..quiet
    };
    sheet.text(quiet.colour(theme::QUIET).set(&status.camera, camera));
}

/// Which engine truly runs; black on yellow where it is not the one asked for.
fn engine_badge(sheet: &mut Sheet<'_>, u: f32, line: &mut Area, status: &Status) {
    let (engine, ground, ink) = match &status.fallback {
        Some(_) => (
            format!("{} FALLBACK", status.engine),
            theme::ALERT,
            theme::BACKGROUND,
        ),
        None => (status.engine.clone(), theme::BACKGROUND, theme::TEXT),
    };
    let room = text::room(&engine, 17.0 * u, Weight::Bold) + 16.0 * u;
    let badge = line.cut_left(room.min(line.w * 0.4)).inset(0.0, 2.0 * u);
    sheet.block(badge, 5.0 * u, ground);
    let style = Style::new(17.0 * u).bold().colour(ink);
    let style = style.align(Align::Centre).middle();
    sheet.text(style.set(&engine, badge.inset(4.0 * u, 0.0)));
}
