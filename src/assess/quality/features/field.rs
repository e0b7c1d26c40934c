//! The field of view. Many dermatoscopes show a round field on black: the picture is then judged
//! by its inside, or the black would be taken for bad light and its rim for the only sharp edge.

/// No channel of a pixel of the black around a field reaches this.
const BLACK: u8 = 30;
/// A corner is this part of the width and of the height, and black if this share of it is.
const CORNER: usize = 24;
const MOSTLY: f32 = 0.9;
/// Share of a rectangle's border that may be black: hairs and shadows cross it as well.
const STRAY: f32 = 0.02;
/// The rectangle's size goes down from the picture's own to this part of it, in so many steps.
const LEAST: f32 = 0.5;
const STEPS: usize = 25;
/// What is left out at the soft rim of the field, as a part of the picture's size.
const RIM: f32 = 0.04;
/// So far inside its edge a field is half as bright as in its middle, or it is no field but a lamp's
/// glow that fades: a dermatoscope held in the air in a dark room. Looked at in so many directions,
/// most of those that end in black count.
const EDGE: f32 = 0.05;
const DIRECTIONS: usize = 64;

/// Left, top, width and height of what lies inside a black surround, as parts of the picture's
/// width and height: the largest rectangle of the picture's shape whose border is not black.
/// `None` without a surround (fewer than two black corners), with nothing inside, or without an edge.
pub fn inside(rgb: &[u8], width: usize, height: usize) -> Option<[f32; 4]> {
    let (pixels, _) = rgb.as_chunks::<3>();
    let black = |x: usize, y: usize| pixels[y * width + x].iter().all(|&c| c < BLACK);
    let (across, down) = ((width / CORNER).max(1), (height / CORNER).max(1));
    let corner = |left: usize, top: usize| {
        let all = (top..top + down).flat_map(|y| (left..left + across).map(move |x| (x, y)));
        all.filter(|&(x, y)| black(x, y)).count() as f32 >= MOSTLY * (across * down) as f32
    };
    let (right, bottom) = (width - across, height - down);
    let corners = [(0, 0), (right, 0), (0, bottom), (right, bottom)];
    if corners.iter().filter(|&&(x, y)| corner(x, y)).count() < 2 {
        return None;
    }
    let seen: Vec<(usize, usize)> = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .filter(|&(x, y)| !black(x, y))
        .collect();
    if seen.is_empty() {
        return None;
    }
    let centre = |of: fn(&(usize, usize)) -> usize, length: usize| {
        (seen.iter().map(of).sum::<usize>() as f32 / seen.len() as f32 + 0.5) / length as f32
    };
    let (x, y) = (centre(|p| p.0, width), centre(|p| p.1, height));
    let luma = |x: usize, y: usize| {
        pixels[y * width + x]
            .iter()
            .map(|&c| u32::from(c))
            .sum::<u32>()
    };
    if !has_edge(luma, black, (width, height), (x, y)) {
        return None;
    }
    (0..=STEPS).find_map(|step| {
        let size = 1.0 - (1.0 - LEAST) * step as f32 / STEPS as f32;
        let place = |middle: f32| (middle - size / 2.0).clamp(0.0, 1.0 - size);
        let (left, top) = (place(x), place(y));
        let end = |from: f32, length: usize| {
            let last = (((from + size) * length as f32).ceil() as usize).min(length) - 1;
            ((from * length as f32) as usize, last)
        };
        let ((x0, x1), (y0, y1)) = (end(left, width), end(top, height));
        let rows = [y0, y1]
            .into_iter()
            .flat_map(|y| (x0..=x1).map(move |x| (x, y)));
        let columns = [x0, x1]
            .into_iter()
            .flat_map(|x| (y0..=y1).map(move |y| (x, y)));
        let border = 2 * (x1 - x0 + 1 + y1 - y0 + 1);
        let stray = rows.chain(columns).filter(|&(x, y)| black(x, y)).count();
        let clear = stray as f32 <= STRAY * border as f32;
        clear.then_some([left + RIM / 2.0, top + RIM / 2.0, size - RIM, size - RIM])
    })
}

/// Whether what is seen ends at an edge, or fades. `middle`: its middle, as parts of the picture's
/// width and height.
fn has_edge(
    light: impl Fn(usize, usize) -> u32,
    black: impl Fn(usize, usize) -> bool,
    (width, height): (usize, usize),
    middle: (f32, f32),
) -> bool {
    let at = |angle: f32, away: f32| {
        let x = middle.0 * width as f32 + away * angle.cos();
        let y = middle.1 * height as f32 + away * angle.sin();
        let inside = x >= 0.0 && y >= 0.0 && x < width as f32 && y < height as f32;
        inside.then_some((x as usize, y as usize))
    };
    let mut levels: Vec<u32> = Vec::new();
    let mut at_edge = Vec::new();
    for direction in 0..DIRECTIONS {
        let angle = direction as f32 / DIRECTIONS as f32 * std::f32::consts::TAU;
        let ray: Vec<_> = (0..).map_while(|away| at(angle, away as f32)).collect();
        let Some(last) = ray.iter().rposition(|&(x, y)| !black(x, y)) else {
            continue;
        };
        levels.extend(ray[..=last].iter().map(|&(x, y)| light(x, y)));
        // Out of the picture before black: no edge to be seen in this direction.
        if last + 1 < ray.len() {
            let inward = last.saturating_sub((EDGE * height as f32) as usize);
            at_edge.push(light(ray[inward].0, ray[inward].1));
        }
    }
    levels.sort_unstable();
    let Some(&median) = levels.get(levels.len() / 2) else {
        return false;
    };
    let bright = at_edge.iter().filter(|&&level| 2 * level >= median).count();
    2 * bright > at_edge.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (usize, usize) = (192, 144);

    fn drawn(skin: impl Fn(f32, f32) -> bool) -> Option<[f32; 4]> {
        let places = (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (x as f32, y as f32)));
        let rgb: Vec<u8> = places
            .flat_map(|(x, y)| {
                if skin(x, y) {
                    [190, 140, 120]
                } else {
                    [9, 7, 8]
                }
            })
            .collect();
        inside(&rgb, SIZE.0, SIZE.1)
    }

    #[test]
    fn a_round_field_is_judged_by_a_rectangle_inside_it() {
        for (x, y, radius) in [(96.0, 72.0, 72.0), (96.0, 72.0, 100.0), (80.0, 76.0, 62.0)] {
            let round = |px: f32, py: f32| (px - x).hypot(py - y) < radius;
            let [left, top, width, height] = drawn(round).expect("a field");
            for (u, v) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
                let corner = (
                    (left + u * width) * SIZE.0 as f32,
                    (top + v * height) * SIZE.1 as f32,
                );
                assert!(round(corner.0, corner.1), "{corner:?} of radius {radius}");
            }
            assert!(
                width > 1.4 * radius / SIZE.0 as f32,
                "{width} of radius {radius}"
            );
        }
    }

    #[test]
    fn bars_at_the_sides_are_left_out() {
        let [left, _, width, _] = drawn(|x, _| (24.0..168.0).contains(&x)).expect("a field");
        assert!(left >= 24.0 / 192.0 && left + width <= 168.0 / 192.0);
    }

    #[test]
    fn a_picture_that_fills_the_frame_has_no_surround() {
        assert_eq!(drawn(|_, _| true), None);
        // A dark lesion, and one dark corner.
        assert_eq!(drawn(|x, y| (x - 96.0).hypot(y - 72.0) > 40.0), None);
        assert_eq!(drawn(|x, y| x + y > 60.0), None);
    }

    #[test]
    fn a_lamps_glow_that_fades_is_no_field() {
        for reach in [40.0, 60.0, 80.0] {
            let places = (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (x as f32, y as f32)));
            let rgb: Vec<u8> = places
                .flat_map(|(x, y)| {
                    let away = (x - 96.0).hypot(y - 72.0) / reach;
                    [215.0, 165.0, 145.0].map(|c: f32| (c * (-away * away).exp()) as u8)
                })
                .collect();
            assert_eq!(inside(&rgb, SIZE.0, SIZE.1), None, "{reach}");
        }
    }

    #[test]
    fn a_black_picture_has_no_inside() {
        assert_eq!(drawn(|_, _| false), None);
        assert_eq!(drawn(|x, y| (x - 96.0).hypot(y - 72.0) < 20.0), None);
    }
}
