//! From a composed sheet to pixels.

use embedded_graphics::{
    pixelcolor::Rgb888,
    prelude::*,
    primitives::{Circle, Line, PrimitiveStyle, Rectangle, StyledDrawable, Triangle},
};

use super::{
    area::Area,
    glyphs,
    sheet::{Item, Sheet, Sign},
    surface::Surface,
    theme,
};

/// Paints a sheet. Where nothing but the picture's content changed since the last one, only
/// the picture is painted.
pub(super) fn paint(sheet: Sheet<'_>, surface: &mut Surface) {
    let place = sheet.picture.as_ref().map(|picture| picture.area);
    let stands = surface
        .standing
        .take()
        .is_some_and(|(items, at)| items == sheet.items && at == place);
    if !stands {
        let whole = surface.bounding_box();
        let Ok(()) = surface.fill_solid(&whole, theme::BACKGROUND);
        for item in &sheet.items {
            paint_item(item, surface);
        }
    }
    if let Some(picture) = &sheet.picture {
        picture.paint(surface);
    }
    surface.standing = Some((sheet.items, place));
}

fn paint_item(item: &Item, surface: &mut Surface) {
    match item {
        Item::Block {
            area,
            radius,
            colour,
        } => block(surface, area, *radius, *colour),
        Item::Sign {
            area,
            sign,
            ink,
            ground,
        } => paint_sign(surface, area, *sign, (*ink, *ground)),
        Item::Text(text) => glyphs::paint(surface, text),
        Item::Scale { area } => scale(surface, area),
        Item::Hazard { area } => hazard(surface, area),
    }
}

fn rectangle(left: i32, top: i32, right: i32, bottom: i32) -> Rectangle {
    Rectangle::new(
        Point::new(left, top),
        Size::new((right - left).max(0) as u32, (bottom - top).max(0) as u32),
    )
}

/// A filled rectangle; only the pixels of its round corners are mixed one by one.
fn block(surface: &mut Surface, area: &Area, radius: f32, colour: Rgb888) {
    let (left, top, right, bottom) = area.pixels();
    let most = (right - left).min(bottom - top) as f32 / 2.0;
    let radius = radius.clamp(0.0, most.max(0.0));
    let corner = radius.ceil() as i32;
    let Ok(()) = surface.fill_solid(
        &rectangle(left, top + corner, right, bottom - corner),
        colour,
    );
    for (from, to) in [(top, top + corner), (bottom - corner, bottom)] {
        let middle = rectangle(left + corner, from, right - corner, to);
        let Ok(()) = surface.fill_solid(&middle, colour);
    }
    for dy in 0..corner {
        for dx in 0..corner {
            let (x, y) = (radius - dx as f32 - 0.5, radius - dy as f32 - 0.5);
            let cover = (radius - x.hypot(y) + 0.5).clamp(0.0, 1.0);
            for (x, y) in [
                (left + dx, top + dy),
                (right - 1 - dx, top + dy),
                (left + dx, bottom - 1 - dy),
                (right - 1 - dx, bottom - 1 - dy),
            ] {
                surface.mix(x, y, colour, cover);
            }
        }
    }
}

/// How much finer a sign is drawn before it is averaged down: its edges come out smooth.
const FINER: i32 = 4;

fn paint_sign(surface: &mut Surface, area: &Area, sign: Sign, (ink, ground): (Rgb888, Rgb888)) {
    let side = area.w.min(area.h).round() as i32;
    if side < 1 {
        return;
    }
    let fine = side * FINER;
    let mut canvas = Surface::new(fine as u32, fine as u32);
    let Ok(()) = canvas.fill_solid(&rectangle(0, 0, fine, fine), ground);
    draw_sign(&mut canvas, sign, fine as f32, ink, ground);
    let (cx, cy) = area.centre();
    let (left, top) = (
        (cx - side as f32 / 2.0).round() as i32,
        (cy - side as f32 / 2.0).round() as i32,
    );
    for y in 0..side {
        for x in 0..side {
            let mut sum = [0u32; 3];
            for dy in 0..FINER {
                let row = canvas.row(y * FINER + dy, x * FINER, (x + 1) * FINER);
                for pixel in row.chunks_exact(3) {
                    for (sum, byte) in sum.iter_mut().zip(pixel) {
                        *sum += u32::from(*byte);
                    }
                }
            }
            let [r, g, b] = sum.map(|sum| (sum / (FINER * FINER) as u32) as u8);
            surface.mix(left + x, top + y, Rgb888::new(r, g, b), 1.0);
        }
    }
}

fn draw_sign(canvas: &mut Surface, sign: Sign, side: f32, ink: Rgb888, ground: Rgb888) {
    let at = |x: f32, y: f32| Point::new((x * side) as i32, (y * side) as i32);
    let length = |part: f32| (part * side).max(1.0) as u32;
    let fill = PrimitiveStyle::with_fill;
    let stroke = |colour, part| PrimitiveStyle::with_stroke(colour, length(part));
    let mut triangle = |corners: [(f32, f32); 3], colour: Rgb888| {
        let [a, b, c] = corners.map(|(x, y)| at(x, y));
        let Ok(()) = Triangle::new(a, b, c).draw_styled(&fill(colour), canvas);
    };
    match sign {
        Sign::Warning => {
            triangle([(0.5, 0.04), (1.0, 0.94), (0.0, 0.94)], ink);
            line(canvas, at(0.5, 0.36), at(0.5, 0.64), stroke(ground, 0.11));
            dot(canvas, at(0.5, 0.79), length(0.13), fill(ground));
        }
        Sign::Ring => dot(canvas, at(0.5, 0.5), length(0.76), stroke(ink, 0.16)),
        Sign::Diamond => {
            triangle([(0.5, 0.0), (1.0, 0.5), (0.0, 0.5)], ink);
            triangle([(0.5, 1.0), (1.0, 0.5), (0.0, 0.5)], ink);
            // A question mark of two strokes, a hook and a dot.
            for (a, b) in [
                ((0.38, 0.40), (0.42, 0.30)),
                ((0.42, 0.30), (0.50, 0.27)),
                ((0.50, 0.27), (0.59, 0.31)),
                ((0.59, 0.31), (0.60, 0.40)),
                ((0.60, 0.40), (0.50, 0.50)),
                ((0.50, 0.50), (0.50, 0.60)),
            ] {
                line(canvas, at(a.0, a.1), at(b.0, b.1), stroke(ground, 0.085));
                dot(canvas, at(b.0, b.1), length(0.085), fill(ground));
            }
            dot(canvas, at(0.5, 0.73), length(0.11), fill(ground));
        }
        Sign::Cross => {
            line(canvas, at(0.14, 0.14), at(0.86, 0.86), stroke(ink, 0.18));
            line(canvas, at(0.14, 0.86), at(0.86, 0.14), stroke(ink, 0.18));
        }
        Sign::Tick => {
            line(canvas, at(0.12, 0.52), at(0.40, 0.80), stroke(ink, 0.16));
            line(canvas, at(0.37, 0.80), at(0.88, 0.22), stroke(ink, 0.16));
        }
        Sign::Wait => {
            triangle([(0.16, 0.08), (0.84, 0.08), (0.5, 0.54)], ink);
            triangle([(0.16, 0.92), (0.84, 0.92), (0.5, 0.46)], ink);
        }
        Sign::Shutter => {
            dot(canvas, at(0.5, 0.5), length(0.88), stroke(ink, 0.09));
            dot(canvas, at(0.5, 0.5), length(0.58), fill(ink));
        }
        Sign::Grid => {
            let cell = Rectangle::new(at(0.36, 0.36), Size::new_equal(length(0.28)));
            let Ok(()) = cell.draw_styled(&fill(ink), canvas);
            for part in [0.08, 0.36, 0.64, 0.92] {
                line(canvas, at(part, 0.06), at(part, 0.94), stroke(ink, 0.04));
                line(canvas, at(0.06, part), at(0.94, part), stroke(ink, 0.04));
            }
        }
    }
}

fn line(canvas: &mut Surface, a: Point, b: Point, style: PrimitiveStyle<Rgb888>) {
    let Ok(()) = Line::new(a, b).draw_styled(&style, canvas);
}

fn dot(canvas: &mut Surface, centre: Point, diameter: u32, style: PrimitiveStyle<Rgb888>) {
    let Ok(()) = Circle::with_center(centre, diameter).draw_styled(&style, canvas);
}

/// The colours as they look over plain skin, so that the left end is skin without evidence.
fn scale(surface: &mut Surface, area: &Area) {
    let (left, top, right, bottom) = area.pixels();
    let span = (right - left).max(1) as f32;
    let mixer = theme::HeatMixer::new();
    for y in top..bottom {
        let row = surface.row(y, left, right);
        for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
            pixel.copy_from_slice(&theme::SKIN);
            mixer.mix(pixel, ((x as f32 + 0.5) / span * 255.0) as u8);
        }
    }
}

fn hazard(surface: &mut Surface, area: &Area) {
    let (left, top, right, bottom) = area.pixels();
    let stripe = ((bottom - top) / 3).max(3);
    for y in top..bottom {
        for x in left..right {
            let even = (x - left + y - top).div_euclid(stripe) % 2 == 0;
            let colour = if even { theme::ALERT } else { Rgb888::BLACK };
            surface.mix(x, y, colour, 1.0);
        }
    }
}
