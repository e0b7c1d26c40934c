//! Below the picture: which heat map lies over it and what its colours mean, the burst's
//! spread, and whether the case is stored.

use super::{
    Burst, MapView,
    area::Area,
    scene::{CaseNote, Taken},
    sheet::{Item, Sheet, Sign},
    text::{self, Align, Style, Weight},
    theme, verdict,
};
use crate::assess::{Assessment, percent};

/// The heat map's name and scale.
pub(super) fn legend(
    sheet: &mut Sheet<'_>,
    u: f32,
    mut area: Area,
    assessment: &Assessment,
    map: MapView,
) {
    let name = area.cut_top(23.0 * u);
    let style = Style::new(20.0 * u);
    match (map, &assessment.maps) {
        (MapView::Task(_) | MapView::Signs, Some(maps)) => {
            // A map may glow where the answer is "no": it is of the strongest cell, the answer of all.
            let no = match map {
                MapView::Task(task) => assessment.finding(task).filter(|f| f.absent()),
                _ => None,
            };
            let words = match (map, no) {
                (MapView::Task(task), Some(finding)) => {
                    format!("Map: {}, answered no ({})", task.name(), finding.percent())
                }
                (MapView::Task(task), None) => format!("Heat map: {}", task.name()),
                _ => "Heat map: the signs found".to_owned(),
            };
            sheet.text(style.bold().set(&words, name));
            let shown = maps.together(&map.tasks(assessment));
            if shown.iter().all(|&value| value <= 0.0) {
                let words = "Empty: no evidence for it anywhere. Not an all-clear.";
                sheet.text(style.colour(theme::QUIET).set(words, area));
            } else if no.is_some() {
                scale(sheet, u, area, "none", "where it looked most");
            } else {
                scale(sheet, u, area, "no evidence", "strong");
            }
        }
        (_, None) => sheet.text(style.set("There is no heat map for this result", name)),
        (MapView::Off, Some(_)) => {
            sheet.text(style.set("Picture without heat map", name));
            let words = "Touch a row, or Next map, to see where";
            sheet.text(Style::new(17.0 * u).colour(theme::QUIET).set(words, area));
        }
    }
}

/// The colours between the words for their ends.
fn scale(sheet: &mut Sheet<'_>, u: f32, mut area: Area, none: &str, strong: &str) {
    area = area.inset(0.0, 1.0 * u);
    let style = Style::new(17.0 * u).colour(theme::QUIET).middle();
    let width = |words: &str| text::room(words, 17.0 * u, Weight::Medium);
    let left = area.cut_left(width(none).min(area.w * 0.4));
    sheet.text(style.set(none, left));
    let right = area.cut_right(width(strong).min(area.w * 0.6));
    sheet.text(style.align(Align::Right).set(strong, right));
    let area = area.inset(8.0 * u, 2.5 * u);
    sheet.items.push(Item::Scale { area });
    // Where the line on the map runs.
    let [r, g, b] = theme::CONTOUR;
    let half = Area::new(area.x + area.w / 2.0, area.y, (2.0 * u).max(1.0), area.h);
    sheet.block(
        half,
        0.0,
        embedded_graphics::pixelcolor::Rgb888::new(r, g, b),
    );
}

/// What the burst said besides its sharpest frame. Worn as a warning where its pictures differ.
pub(super) fn burst(sheet: &mut Sheet<'_>, u: f32, area: Area, burst: &Burst) {
    let words = match burst.scored {
        0 => format!("None of {} pictures was usable", burst.frames),
        1 => format!("1 of {} pictures was usable", burst.frames),
        scored => format!(
            "{scored} of {} pictures: BCC {} to {}",
            burst.frames,
            percent(burst.lowest),
            percent(burst.highest)
        ),
    };
    if !burst.verdicts.differ() {
        let style = Style::new(18.0 * u).colour(theme::QUIET).middle();
        sheet.text(style.set(&words, area));
        return;
    }
    let inner = verdict::warning(sheet, u, area);
    sheet.text(Style::new(18.0 * u).bold().middle().set(&words, inner));
}

/// Whether the case is stored; of one that nobody has stored, when it was taken.
pub(super) fn note(
    sheet: &mut Sheet<'_>,
    u: f32,
    mut area: Area,
    note: &CaseNote,
    taken: Option<&Taken>,
) {
    let (sign, colour, words) = match (note, taken) {
        (CaseNote::Unsaved, Some(taken)) if taken.long_ago() => {
            let words = format!("Not saved, {}", taken.words());
            (Some(Sign::Wait), theme::ALERT, words)
        }
        (CaseNote::Unsaved, Some(taken)) => {
            (None, theme::TEXT, format!("Not saved, {}", taken.words()))
        }
        (CaseNote::Unsaved, None) => (None, theme::TEXT, "Not saved".to_owned()),
        (CaseNote::Saving, _) => (Some(Sign::Wait), theme::TEXT, "Saving …".to_owned()),
        (CaseNote::Saved(name), _) => (Some(Sign::Tick), theme::GOOD, format!("Saved as {name}")),
        (CaseNote::SaveFailed(_) | CaseNote::NoRoom(_), taken) => {
            let taken = taken.map_or_else(String::new, |taken| format!(", {}", taken.words()));
            (Some(Sign::Cross), theme::ALERT, format!("NOT SAVED{taken}"))
        }
    };
    if let Some(sign) = sign {
        let side = area.cut_left(18.0 * u);
        sheet.sign(side, sign, colour, theme::BACKGROUND);
        area.cut_left(7.0 * u);
    }
    let ink = if colour == theme::ALERT {
        colour
    } else {
        theme::TEXT
    };
    sheet.text(
        Style::new(19.0 * u)
            .bold()
            .colour(ink)
            .middle()
            .set(&words, area),
    );
}
