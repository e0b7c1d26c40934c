//! The seven patterns, a row each: name, bar, answer. A row touched shows its heat map.

use embedded_graphics::pixelcolor::Rgb888;

use super::{
    MapView,
    area::Area,
    sheet::Sheet,
    text::{Align, Style},
    theme, verdict,
};
use crate::{
    assess::{Assessment, Finding},
    input::Action,
    model::{Role, Task},
};

/// The rows, sharing the area's height.
pub(super) fn rows(
    sheet: &mut Sheet<'_>,
    u: f32,
    area: Area,
    assessment: &Assessment,
    map: MapView,
) {
    let height = area.h / Task::PATTERNS.len() as f32;
    let on_picture = map.tasks(assessment);
    let mut rest = area;
    for task in Task::PATTERNS {
        let row = rest.cut_top(height);
        let Some(finding) = assessment.finding(task) else {
            continue;
        };
        if assessment.maps.is_some() {
            sheet.target(row, Action::ShowMap(task), false);
        }
        let shown = assessment.maps.is_some() && on_picture[task.index()];
        if shown {
            verdict::selection(sheet, u, row);
        }
        pattern(sheet, u, row.inset(6.0 * u, 1.5 * u), finding, shown);
    }
}

fn pattern(sheet: &mut Sheet<'_>, u: f32, mut row: Area, finding: &Finding, shown: bool) {
    let against = finding.task.role() == Role::NegativeCriterion;
    let colour = match (finding.present(), against) {
        (true, true) => theme::AGAINST,
        (true, false) => theme::PRESENT,
        (false, _) => theme::ABSENT,
    };
    let answer = row.cut_right(row.w * 0.15);
    row.cut_right(8.0 * u);
    let track = row.cut_right(row.w * 0.34);
    row.cut_right(8.0 * u);
    let size = (row.h * 0.84).min(21.0 * u);
    let name = if against {
        format!("{} (against)", finding.task.name())
    } else {
        finding.task.name().to_owned()
    };
    let style = Style::new(size).middle();
    let style = if finding.present() {
        style.bold()
    } else {
        style
    };
    sheet.text(style.set(&name, row));
    let slim = (track.h * 0.46).min(13.0 * u);
    verdict::bar(
        sheet,
        u * 0.8,
        track.inset(0.0, (track.h - slim) / 2.0),
        finding,
        colour,
    );
    mark(sheet, u, answer, finding, (colour, shown));
}

/// `yes` and `?` stand in a box, so that they are seen before they are read.
fn mark(
    sheet: &mut Sheet<'_>,
    u: f32,
    area: Area,
    finding: &Finding,
    (colour, shown): (Rgb888, bool),
) {
    let style = Style::new((area.h * 0.84).min(20.0 * u))
        .align(Align::Centre)
        .middle();
    let area = area.inset(0.0, 1.0 * u);
    let ground = if shown {
        theme::GROUND
    } else {
        theme::BACKGROUND
    };
    if finding.present() {
        sheet.block(area, 5.0 * u, colour);
        sheet.text(style.bold().colour(theme::BACKGROUND).set("yes", area));
    } else if finding.possible() {
        sheet.bordered(area, 5.0 * u, ((1.5 * u).max(1.0), theme::TEXT), ground);
        sheet.text(style.bold().set("?", area));
    } else {
        sheet.text(style.colour(theme::QUIET).set("no", area));
    }
}
