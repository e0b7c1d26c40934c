//! The live picture: what the gate says of it, which part of it is analysed, and how far a
//! capture has come.

use embedded_graphics::pixelcolor::Rgb888;
use image::RgbImage;

use super::{
    area::Area,
    layout::Layout,
    picture,
    scene::{Notice, Sight},
    sheet::{Picture, Sheet, Sign},
    text::Style,
    theme,
};
use crate::{
    assess::{Quality, prepare::seen_region},
    input::Action,
};

/// The live scene.
pub(super) fn live<'a>(
    sheet: &mut Sheet<'a>,
    layout: &Layout,
    image: &'a RgbImage,
    sight: Option<Sight>,
    quality: Option<&Quality>,
    notice: Option<Notice>,
) {
    let (at, mut panel) = stage(sheet, layout, image, sight);
    sheet.target(at, Action::Capture, false);
    let u = layout.unit;
    if let Some(notice) = notice {
        // In two lines rather than small: it is gone in three seconds.
        let inner = Area {
            y: panel.y + 9.5 * u,
            h: 44.0 * u,
            ..panel.inset(10.0 * u, 0.0)
        };
        let style = Style::new(21.0 * u).bold().wrap();
        let text = style.set(&notice.words(), inner);
        let area = panel.cut_top(text.height() + 19.0 * u);
        sheet.block(area, 8.0 * u, theme::GROUND);
        sheet.text(text);
        panel.cut_top(8.0 * u);
    }
    match (sight, quality) {
        (None, _) => {
            banner(
                sheet,
                u,
                &mut panel,
                Sign::Cross,
                theme::NOT_USABLE,
                "No model",
            );
            words(
                sheet,
                u,
                &mut panel,
                "Nothing can be analysed. Install the model again.",
            );
        }
        (_, None) => {
            banner(sheet, u, &mut panel, Sign::Wait, theme::NOT_USABLE, "Wait");
            words(sheet, u, &mut panel, "The picture is being checked.");
        }
        (_, Some(quality)) if quality.usable => {
            banner(sheet, u, &mut panel, Sign::Tick, theme::GOOD, "Ready");
            words(
                sheet,
                u,
                &mut panel,
                "Press the shutter, or touch the picture.",
            );
            // A notice takes its room.
            if notice.is_none() {
                let words = "Inside the corner marks: what is analysed.";
                small(sheet, u, &mut panel, words);
            }
        }
        (_, Some(quality)) => {
            let first = quality.reasons.first();
            let head = first.map_or("not usable", |reason| reason.words());
            banner(
                sheet,
                u,
                &mut panel,
                Sign::Cross,
                theme::NOT_USABLE,
                &capital(head),
            );
            words(
                sheet,
                u,
                &mut panel,
                first.map_or("", |reason| reason.advice()),
            );
            if let Some(rest) = quality.reasons.get(1..).filter(|rest| !rest.is_empty())
                && notice.is_none()
            {
                let rest: Vec<_> = rest.iter().map(|reason| reason.words()).collect();
                small(sheet, u, &mut panel, &format!("Also: {}", rest.join(", ")));
            }
        }
    }
}

/// The burst is being taken.
pub(super) fn capturing<'a>(
    sheet: &mut Sheet<'a>,
    layout: &Layout,
    image: &'a RgbImage,
    sight: Option<Sight>,
    (taken, wanted): (usize, usize),
) {
    let (_, mut panel) = stage(sheet, layout, image, sight);
    let u = layout.unit;
    banner(
        sheet,
        u,
        &mut panel,
        Sign::Shutter,
        theme::BUTTON_FIRST,
        "Hold still",
    );
    let wanted = wanted.clamp(1, 100);
    let taken = taken.min(wanted);
    words(
        sheet,
        u,
        &mut panel,
        &format!("Picture {taken} of {wanted}"),
    );
    let bar = panel.cut_top(14.0 * u);
    sheet.block(bar, 7.0 * u, theme::GROUND);
    let done = Area {
        w: bar.w * taken as f32 / wanted as f32,
        ..bar
    };
    if taken > 0 {
        sheet.block(done, 7.0 * u, theme::TEXT);
    }
}

/// The burst is taken and being analysed.
pub(super) fn analysing<'a>(
    sheet: &mut Sheet<'a>,
    layout: &Layout,
    image: &'a RgbImage,
    sight: Option<Sight>,
) {
    let (_, mut panel) = stage(sheet, layout, image, sight);
    let u = layout.unit;
    banner(
        sheet,
        u,
        &mut panel,
        Sign::Wait,
        theme::BUTTON_FIRST,
        "Analysing …",
    );
    words(
        sheet,
        u,
        &mut panel,
        "The pictures are taken. The result follows.",
    );
}

/// The live picture as large as it fits, with room for words beside or below it. Gives the
/// picture's place and that room.
fn stage<'a>(
    sheet: &mut Sheet<'a>,
    layout: &Layout,
    image: &'a RgbImage,
    sight: Option<Sight>,
) -> (Area, Area) {
    let u = layout.unit;
    let size = image.dimensions();
    let mut rest = layout.body;
    let mut pane = rest;
    if layout.portrait {
        pane.h -= 190.0 * u;
    } else {
        pane.w -= 210.0 * u;
    }
    let at = picture::place(size, pane);
    let at = if layout.portrait {
        at
    } else {
        Area {
            x: pane.x.round(),
            ..at
        }
    };
    if layout.portrait {
        rest.cut_top(at.h + 10.0 * u);
    } else {
        rest.cut_left(at.w + 12.0 * u);
    }
    sheet.picture = Some(Picture {
        image,
        area: at,
        seen: sight.map(|sight| (seen_region(size, sight.input), size)),
        heat: None,
        stroke: (3.0 * u).max(1.0),
    });
    (at, rest)
}

/// The state in one sign and one or two words.
fn banner(sheet: &mut Sheet<'_>, u: f32, panel: &mut Area, sign: Sign, colour: Rgb888, head: &str) {
    let area = panel.cut_top(76.0 * u);
    let ink = theme::ink_on(colour);
    sheet.block(area, 8.0 * u, colour);
    let mut inner = area.inset(12.0 * u, 6.0 * u);
    sheet.sign(inner.cut_left(40.0 * u), sign, ink, colour);
    inner.cut_left(12.0 * u);
    let style = Style {
        least: 16.0 * u,
        ..Style::new(34.0 * u)
    };
    sheet.text(style.bold().colour(ink).middle().wrap().set(head, inner));
    panel.cut_top(12.0 * u);
}

fn words(sheet: &mut Sheet<'_>, u: f32, panel: &mut Area, words: &str) {
    let area = Area {
        h: panel.h.min(120.0 * u),
        ..*panel
    };
    let text = Style::new(25.0 * u).wrap().set(words, area);
    panel.cut_top(text.height() + 12.0 * u);
    sheet.text(text);
}

fn small(sheet: &mut Sheet<'_>, u: f32, panel: &mut Area, words: &str) {
    let style = Style::new(18.0 * u).colour(theme::QUIET).wrap();
    sheet.text(style.set(words, *panel));
}

/// With a capital letter first.
pub(super) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}
