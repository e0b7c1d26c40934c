//! From a composed sheet to pixels.

use embedded_graphics::{
    pixelcolor::Rgb888,
    prelude::*,
    primitives::{Circle, PrimitiveStyle, Rectangle, StyledDrawable},
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
    // Columns of the sign that lie left of the surface.
    let hidden = left.min(0).unsigned_abs() as usize;
    let mut sums = vec![[0u32; 3]; side as usize];
    for y in 0..side {
        sums.fill([0; 3]);
        for row in y * FINER..(y + 1) * FINER {
            let (pixels, _) = canvas.row(row, 0, fine).as_chunks::<3>();
            for (sum, fines) in sums.iter_mut().zip(pixels.chunks_exact(FINER as usize)) {
                for fine in fines {
                    *sum = std::array::from_fn(|c| sum[c] + u32::from(fine[c]));
                }
            }
        }
        let (pixels, _) = surface.row(top + y, left, left + side).as_chunks_mut::<3>();
        for (pixel, sum) in pixels.iter_mut().zip(sums.iter().skip(hidden)) {
            *pixel = sum.map(|sum| (sum / (FINER * FINER) as u32) as u8);
        }
    }
}

fn draw_sign(canvas: &mut Surface, sign: Sign, side: f32, ink: Rgb888, ground: Rgb888) {
    let mut pen = Pen { canvas, side };
    match sign {
        Sign::Warning => {
            pen.polygon(&[(0.5, 0.04), (1.0, 0.94), (0.0, 0.94)], ink);
            pen.line((0.5, 0.36), (0.5, 0.64), 0.11, ground);
            pen.dot((0.5, 0.79), 0.13, ground);
        }
        Sign::Ring => pen.ring((0.5, 0.5), 0.84, 0.16, ink),
        Sign::Diamond => {
            pen.polygon(&[(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)], ink);
            // A question mark: a hook of strokes, and a dot.
            let hook = [
                (0.37, 0.41),
                (0.40, 0.31),
                (0.49, 0.26),
                (0.58, 0.30),
                (0.61, 0.39),
                (0.56, 0.47),
                (0.50, 0.52),
                (0.50, 0.61),
            ];
            for pair in hook.windows(2) {
                pen.line(pair[0], pair[1], 0.085, ground);
                pen.dot(pair[1], 0.085, ground);
            }
            pen.dot((0.5, 0.74), 0.11, ground);
        }
        Sign::Cross => {
            pen.line((0.12, 0.12), (0.88, 0.88), 0.18, ink);
            pen.line((0.12, 0.88), (0.88, 0.12), 0.18, ink);
        }
        Sign::Tick => {
            pen.line((0.10, 0.50), (0.42, 0.82), 0.16, ink);
            pen.line((0.36, 0.82), (0.90, 0.20), 0.16, ink);
        }
        Sign::Wait => {
            pen.polygon(&[(0.16, 0.08), (0.84, 0.08), (0.5, 0.54)], ink);
            pen.polygon(&[(0.16, 0.92), (0.84, 0.92), (0.5, 0.46)], ink);
        }
        Sign::Shutter => {
            pen.ring((0.5, 0.5), 0.96, 0.09, ink);
            pen.dot((0.5, 0.5), 0.58, ink);
        }
        Sign::Grid => {
            pen.polygon(
                &[(0.36, 0.36), (0.64, 0.36), (0.64, 0.64), (0.36, 0.64)],
                ink,
            );
            for part in [0.08, 0.36, 0.64, 0.92] {
                pen.line((part, 0.06), (part, 0.94), 0.04, ink);
                pen.line((0.06, part), (0.94, part), 0.04, ink);
            }
        }
    }
}

/// Draws in fractions of a canvas's side. Polygons and strokes are filled row by row here:
/// embedded-graphics' triangles and thick lines overflow their integers from some 250 pixels on.
struct Pen<'a> {
    canvas: &'a mut Surface,
    side: f32,
}

impl Pen<'_> {
    fn polygon(&mut self, corners: &[(f32, f32)], colour: Rgb888) {
        let next = corners.iter().cycle().skip(1);
        let edges: Vec<_> = corners.iter().zip(next).collect();
        for row in 0..self.side as i32 {
            let y = (row as f32 + 0.5) / self.side;
            let mut crossings: Vec<f32> = edges
                .iter()
                .filter(|(a, b)| (a.1 <= y) != (b.1 <= y))
                .map(|(a, b)| a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0))
                .collect();
            crossings.sort_by(f32::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let edge = |x: f32| (x * self.side).round() as i32;
                let span = rectangle(edge(pair[0]), row, edge(pair[1]), row + 1);
                let Ok(()) = self.canvas.fill_solid(&span, colour);
            }
        }
    }

    fn line(&mut self, a: (f32, f32), b: (f32, f32), width: f32, colour: Rgb888) {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let scale = width / 2.0 / dx.hypot(dy).max(f32::EPSILON);
        let (nx, ny) = (-dy * scale, dx * scale);
        let corners = [
            (a.0 + nx, a.1 + ny),
            (b.0 + nx, b.1 + ny),
            (b.0 - nx, b.1 - ny),
            (a.0 - nx, a.1 - ny),
        ];
        self.polygon(&corners, colour);
    }

    fn dot(&mut self, centre: (f32, f32), diameter: f32, colour: Rgb888) {
        self.circle(centre, diameter, PrimitiveStyle::with_fill(colour));
    }

    /// `diameter` is the outer one.
    fn ring(&mut self, centre: (f32, f32), diameter: f32, width: f32, colour: Rgb888) {
        let width_px = (width * self.side).max(1.0) as u32;
        let style = PrimitiveStyle::with_stroke(colour, width_px);
        self.circle(centre, diameter - width, style);
    }

    fn circle(&mut self, (x, y): (f32, f32), diameter: f32, style: PrimitiveStyle<Rgb888>) {
        let at = Point::new((x * self.side) as i32, (y * self.side) as i32);
        let diameter = (diameter * self.side).max(1.0) as u32;
        let Ok(()) = Circle::with_center(at, diameter).draw_styled(&style, self.canvas);
    }
}

/// The colours as they look over plain skin, so that the left end is skin without evidence.
fn scale(surface: &mut Surface, area: &Area) {
    let (left, top, right, bottom) = area.pixels();
    let span = (right - left).max(1) as f32;
    let mixer = theme::HeatMixer::new();
    for y in top..bottom {
        let row = surface.row(y, left, right);
        for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            *pixel = theme::SKIN;
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
