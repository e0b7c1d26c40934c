//! What the heat map, the bars and the marks mean, each beside what it looks like.

use super::{
    area::Area,
    layout::Layout,
    scene::Sight,
    sheet::{Sheet, Sign},
    text::{Align, Style},
    theme, verdict,
};
use crate::{assess::Finding, model::Task};

/// Draws what a sentence speaks of into its area.
type Drawing = fn(&mut Sheet<'_>, f32, Area);

/// The help page.
pub(super) fn help(sheet: &mut Sheet<'_>, layout: &Layout, sight: Option<Sight>) {
    let u = layout.unit;
    let mut body = layout.body.inset(4.0 * u, 0.0);
    let heading = body.cut_top(44.0 * u);
    sheet.text(
        Style::new(36.0 * u)
            .bold()
            .middle()
            .set("What the heat map means", heading),
    );
    body.cut_top(6.0 * u);
    let cell = cell_size(sight);
    let entries: [(Drawing, &str); 5] = [
        (
            colours,
            "Bright: here the picture speaks for the framed rows, named below it. The dark line \
             runs at half of the scale. A map does not show where a tumour ends.",
        ),
        (grid, &cell),
        (
            nothing,
            "An empty map is not an all-clear, and neither is \"No BCC signs found\".",
        ),
        (
            bar,
            "The two marks are thresholds. Below the first: no. From the second on: yes. Between \
             them: uncertain (?).",
        ),
        (
            answers,
            "Pigment network speaks against BCC, the other six patterns for it. This device \
             supports a decision; it makes no diagnosis.",
        ),
    ];
    let height = body.h / entries.len() as f32;
    let mut texts = Vec::new();
    let style = Style {
        least: 12.0 * u,
        ..Style::new(21.0 * u)
    };
    let style = style.wrap().middle();
    for (picture, words) in entries {
        let mut row = body.cut_top(height).inset(0.0, 3.0 * u);
        let icon = row.cut_left(row.w * 0.24);
        picture(sheet, u, icon);
        row.cut_left(18.0 * u);
        texts.push((style.set(words, row).size, words, row));
    }
    // All in the size of the one that needs the smallest.
    let size = texts
        .iter()
        .map(|(size, ..)| *size)
        .fold(f32::MAX, f32::min);
    for (_, words, row) in texts {
        sheet.text(Style { size, ..style }.set(words, row));
    }
}

/// How fine a map is: from the model's own grid.
fn cell_size(sight: Option<Sight>) -> String {
    let size = match sight {
        Some(Sight {
            grid: (columns, rows),
            ..
        }) => format!(
            "One cell of the map is 1/{columns} of the analysed part's width and 1/{rows} of its height"
        ),
        None => "A map has few and large cells".to_owned(),
    };
    format!("{size}: single small globules or thin vessels cannot be told apart.")
}

fn middle(area: Area, h: f32) -> Area {
    area.inset(0.0, (area.h - h).max(0.0) / 2.0)
}

fn colours(sheet: &mut Sheet<'_>, u: f32, area: Area) {
    let mut area = middle(area, 44.0 * u);
    let top = area.cut_top(area.h * 0.5);
    sheet.items.push(super::sheet::Item::Scale { area: top });
    let [r, g, b] = theme::CONTOUR;
    let half = Area::new(top.x + top.w / 2.0, top.y, (2.0 * u).max(1.0), top.h);
    sheet.block(
        half,
        0.0,
        embedded_graphics::pixelcolor::Rgb888::new(r, g, b),
    );
    let style = Style::new(17.0 * u).colour(theme::QUIET).middle();
    let left = area.cut_left(area.w * 0.62);
    sheet.text(style.set("no evidence", left));
    sheet.text(style.align(Align::Right).set("strong", area));
}

fn grid(sheet: &mut Sheet<'_>, u: f32, area: Area) {
    sheet.sign(
        middle(area, 46.0 * u),
        Sign::Grid,
        theme::TEXT,
        theme::BACKGROUND,
    );
}

fn nothing(sheet: &mut Sheet<'_>, u: f32, area: Area) {
    sheet.sign(
        middle(area, 40.0 * u),
        Sign::Ring,
        theme::NO_SIGNS,
        theme::BACKGROUND,
    );
}

fn bar(sheet: &mut Sheet<'_>, u: f32, area: Area) {
    let example = Finding {
        task: Task::Bcc,
        score: 0.0,
        probability: 0.5,
        low: 0.35,
        high: 0.65,
    };
    verdict::bar(sheet, u, middle(area, 18.0 * u), &example, theme::UNCERTAIN);
}

fn answers(sheet: &mut Sheet<'_>, u: f32, area: Area) {
    let mut area = middle(area, 26.0 * u);
    let part = area.w / 3.0;
    let style = Style::new(19.0 * u).align(Align::Centre).middle();
    let yes = area.cut_left(part).inset(4.0 * u, 0.0);
    sheet.block(yes, 5.0 * u, theme::PRESENT);
    sheet.text(style.bold().colour(theme::BACKGROUND).set("yes", yes));
    let open = area.cut_left(part).inset(4.0 * u, 0.0);
    sheet.bordered(
        open,
        5.0 * u,
        ((1.5 * u).max(1.0), theme::TEXT),
        theme::BACKGROUND,
    );
    sheet.text(style.bold().set("?", open));
    sheet.text(style.colour(theme::QUIET).set("no", area));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cells_size_is_the_models_own() {
        let words = cell_size(Some(Sight {
            input: (256, 192),
            grid: (8, 6),
        }));
        assert!(words.contains("1/8") && words.contains("1/6"), "{words}");
    }
}
