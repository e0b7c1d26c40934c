//! The fast rows against the plain definition, pixel by pixel.

use proptest::prelude::*;

use super::*;

fn plane() -> impl Strategy<Value = Plane> {
    (12usize..40, 12usize..40).prop_flat_map(|(width, height)| {
        let values = proptest::collection::vec(0.0f32..255.0, width * height);
        values.prop_map(move |values| Plane {
            width,
            height,
            values,
        })
    })
}

/// A plane from a function of the position.
fn drawn(width: usize, height: usize, value: impl Fn(usize, usize) -> f32) -> Plane {
    let values = (0..width * height).map(|i| value(i % width, i / width));
    Plane {
        width,
        height,
        values: values.collect(),
    }
}

fn same(got: &Plane, want: &Plane) -> Result<(), TestCaseError> {
    prop_assert_eq!((got.width, got.height), (want.width, want.height));
    for (got, want) in got.values.iter().zip(&want.values) {
        prop_assert!((got - want).abs() < 1e-3, "{} is not {}", got, want);
    }
    Ok(())
}

/// Mean over the pixels whose offsets pass.
fn mean_where(p: &Plane, test: impl Fn(f32, f32) -> bool) -> f32 {
    let place = |i: usize| (offset(i % p.width, p.width), offset(i / p.width, p.height));
    let inside = (0..p.values.len()).filter(|&i| test(place(i).0, place(i).1));
    let inside: Vec<f64> = inside.map(|i| f64::from(p.values[i])).collect();
    (inside.iter().sum::<f64>() / inside.len().max(1) as f64) as f32
}

fn close(a: f32, b: f32) -> bool {
    (a - b).abs() < 1e-2
}

proptest! {
    #[test]
    fn planes_are_what_their_definitions_say(p in plane()) {
        let (w, h) = (p.width, p.height);
        let at = |x: usize, y: usize| p.values[y * w + x];
        same(&p.half(), &drawn(w / 2, h / 2, |x, y| {
            let (x, y) = (2 * x, 2 * y);
            (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4.0
        }))?;
        same(&p.gradient(), &drawn(w - 1, h - 1, |x, y| {
            let here = at(x + 1, y + 1);
            (here - at(x, y + 1)).abs() + (here - at(x + 1, y)).abs()
        }))?;
        same(&p.laplacian(), &drawn(w - 2, h - 2, |x, y| {
            let around = at(x, y + 1) + at(x + 2, y + 1) + at(x + 1, y) + at(x + 1, y + 2);
            at(x + 1, y + 1) - around / 4.0
        }))?;
        same(&p.detail(), &drawn(w - 4, h - 4, |x, y| {
            let around = (0..25).map(|i| at(x + i % 5, y + i / 5)).sum::<f32>();
            at(x + 2, y + 2) - around / 25.0
        }))?;
        let across = drawn(w - 1, h, |x, y| (at(x + 1, y) - at(x, y)).abs());
        let down = drawn(w, h - 1, |x, y| (at(x, y + 1) - at(x, y)).abs());
        let (got_across, got_down) = p.steps();
        prop_assert!(close(got_across, across.mean()) && close(got_down, down.mean()));
    }

    #[test]
    fn zones_and_tiles_hold_the_pixels_that_lie_there(p in plane()) {
        let zones = p.zones();
        let bands: [fn(f32) -> bool; 3] = [|o| o < -0.4, |o| o.abs() <= 0.4, |o| o > 0.4];
        for (row, down) in bands.iter().enumerate() {
            for (column, across) in bands.iter().enumerate() {
                let want = mean_where(&p, |x, y| across(x) && down(y));
                prop_assert!(close(mean_of([zones[row][column]]), want));
            }
        }
        let counted: usize = zones.as_flattened().iter().map(|total| total.count).sum();
        prop_assert_eq!(counted, p.values.len());
        for (tile, got) in p.tile_means().into_iter().enumerate() {
            let here = |i: usize| {
                let (x, y) = (i % p.width, i / p.width);
                y * TILES.1 / p.height == tile / TILES.0 && x * TILES.0 / p.width == tile % TILES.0
            };
            let inside = (0..p.values.len()).filter(|&i| here(i)).map(|i| p.values[i]);
            let inside: Vec<f32> = inside.collect();
            prop_assert!(close(got, mean(&inside)), "tile {}: {} of {:?}", tile, got, inside);
        }
    }

    #[test]
    fn a_run_is_where_the_test_passes(length in 0usize..60, limit in 0.0f32..0.6) {
        let passes = |o: f32| o.abs() < limit;
        let inside = run(length, passes);
        for at in 0..length {
            prop_assert_eq!(inside.contains(&at), passes(offset(at, length)));
        }
    }
}
