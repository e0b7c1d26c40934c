//! The heat map over a fitted picture, in the frame's coordinates.

use std::ops::Range;

use super::theme;
use crate::assess::{HeatMaps, Region, between::Between, signs::Together};

/// Half of the strongest evidence: a line runs there, so that the map also reads without
/// telling its colours apart.
const LINE: u8 = 128;

/// Lays the maps of some tasks, in one, over the pixels of the whole frame, `width` × `height`.
/// Skin stays visible: cover grows with the evidence.
pub(super) fn overlay(
    pixels: &mut [u8],
    width: usize,
    height: usize,
    maps: &HeatMaps,
    tasks: &Together,
    frame: (u32, u32),
    stroke: f32,
) {
    let map = maps.together(tasks);
    let Region {
        x,
        y,
        width: rw,
        height: rh,
    } = maps.region;
    let (seen_rows, rows) = lookup(height, frame.1, (y, rh), maps.rows);
    let (seen_columns, columns) = lookup(width, frame.0, (x, rw), maps.columns);
    let seen_bytes = seen_columns.start * 3..seen_columns.end * 3;
    let mixer = theme::HeatMixer::new();
    let thick = stroke.round().max(1.0) as usize;
    // The levels of the last `thick` rows, to find where the line runs.
    let mut above = vec![vec![0u8; columns.len()]; thick];
    let mut levels = vec![0u8; columns.len()];
    let mut blended = vec![0.0f32; maps.columns];
    let lines = pixels.chunks_exact_mut((width * 3).max(1));
    let lines = lines.skip(seen_rows.start).zip(&rows);
    for (number, (line, row)) in lines.enumerate() {
        blended.fill(0.0);
        let cells = |r: usize| map.iter().skip(r * maps.columns);
        let pairs = cells(row.first).zip(cells(row.second));
        for (value, (first, second)) in blended.iter_mut().zip(pairs) {
            *value = row.mix(*first, *second);
        }
        let at = |c: usize| blended.get(c).copied().unwrap_or(0.0);
        for (level, column) in levels.iter_mut().zip(&columns) {
            let value = column.mix(at(column.first), at(column.second));
            // The nearest whole number.
            *level = (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        }
        let Some(line) = line.get_mut(seen_bytes.clone()) else {
            continue;
        };
        let (pixels, _) = line.as_chunks_mut::<3>();
        for (pixel, &level) in pixels.iter_mut().zip(&levels) {
            mixer.mix(pixel, level);
        }
        let crossed = |a: u8, b: u8| (a >= LINE) != (b >= LINE);
        let from_left = levels.iter().zip(levels.iter().skip(thick));
        for (pixel, (&left, &here)) in pixels.iter_mut().skip(thick).zip(from_left) {
            if crossed(left, here) {
                *pixel = theme::CONTOUR;
            }
        }
        let oldest = &mut above[number % thick];
        if number >= thick {
            for (pixel, (&up, &here)) in pixels.iter_mut().zip(oldest.iter().zip(&levels)) {
                if crossed(up, here) {
                    *pixel = theme::CONTOUR;
                }
            }
        }
        std::mem::swap(oldest, &mut levels);
    }
}

/// The pixels along one side that the model saw, and the cells of each. The same as
/// [`HeatMaps::at`], once a row and once a column instead of once a pixel.
fn lookup(
    pixels: usize,
    frame: u32,
    (start, length): (u32, u32),
    cells: usize,
) -> (Range<usize>, Vec<Between>) {
    let scale = frame as f32 / pixels.max(1) as f32;
    let place = |pixel: usize| {
        let at = ((pixel as f32 + 0.5) * scale - start as f32) / length.max(1) as f32;
        (0.0..=1.0).contains(&at).then_some(at)
    };
    let first = (0..pixels).position(|pixel| place(pixel).is_some());
    let first = first.unwrap_or(pixels);
    // Places rise from pixel to pixel: those seen are neighbours.
    let seen: Vec<Between> = (first..pixels)
        .map_while(place)
        .map(|at| Between::cells(at, cells))
        .collect();
    (first..first + seen.len(), seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        assess::signs::only,
        model::{TASKS, Task},
    };

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
            &only(Task::Ulceration),
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
                let mut want = [90; 3];
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
        overlay(&mut pixels, 60, 60, &maps, &only(Task::Bcc), (60, 60), 2.0);
        assert!(pixels.iter().all(|&byte| byte == 150));
    }
}
