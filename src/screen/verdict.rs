//! The verdict in colour, shape and words, and what stands behind it: the network's
//! probability with both thresholds, and the rule's line.

use embedded_graphics::pixelcolor::Rgb888;

use super::{
    area::Area,
    sheet::{Sheet, Sign},
    text::{self, Align, Style, Weight},
    theme,
};
use crate::{
    assess::{Finding, Rule, Verdict, report::NOTICE},
    input::Action,
    model::Task,
};

/// A verdict's colour and shape.
pub(super) fn look(verdict: Verdict) -> (Rgb888, Sign) {
    match verdict {
        Verdict::BccSuspected => (theme::SUSPECTED, Sign::Warning),
        Verdict::NoBccSigns => (theme::NO_SIGNS, Sign::Ring),
        Verdict::Uncertain => (theme::UNCERTAIN, Sign::Diamond),
        Verdict::NotUsable => (theme::NOT_USABLE, Sign::Cross),
    }
}

/// The band, with the notice that belongs to every verdict.
pub(super) fn band(sheet: &mut Sheet<'_>, u: f32, area: Area, verdict: Verdict, below: &str) {
    let (colour, sign) = look(verdict);
    let ink = theme::ink_on(colour);
    sheet.block(area, 8.0 * u, colour);
    let mut inner = area.inset(12.0 * u, 6.0 * u);
    sheet.sign(inner.cut_left(50.0 * u), sign, ink, colour);
    inner.cut_left(14.0 * u);
    let (head, tail) = verdict
        .words()
        .split_once(": ")
        .unwrap_or((verdict.words(), below));
    let notice = inner.cut_bottom(17.0 * u);
    sheet.text(Style::new(17.0 * u).colour(ink).set(NOTICE, notice));
    inner.cut_bottom(1.0 * u);
    if tail.is_empty() {
        let style = Style::new(40.0 * u).bold().colour(ink).middle();
        sheet.text(style.set(head, inner));
        return;
    }
    let second = inner.cut_bottom(inner.h * 0.42);
    sheet.text(Style::new(38.0 * u).bold().colour(ink).set(head, inner));
    sheet.text(
        Style::new(29.0 * u)
            .bold()
            .colour(ink)
            .set(&super::live::capital(tail), second),
    );
}

/// The network's own answer.
pub(super) fn probability(
    sheet: &mut Sheet<'_>,
    u: f32,
    mut area: Area,
    bcc: &Finding,
    verdict: Verdict,
    (touchable, selected): (bool, bool),
) {
    if touchable {
        sheet.target(area, Action::ShowMap(Task::Bcc), false);
    }
    if selected {
        selection(sheet, u, area);
    }
    area = area.inset(6.0 * u, 2.0 * u);
    let label = area.cut_left(56.0 * u);
    sheet.text(Style::new(27.0 * u).bold().set("BCC", label));
    let value = area.cut_right(80.0 * u);
    let style = Style::new(29.0 * u).bold().align(Align::Right);
    sheet.text(style.set(&percent(bcc.probability), value));
    area.cut_right(10.0 * u);
    let figures = area.cut_bottom(area.h * 0.4);
    let track = area.inset(0.0, 3.0 * u);
    bar(sheet, u, track, bcc, look(verdict).0);
    threshold_figures(sheet, u, figures, bcc);
}

/// Both thresholds in figures below their marks; one text where they would run together.
fn threshold_figures(sheet: &mut Sheet<'_>, u: f32, area: Area, finding: &Finding) {
    let size = 16.0 * u;
    let (low, high) = (percent(finding.low), percent(finding.high));
    let style = Style::new(size).colour(theme::QUIET).align(Align::Centre);
    let width = |words: &str| text::room(words, size, Weight::Medium);
    let at = |p: f32, w: f32| {
        let left = area.x + area.w * p.clamp(0.0, 1.0) - w / 2.0;
        Area::new(
            left.clamp(area.x, (area.right() - w).max(area.x)),
            area.y,
            w.min(area.w),
            area.h,
        )
    };
    let first = at(finding.low, width(&low));
    let second = at(finding.high, width(&high));
    if first.inset(-4.0 * u, 0.0).overlaps(&second) {
        let both = format!("{}–{}", low.trim_end_matches(" %"), high);
        let place = at((finding.low + finding.high) / 2.0, width(&both));
        sheet.text(style.set(&both, place));
    } else {
        sheet.text(style.set(&low, first));
        sheet.text(style.set(&high, second));
    }
}

/// The rule's line. A disagreement is worn as a warning.
pub(super) fn rule(sheet: &mut Sheet<'_>, u: f32, area: Area, rule: &Rule) {
    let mut inner = area.inset(6.0 * u, 1.0 * u);
    let disagree = rule.agrees == Some(false);
    if disagree {
        sheet.bordered(
            area,
            5.0 * u,
            ((2.0 * u).max(1.0), theme::UNCERTAIN),
            theme::BACKGROUND,
        );
        inner = inner.inset(0.0, 1.0 * u);
        let sign = inner.cut_left(24.0 * u);
        sheet.sign(sign, Sign::Diamond, theme::UNCERTAIN, theme::BACKGROUND);
        inner.cut_left(8.0 * u);
    }
    let style = Style {
        least: 11.0 * u,
        ..Style::new(19.0 * u)
    };
    let style = if disagree { style.bold() } else { style };
    sheet.text(style.wrap().middle().set(&rule.sentence, inner));
}

/// A probability's bar with both thresholds marked.
pub(super) fn bar(sheet: &mut Sheet<'_>, u: f32, area: Area, finding: &Finding, colour: Rgb888) {
    let radius = area.h / 4.0;
    sheet.block(area, radius, theme::TRACK);
    // Of something that is not a number nothing is filled.
    let part = if finding.probability.is_nan() {
        0.0
    } else {
        finding.probability.clamp(0.0, 1.0)
    };
    if part > 0.0 {
        sheet.block(
            Area {
                w: (area.w * part).max(1.0),
                ..area
            },
            radius,
            colour,
        );
    }
    let (thin, over) = ((2.5 * u).max(1.0).round(), (3.0 * u).max(1.0));
    for threshold in [finding.low, finding.high] {
        let x = (area.x + area.w * threshold.clamp(0.0, 1.0) - thin / 2.0)
            .round()
            .clamp(area.x, (area.right() - thin).max(area.x));
        let mark = Area::new(x, area.y - over, thin, area.h + 2.0 * over);
        // A dark rim: the white mark stands out on every colour of bar.
        sheet.block(mark.inset(-1.0, 0.0), 0.0, theme::BACKGROUND);
        sheet.block(mark, 0.0, theme::TEXT);
    }
}

/// What is shown on the picture is framed in the list.
pub(super) fn selection(sheet: &mut Sheet<'_>, u: f32, area: Area) {
    sheet.bordered(
        area,
        6.0 * u,
        ((2.0 * u).max(1.0), theme::TEXT),
        theme::GROUND,
    );
}

/// A probability in whole per cent. Only what is certain to the last digit is 0 or 100.
pub(super) fn percent(probability: f32) -> String {
    if probability.is_nan() {
        return "? %".to_owned();
    }
    let whole = (probability.clamp(0.0, 1.0) * 100.0).round();
    match whole {
        w if w < 1.0 => "<1 %".to_owned(),
        w if w > 99.0 => ">99 %".to_owned(),
        w => format!("{w:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_probability_is_shown_as_certain() {
        for (p, words) in [
            (0.0, "<1 %"),
            (0.004, "<1 %"),
            (0.25, "25 %"),
            (0.994, "99 %"),
            (0.999, ">99 %"),
            (f32::NAN, "? %"),
        ] {
            assert_eq!(percent(p), words);
        }
    }

    #[test]
    fn the_four_verdicts_differ_in_colour_and_in_shape() {
        let all = [
            Verdict::BccSuspected,
            Verdict::NoBccSigns,
            Verdict::Uncertain,
            Verdict::NotUsable,
        ]
        .map(look);
        for (i, a) in all.iter().enumerate() {
            for b in &all[i + 1..] {
                assert!(a.0 != b.0 && a.1 != b.1);
            }
        }
    }
}
