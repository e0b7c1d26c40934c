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
    assess::{Finding, Rule, Verdict, percent, report::NOTICE},
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
///
/// `words` are the verdict's; where they have no second line it is `below`.
pub(super) fn band(
    sheet: &mut Sheet<'_>,
    u: f32,
    area: Area,
    (verdict, words): (Verdict, &str),
    below: &str,
) {
    let (colour, sign) = look(verdict);
    let ink = theme::ink_on(colour);
    sheet.block(area, 8.0 * u, colour);
    let mut inner = area.inset(12.0 * u, 6.0 * u);
    sheet.sign(inner.cut_left(50.0 * u), sign, ink, colour);
    inner.cut_left(14.0 * u);
    let (head, tail) = words.split_once(": ").unwrap_or((words, below));
    let notice = inner.cut_bottom(17.0 * u);
    sheet.text(Style::new(17.0 * u).colour(ink).set(NOTICE, notice));
    inner.cut_bottom(1.0 * u);
    if tail.is_empty() {
        let style = Style::new(40.0 * u).bold().colour(ink).middle();
        sheet.text(style.set(head, inner));
        return;
    }
    // A long second line takes two, rather than be set small.
    let size = 29.0 * u;
    let long = text::room(tail, size * 0.8, Weight::Bold) > inner.w;
    let second = inner.cut_bottom(inner.h * if long { 0.58 } else { 0.42 });
    let style = |size: f32| Style::new(size).bold().colour(ink);
    sheet.text(style(38.0 * u).middle().set(head, inner));
    let least = Style {
        least: 13.0 * u,
        ..style(size)
    };
    sheet.text(
        least
            .wrap()
            .middle()
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
    sheet.text(style.set(&bcc.percent(), value));
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

/// A frame and a sign around what must not be overlooked; gives the room for its words.
pub(super) fn warning(sheet: &mut Sheet<'_>, u: f32, area: Area) -> Area {
    sheet.bordered(
        area,
        5.0 * u,
        ((2.0 * u).max(1.0), theme::UNCERTAIN),
        theme::BACKGROUND,
    );
    let mut inner = area.inset(6.0 * u, 2.0 * u);
    let sign = inner.cut_left(24.0 * u);
    sheet.sign(sign, Sign::Diamond, theme::UNCERTAIN, theme::BACKGROUND);
    inner.cut_left(8.0 * u);
    inner
}

/// The rule's line. A disagreement is worn as a warning.
pub(super) fn rule(sheet: &mut Sheet<'_>, u: f32, area: Area, rule: &Rule) {
    let disagree = rule.agrees == Some(false);
    let inner = if disagree {
        warning(sheet, u, area)
    } else {
        area.inset(6.0 * u, 1.0 * u)
    };
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

#[cfg(test)]
mod tests {
    use super::*;

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
