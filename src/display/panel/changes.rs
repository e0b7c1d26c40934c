//! What of a picture differs from the one before: only that is sent, a whole picture takes a
//! slow bus too long.

use image::RgbImage;

/// A rectangle of a picture, in pixels; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    /// First column.
    pub(super) left: u32,
    /// First row.
    pub(super) top: u32,
    /// Columns.
    pub(super) width: u32,
    /// Rows.
    pub(super) height: u32,
}

/// Bands of neighbouring rows that differ, each with the columns that differ in any of them;
/// from top to bottom. The whole picture where there is none before it.
pub(super) fn changes(before: Option<&RgbImage>, now: &RgbImage) -> Vec<Area> {
    let (width, height) = now.dimensions();
    if width == 0 || height == 0 {
        return Vec::new();
    }
    let Some(before) = before.filter(|before| before.dimensions() == (width, height)) else {
        return vec![Area {
            left: 0,
            top: 0,
            width,
            height,
        }];
    };
    let row = width as usize * 3;
    let rows = before.as_raw().chunks_exact(row);
    let mut bands: Vec<Area> = Vec::new();
    for (y, (before, now)) in (0..).zip(rows.zip(now.as_raw().chunks_exact(row))) {
        let Some((left, right)) = differing_columns(before, now) else {
            continue;
        };
        match bands.last_mut().filter(|band| band.top + band.height == y) {
            Some(band) => {
                let end = (band.left + band.width).max(right + 1);
                band.left = band.left.min(left);
                band.width = end - band.left;
                band.height += 1;
            }
            None => bands.push(Area {
                left,
                top: y,
                width: right + 1 - left,
                height: 1,
            }),
        }
    }
    bands
}

/// First and last pixel that differs.
fn differing_columns(before: &[u8], now: &[u8]) -> Option<(u32, u32)> {
    if before == now {
        return None;
    }
    let (before, now) = (before.as_chunks::<3>().0, now.as_chunks::<3>().0);
    let differ = |(before, now): (&[u8; 3], &[u8; 3])| before != now;
    let left = before.iter().zip(now).position(differ)?;
    let right = before.iter().zip(now).rposition(differ)?;
    Some((left as u32, right as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GenericImage, GenericImageView, Rgb};
    use proptest::prelude::*;

    fn area(left: u32, top: u32, width: u32, height: u32) -> Area {
        Area {
            left,
            top,
            width,
            height,
        }
    }

    #[test]
    fn nothing_changed_is_nothing_sent_and_a_first_picture_is_sent_whole() {
        let picture = RgbImage::new(7, 5);
        assert_eq!(changes(Some(&picture), &picture), []);
        assert_eq!(changes(None, &picture), [area(0, 0, 7, 5)]);
        let other = RgbImage::new(5, 7);
        assert_eq!(changes(Some(&other), &picture), [area(0, 0, 7, 5)]);
        assert_eq!(changes(None, &RgbImage::new(0, 5)), []);
    }

    #[test]
    fn neighbouring_rows_are_one_band_with_all_their_columns() {
        let before = RgbImage::new(8, 8);
        let mut now = before.clone();
        for (x, y) in [(3, 1), (5, 2), (4, 2), (0, 6), (7, 6)] {
            now.put_pixel(x, y, Rgb([0, 0, 1]));
        }
        assert_eq!(
            changes(Some(&before), &now),
            [area(3, 1, 3, 2), area(0, 6, 8, 1)]
        );
    }

    proptest! {
        #[test]
        fn what_changed_laid_over_the_picture_before_is_the_picture_now(
            (width, height) in (1u32..12, 1u32..12),
            changed in proptest::collection::vec((0u32..12, 0u32..12, any::<u8>()), 0..12),
        ) {
            let before = RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 0]));
            let mut now = before.clone();
            for (x, y, value) in changed {
                now.put_pixel(x % width, y % height, Rgb([value, 0, 0]));
            }
            let mut panel = before.clone();
            for a in changes(Some(&before), &now) {
                let part = now.view(a.left, a.top, a.width, a.height).to_image();
                panel.copy_from(&part, a.left, a.top).unwrap();
            }
            prop_assert_eq!(panel, now);
        }
    }
}
