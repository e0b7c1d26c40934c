//! Shapes the panel is built of.

use embedded_graphics::{
    pixelcolor::Rgb888,
    prelude::*,
    primitives::{Circle, Line, PrimitiveStyle, Rectangle, RoundedRectangle, Triangle},
};

use super::{Surface, layout::rectangle, theme};
use crate::assess::{Finding, Verdict};

fn fill(surface: &mut Surface, shape: &impl StyledFill, colour: Rgb888) {
    shape.fill(surface, colour);
}

/// Shapes that can be filled; drawing on a [`Surface`] cannot fail.
trait StyledFill {
    fn fill(&self, surface: &mut Surface, colour: Rgb888);
}

macro_rules! styled_fill {
    ($($shape:ty),*) => {$(
        impl StyledFill for $shape {
            fn fill(&self, surface: &mut Surface, colour: Rgb888) {
                let Ok(()) = self.into_styled(PrimitiveStyle::with_fill(colour)).draw(surface);
            }
        }
    )*};
}
styled_fill!(Rectangle, RoundedRectangle, Circle, Triangle);

pub(super) fn block(surface: &mut Surface, area: Rectangle, colour: Rgb888) {
    fill(surface, &area, colour);
}

pub(super) fn rounded(surface: &mut Surface, area: Rectangle, radius: f32, colour: Rgb888) {
    let corner = Size::new_equal(radius.max(1.0) as u32);
    fill(
        surface,
        &RoundedRectangle::with_equal_corners(area, corner),
        colour,
    );
}

/// The verdict's shape: triangle, circle, diamond or a struck square.
pub(super) fn sign(
    surface: &mut Surface,
    verdict: Verdict,
    centre: (f32, f32),
    size: f32,
    ink: Rgb888,
) {
    let at =
        |dx: f32, dy: f32| Point::new((centre.0 + dx * size) as i32, (centre.1 + dy * size) as i32);
    match verdict {
        Verdict::BccSuspected => {
            fill(
                surface,
                &Triangle::new(at(0.0, -0.5), at(0.55, 0.45), at(-0.55, 0.45)),
                ink,
            );
        }
        Verdict::NoBccSigns => {
            let circle = Circle::with_center(at(0.0, 0.0), size as u32);
            let Ok(()) = circle
                .into_styled(PrimitiveStyle::with_stroke(
                    ink,
                    (size / 6.0).max(2.0) as u32,
                ))
                .draw(surface);
        }
        Verdict::Uncertain => {
            fill(
                surface,
                &Triangle::new(at(0.0, -0.55), at(0.55, 0.0), at(-0.55, 0.0)),
                ink,
            );
            fill(
                surface,
                &Triangle::new(at(0.0, 0.55), at(0.55, 0.0), at(-0.55, 0.0)),
                ink,
            );
        }
        Verdict::NotUsable => {
            let style = PrimitiveStyle::with_stroke(ink, (size / 6.0).max(2.0) as u32);
            for (a, b) in [((-0.4, -0.4), (0.4, 0.4)), ((-0.4, 0.4), (0.4, -0.4))] {
                let Ok(()) = Line::new(at(a.0, a.1), at(b.0, b.1))
                    .into_styled(style)
                    .draw(surface);
            }
        }
    }
}

/// A probability's bar with its thresholds marked.
pub(super) fn bar(
    surface: &mut Surface,
    (x, y): (f32, f32),
    (width, height): (f32, f32),
    finding: &Finding,
    colour: Rgb888,
) {
    rounded(
        surface,
        rectangle(x, y, width, height),
        height / 4.0,
        theme::GROUND,
    );
    let p = finding.probability.clamp(0.0, 1.0);
    if p > 0.0 {
        rounded(
            surface,
            rectangle(x, y, width * p, height),
            height / 4.0,
            colour,
        );
    }
    for (threshold, reach) in [(finding.low, 0.15), (finding.high, 0.3)] {
        let at = x + width * threshold.clamp(0.0, 1.0);
        let over = height * reach;
        block(
            surface,
            rectangle(at - 1.0, y - over, 2.0, height + 2.0 * over),
            theme::TEXT,
        );
    }
}
