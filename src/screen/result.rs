//! A verdict beside the very picture it belongs to.

use image::RgbImage;

use super::{
    Burst, MapView,
    area::Area,
    caption,
    layout::Layout,
    live::capital,
    patterns, picture,
    scene::{CaseNote, Taken},
    sheet::{Picture, Sheet},
    text::Style,
    theme, verdict,
};
use crate::{
    assess::{Assessment, Reason, report::NOT_LOOKED_FOR},
    model::Task,
};

/// Heights in units of what stands beside the picture, from the top.
const BAND: f32 = 98.0;
const PROBABILITY: f32 = 48.0;
const RULE: f32 = 44.0;
const GAP: f32 = 5.0;
const ROWS: f32 = 7.0 * 25.0;
const PANEL: f32 = BAND + PROBABILITY + RULE + ROWS + 3.0 * GAP;

/// Below the picture: legend, burst, note.
const CAPTION: f32 = 90.0;

/// What is shown of a case.
pub(super) struct Shown<'a> {
    pub image: &'a RgbImage,
    pub assessment: &'a Assessment,
    pub burst: Option<Burst>,
    pub map: MapView,
    pub note: &'a CaseNote,
    pub taken: Option<&'a Taken>,
}

/// The result scene.
pub(super) fn result<'a>(sheet: &mut Sheet<'a>, layout: &Layout, shown: &Shown<'a>) {
    let u = layout.unit;
    let mut panel = layout.body;
    let mut left;
    if layout.portrait {
        let below = (PANEL + 8.0) * u;
        left = panel.cut_top((panel.h - below).max(panel.h * 0.25));
        panel.cut_top(8.0 * u);
    } else {
        left = panel.cut_left(panel.w * 0.5);
        panel.cut_left(12.0 * u);
    }
    let pane = Area {
        h: (left.h - CAPTION * u).max(left.h * 0.4),
        ..left
    };
    let mut at = picture::place(shown.image.dimensions(), pane);
    if !layout.portrait {
        at.x = left.x.round();
    }
    place_picture(sheet, shown, at, u);
    left.cut_top(at.bottom() - left.y + 5.0 * u);
    below_picture(sheet, u, left, shown);
    beside_picture(sheet, u, panel, shown);
}

fn place_picture<'a>(sheet: &mut Sheet<'a>, shown: &Shown<'a>, at: Area, u: f32) {
    let assessment = shown.assessment;
    let frame = assessment.frame_size;
    let heat = assessment
        .maps
        .as_ref()
        .filter(|_| shown.map != MapView::Off)
        .map(|maps| (maps, shown.map.tasks(assessment), frame));
    // The part the model saw is marked where it is not the whole picture.
    let seen = assessment
        .maps
        .as_ref()
        .map(|maps| (maps.region, frame))
        .filter(|(region, frame)| (region.width, region.height) != *frame);
    sheet.picture = Some(Picture {
        image: shown.image,
        area: at,
        seen,
        heat,
        stroke: (2.0 * u).max(1.0),
    });
}

fn below_picture(sheet: &mut Sheet<'_>, u: f32, mut area: Area, shown: &Shown<'_>) {
    let u = u.min(area.h / (CAPTION - 5.0)).max(u * 0.5);
    if shown.assessment.findings.is_some() {
        let legend = area.cut_top(43.0 * u);
        caption::legend(sheet, u, legend, shown.assessment, shown.map);
    }
    if let Some(burst) = &shown.burst {
        caption::burst(sheet, u, area.cut_top(20.0 * u), burst);
    }
    caption::note(sheet, u, area.cut_top(22.0 * u), shown.note, shown.taken);
}

fn beside_picture(sheet: &mut Sheet<'_>, u: f32, mut panel: Area, shown: &Shown<'_>) {
    let assessment = shown.assessment;
    let u = u.min(panel.h / PANEL);
    let band = panel.cut_top(BAND * u);
    panel.cut_top(GAP * u);
    let reasons = &assessment.quality.reasons;
    let words = match &shown.burst {
        Some(burst) => burst.words(assessment.verdict),
        None => assessment.verdict.words(),
    };
    let told = (assessment.verdict, words);
    let Some(bcc) = assessment.finding(Task::Bcc) else {
        let below = reasons.first().map_or("", |reason| reason.words());
        verdict::band(sheet, u, band, told, below);
        advice(sheet, u, panel, reasons);
        return;
    };
    // Only "no signs" has no second line of its own.
    verdict::band(sheet, u, band, told, NOT_LOOKED_FOR);
    let touchable = assessment.maps.is_some();
    let selected = touchable && shown.map == MapView::Task(Task::Bcc);
    let row = panel.cut_top(PROBABILITY * u);
    verdict::probability(
        sheet,
        u,
        row,
        bcc,
        assessment.verdict,
        (touchable, selected),
    );
    panel.cut_top(GAP * u);
    if let Some(rule) = &assessment.rule {
        verdict::rule(sheet, u, panel.cut_top(RULE * u), rule);
        panel.cut_top(GAP * u);
    }
    patterns::rows(sheet, u, panel, assessment, shown.map);
}

/// A picture that cannot be used: what to do, large; then whatever else is wrong.
fn advice(sheet: &mut Sheet<'_>, u: f32, mut area: Area, reasons: &[Reason]) {
    area.cut_top(8.0 * u);
    for (number, reason) in reasons.iter().enumerate() {
        let (head, size) = if number == 0 {
            ("What to do".to_owned(), 32.0)
        } else {
            (format!("Also {}", reason.words()), 23.0)
        };
        let head = Style::new(21.0 * u)
            .colour(theme::QUIET)
            .set(&capital(&head), area.cut_top(26.0 * u));
        sheet.text(head);
        let limit = area.h / (reasons.len() - number) as f32;
        let words = Area {
            h: limit.max(0.0),
            ..area
        };
        let text = Style::new(size * u)
            .bold()
            .wrap()
            .set(reason.advice(), words);
        area.cut_top(text.height() + 16.0 * u);
        sheet.text(text);
    }
}
