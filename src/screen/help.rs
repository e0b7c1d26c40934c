//! Help: what to do after each answer, and what the keys, the maps and the marks mean, each beside
//! what it looks like.

use super::{
    area::Area,
    layout::Layout,
    scene::Sight,
    sheet::{Item, Sheet, Sign},
    text::{Align, Style},
    theme, verdict,
};
use crate::{
    assess::{Finding, Verdict, report::NOTICE},
    model::Task,
};

/// What to do after each answer.
const ANSWERS: [(Verdict, &str); 4] = [
    (Verdict::BccSuspected, "Refer the patient."),
    (
        Verdict::Uncertain,
        "Hold still and repeat. If it stays uncertain, refer.",
    ),
    (
        Verdict::NoBccSigns,
        "Does not mean healthy. Melanoma and other cancers are not looked for.",
    ),
    (Verdict::NotUsable, "Do what the hint says, and repeat."),
];

/// Draws what a sentence speaks of into its area.
type Drawing = fn(&mut Sheet<'_>, f32, Area);

/// One row: its picture, its first words where they stand out, and the others.
struct Row<'a> {
    picture: Drawing,
    head: Option<&'a str>,
    words: &'a str,
}

/// The help page: the answers, and beside or below them how it is used.
pub(super) fn help(sheet: &mut Sheet<'_>, layout: &Layout, sight: Option<Sight>) {
    let u = layout.unit;
    let mut body = layout.body.inset(4.0 * u, 0.0);
    let map = map_words(sight);
    let answers = ANSWERS.map(|(verdict, words)| Row {
        picture: sign_of(verdict),
        head: verdict.words().split(": ").next(),
        words,
    });
    let uses: [(Drawing, &str); 4] = [
        (
            shutter,
            "The shutter captures, and on a result goes on to the next. What is not saved then is \
             gone.",
        ),
        (colours, &map),
        (
            bar,
            "The marks on a bar are thresholds. Below the first: no. From the second on: yes. \
             Between them: uncertain (?).",
        ),
        (
            pictures,
            "So many of the pictures of one capture were usable, and the range of their answers. \
             Framed: they differ.",
        ),
    ];
    let uses = uses.map(|(picture, words)| Row {
        picture,
        head: None,
        words,
    });
    let foot = body.cut_bottom(if layout.portrait { 44.0 } else { 40.0 } * u);
    let (first, second) = if layout.portrait {
        let first = body.cut_top(body.h * 0.48);
        (first, body)
    } else {
        let first = body.cut_left(body.w * 0.45);
        body.cut_left(14.0 * u);
        (first, body)
    };
    let mut texts = rows(sheet, u, first, "After each answer", &answers);
    texts.extend(rows(sheet, u, second, "How to use it", &uses));
    let footer = format!(
        "Pigment network speaks against BCC, the other six patterns for it. This device is {NOTICE}."
    );
    texts.push((footer, foot));
    // All in the size of the one that needs the smallest.
    let style = Style {
        least: 12.0 * u,
        ..Style::new(20.0 * u)
    };
    let style = style.wrap().middle();
    let sizes = texts.iter().map(|(words, at)| style.set(words, *at).size);
    let size = sizes.fold(f32::MAX, f32::min);
    for (words, at) in texts {
        sheet.text(Style { size, ..style }.set(&words, at));
    }
}

/// Draws the rows but for their words: those and their places.
fn rows(
    sheet: &mut Sheet<'_>,
    u: f32,
    mut area: Area,
    heading: &str,
    rows: &[Row<'_>],
) -> Vec<(String, Area)> {
    let style = Style::new(24.0 * u).bold();
    sheet.text(style.set(heading, area.cut_top(30.0 * u)));
    let height = area.h / rows.len().max(1) as f32;
    let mut texts = Vec::new();
    for Row {
        picture,
        head,
        words,
    } in rows
    {
        let mut row = area.cut_top(height).inset(0.0, 3.0 * u);
        let icon = row.cut_left((row.w * 0.2).min(66.0 * u));
        picture(sheet, u, icon);
        row.cut_left(12.0 * u);
        if let Some(head) = head {
            let style = Style::new(20.0 * u).bold();
            sheet.text(style.set(head, row.cut_top(22.0 * u)));
        }
        texts.push(((*words).to_owned(), row));
    }
    texts
}

/// What a map shows, and how coarsely: from the model's own grid.
fn map_words(sight: Option<Sight>) -> String {
    let cells = match sight {
        Some(Sight {
            grid: (columns, rows),
            ..
        }) => format!("{columns} by {rows}"),
        None => "large".to_owned(),
    };
    format!(
        "Touch a row: its heat map in {cells} cells, bright where the picture speaks for it. It \
         shows no tumour's border; an empty one is no all-clear."
    )
}

fn middle(area: Area, h: f32) -> Area {
    area.inset(0.0, (area.h - h).max(0.0) / 2.0)
}

/// A verdict's sign on its colour.
fn sign_of(verdict: Verdict) -> Drawing {
    match verdict {
        Verdict::BccSuspected => |sheet, u, area| answer(sheet, u, area, Verdict::BccSuspected),
        Verdict::NoBccSigns => |sheet, u, area| answer(sheet, u, area, Verdict::NoBccSigns),
        Verdict::Uncertain => |sheet, u, area| answer(sheet, u, area, Verdict::Uncertain),
        Verdict::NotUsable => |sheet, u, area| answer(sheet, u, area, Verdict::NotUsable),
    }
}

fn answer(sheet: &mut Sheet<'_>, u: f32, area: Area, verdict: Verdict) {
    let (colour, sign) = verdict::look(verdict);
    let area = middle(area, 56.0 * u);
    sheet.block(area, 8.0 * u, colour);
    let inner = area.inset(6.0 * u, 6.0 * u);
    sheet.sign(inner, sign, theme::ink_on(colour), colour);
}

fn shutter(sheet: &mut Sheet<'_>, u: f32, area: Area) {
    let area = middle(area, 44.0 * u);
    sheet.sign(area, Sign::Shutter, theme::TEXT, theme::BACKGROUND);
}

fn colours(sheet: &mut Sheet<'_>, u: f32, area: Area) {
    let area = middle(area, 26.0 * u);
    sheet.items.push(Item::Scale { area });
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

fn pictures(sheet: &mut Sheet<'_>, u: f32, area: Area) {
    let style = Style::new(21.0 * u).bold().align(Align::Centre).middle();
    sheet.text(style.set("5 of 5", area));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cells_are_the_models_own() {
        let words = map_words(Some(Sight {
            input: (256, 192),
            grid: (8, 6),
        }));
        assert!(words.contains("8 by 6 cells"), "{words}");
    }
}
