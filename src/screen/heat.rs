//! The heat map over a fitted picture, in the frame's coordinates.

use super::theme;
use crate::{
    assess::{HeatMaps, Region},
    model::Task,
};

/// Half of the strongest evidence: a line runs there, so that the map also reads without
/// telling its colours apart.
const LINE: u8 = 128;

/// Lays a task's map over the pixels of the whole frame, `width` × `height`. Skin stays
/// visible: cover grows with the evidence.
pub(super) fn overlay(
    pixels: &mut [u8],
    width: usize,
    height: usize,
    maps: &HeatMaps,
    task: Task,
    frame: (u32, u32),
    stroke: f32,
) {
    let Some(map) = maps.maps.get(task.index()) else {
        return;
    };
    let Region {
        x,
        y,
        width: rw,
        height: rh,
    } = maps.region;
    let columns = lookup(width, frame.0, (x, rw), maps.columns);
    let rows = lookup(height, frame.1, (y, rh), maps.rows);
    let mixer = theme::HeatMixer::new();
    let thick = stroke.round().max(1.0) as usize;
    // The levels of the last `thick` rows, to find where the line runs.
    let mut above: Vec<Vec<Option<u8>>> = vec![vec![None; width]; thick];
    let mut blended = vec![0.0f32; maps.columns];
    for (number, line) in pixels.chunks_exact_mut((width * 3).max(1)).enumerate() {
        let levels: Vec<Option<u8>> = match rows.get(number) {
            Some(Some(row)) => {
                let cell =
                    |r: usize, c: usize| map.get(r * maps.columns + c).copied().unwrap_or(0.0);
                for (c, value) in blended.iter_mut().enumerate() {
                    *value = cell(row.first, c) * (1.0 - row.part) + cell(row.second, c) * row.part;
                }
                let at = |c: usize| blended.get(c).copied().unwrap_or(0.0);
                let level = |c: &Cells| {
                    let value = at(c.first) * (1.0 - c.part) + at(c.second) * c.part;
                    (value.clamp(0.0, 1.0) * 255.0).round() as u8
                };
                columns.iter().map(|c| c.as_ref().map(level)).collect()
            }
            _ => vec![None; width],
        };
        let side = |level: Option<u8>| level.map(|l| l >= LINE);
        for (x, pixel) in line.chunks_exact_mut(3).enumerate() {
            let Some(level) = levels.get(x).copied().flatten() else {
                continue;
            };
            mixer.mix(pixel, level);
            let here = Some(level >= LINE);
            let crossed = |other: Option<bool>| other.is_some() && other != here;
            let left = x.checked_sub(thick).and_then(|x| side(*levels.get(x)?));
            let up = above.get(number % thick).and_then(|row| side(*row.get(x)?));
            if crossed(left) || crossed(up) {
                pixel.copy_from_slice(&theme::CONTOUR);
            }
        }
        if let Some(oldest) = above.get_mut(number % thick) {
            *oldest = levels;
        }
    }
}

/// The two cells whose centres lie around a pixel, and how far towards the second it is.
struct Cells {
    first: usize,
    second: usize,
    part: f32,
}

/// For every pixel along one side: its cells, `None` outside the part the model saw.
/// The same as [`HeatMaps::at`], once a row and once a column instead of once a pixel.
fn lookup(
    pixels: usize,
    frame: u32,
    (start, length): (u32, u32),
    cells: usize,
) -> Vec<Option<Cells>> {
    let scale = frame as f32 / pixels.max(1) as f32;
    let last = cells.saturating_sub(1);
    (0..pixels)
        .map(|pixel| {
            let at = ((pixel as f32 + 0.5) * scale - start as f32) / length.max(1) as f32;
            if !(0.0..=1.0).contains(&at) {
                return None;
            }
            let position = (at * cells as f32 - 0.5).clamp(0.0, last as f32);
            let first = position as usize;
            Some(Cells {
                first,
                second: (first + 1).min(last),
                part: position - first as f32,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TASKS;

    /// The overlay over grey, against the map read point by point.
    #[test]
    fn the_map_lies_where_the_frame_shows_it() {
        let (columns, rows) = (5, 4);
        let mut maps = HeatMaps {
            columns,
            rows,
            maps: std::array::from_fn(|_| vec![0.0; columns * rows]),
            region: Region {
                x: 100,
                y: 20,
                width: 1500,
                height: 900,
            },
        };
        assert_eq!(maps.maps.len(), TASKS);
        for (cell, value) in maps.maps[Task::Ulceration.index()].iter_mut().enumerate() {
            *value = (cell * 7 % 20) as f32 / 20.0;
        }
        let (width, height, frame) = (96, 54, (1920, 1080));
        let mut pixels = vec![90u8; width * height * 3];
        overlay(
            &mut pixels,
            width,
            height,
            &maps,
            Task::Ulceration,
            frame,
            1.0,
        );
        let mixer = theme::HeatMixer::new();
        let mut compared = 0;
        for y in 0..height {
            for x in 0..width {
                let at = (y * width + x) * 3;
                let got = &pixels[at..at + 3];
                if got == theme::CONTOUR {
                    continue;
                }
                let (fx, fy) = ((x as f32 + 0.5) * 20.0, (y as f32 + 0.5) * 20.0);
                let mut want = [90u8; 3];
                if let Some(value) = maps.at(Task::Ulceration, fx, fy) {
                    mixer.mix(&mut want, (value * 255.0).round() as u8);
                }
                for (g, w) in got.iter().zip(want) {
                    assert!(
                        g.abs_diff(w) <= 3,
                        "{x},{y}: {got:?} where {want:?} is right"
                    );
                }
                compared += 1;
            }
        }
        assert!(compared > width * height * 3 / 4);
    }

    #[test]
    fn an_empty_map_leaves_the_picture_as_it_is() {
        let maps = HeatMaps {
            columns: 3,
            rows: 3,
            maps: std::array::from_fn(|_| vec![0.0; 9]),
            region: Region {
                x: 0,
                y: 0,
                width: 60,
                height: 60,
            },
        };
        let mut pixels = vec![150u8; 60 * 60 * 3];
        overlay(&mut pixels, 60, 60, &maps, Task::Bcc, (60, 60), 2.0);
        assert!(pixels.iter().all(|&byte| byte == 150));
    }
}
