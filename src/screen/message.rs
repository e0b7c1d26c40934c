//! Whole-screen messages: what is wrong, and what to do.

use super::{
    layout::Layout,
    sheet::{Sheet, Sign},
    text::Style,
    theme,
};

/// A sign, a heading, what happened, and what to do, each in its place.
pub(super) fn message(
    sheet: &mut Sheet<'_>,
    layout: &Layout,
    sign: Sign,
    heading: &str,
    why: &str,
    advice: &str,
) {
    let u = layout.unit;
    let mut body = layout.body.inset(6.0 * u, 6.0 * u);
    let mut head = body.cut_top(84.0 * u);
    sheet.sign(
        head.cut_left(72.0 * u),
        sign,
        theme::ALERT,
        theme::BACKGROUND,
    );
    head.cut_left(20.0 * u);
    let style = Style {
        least: 18.0 * u,
        ..Style::new(44.0 * u)
    };
    sheet.text(style.bold().middle().wrap().set(heading, head));
    body.cut_top(12.0 * u);
    let mut card = body.cut_bottom(body.h * 0.5);
    let style = Style {
        least: 13.0 * u,
        ..Style::new(26.0 * u)
    };
    sheet.text(style.wrap().set(why, body));
    if advice.is_empty() {
        return;
    }
    sheet.bordered(
        card,
        10.0 * u,
        ((2.5 * u).max(1.0), theme::TEXT),
        theme::GROUND,
    );
    card = card.inset(18.0 * u, 12.0 * u);
    let label = Style::new(20.0 * u)
        .colour(theme::QUIET)
        .set("What to do", card.cut_top(28.0 * u));
    sheet.text(label);
    let style = Style {
        least: 15.0 * u,
        ..Style::new(34.0 * u)
    };
    sheet.text(style.bold().wrap().set(advice, card));
}
