//! What every screen carries: the status line at the bottom, and alerts over the whole width
//! at the top for what must not be overlooked.

use super::{
    Scene, Status,
    area::Area,
    layout::Layout,
    scene::CaseNote,
    sheet::{Sheet, Sign},
    text::{self, Align, Style, Weight},
    theme,
};
use crate::assess::Verdict;

/// Everything about the device that must not be overlooked, the gravest first, set into lines:
/// the first alone, the others two a line.
pub(super) fn alerts(scene: &Scene<'_>, status: &Status) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    if let Some(why) = &status.fallback {
        all.push(format!("ENGINE FALLBACK: {} in use. {why}", status.engine));
    }
    if let Scene::Result {
        assessment, note, ..
    } = scene
    {
        if let CaseNote::SaveFailed(why) = note {
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
    sheet
        .items
        .push(super::sheet::Item::Hazard { area: hazard });
    let hazard = area.cut_right(ends);
    sheet
        .items
        .push(super::sheet::Item::Hazard { area: hazard });
    area = area.inset(8.0 * u, 2.0 * u);
    let sign = area.cut_left(24.0 * u);
    sheet.sign(
        sign.inset(0.0, (sign.h - sign.w).max(0.0) / 2.0),
        Sign::Warning,
        theme::BACKGROUND,
        theme::ALERT,
    );
    area.cut_left(8.0 * u);
    let style = Style {
        least: 12.0 * u,
        ..Style::new(20.0 * u)
    };
    let style = style.bold().colour(theme::BACKGROUND).middle().wrap();
    sheet.text(style.set(words, area));
}

fn status_line(sheet: &mut Sheet<'_>, layout: &Layout, status: &Status) {
    let u = layout.unit;
    let mut line = layout.status;
    sheet.block(line, 0.0, theme::GROUND);
    if let Some(word) = status.stand_in {
        let size = 25.0 * u;
        let badge = line.cut_right(text::width(word, size, Weight::Bold) + 24.0 * u);
        sheet.block(badge, 0.0, theme::STAND_IN);
        let style = Style::new(size).bold().colour(theme::BACKGROUND);
        sheet.text(style.align(Align::Centre).middle().set(word, badge));
    }
    line = line.inset(8.0 * u, 0.0);
    let quiet = Style::new(17.0 * u).middle();
    let width = |words: &str, weight| text::width(words, 17.0 * u, weight);
    let (engine, ground, ink) = match &status.fallback {
        Some(_) => (
            format!("{} FALLBACK", status.engine),
            theme::ALERT,
            theme::BACKGROUND,
        ),
        None => (status.engine.clone(), theme::BACKGROUND, theme::TEXT),
    };
    let badge = (width(&engine, Weight::Bold) + 18.0 * u).min(line.w * 0.4);
    let badge = line.cut_left(badge).inset(0.0, 4.0 * u);
    sheet.block(badge, 5.0 * u, ground);
    let style = quiet.bold().colour(ink).align(Align::Centre);
    sheet.text(style.set(&engine, badge.inset(4.0 * u, 0.0)));
    if !status.clock.is_empty() {
        let clock = line.cut_right((width(&status.clock, Weight::Bold) + 2.0).min(line.w * 0.3));
        let style = quiet.bold().align(Align::Right);
        sheet.text(style.set(&status.clock, clock));
        line.cut_right(12.0 * u);
    }
    line.cut_left(12.0 * u);
    let model = (width(&status.model, Weight::Medium) + 2.0).min(line.w * 0.5);
    sheet.text(quiet.set(&status.model, line.cut_left(model)));
    line.cut_left(14.0 * u);
    sheet.text(quiet.colour(theme::QUIET).set(&status.camera, line));
}
