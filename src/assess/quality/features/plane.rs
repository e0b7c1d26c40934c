//! One channel of numbers and what is made of it, row by row: every inner loop runs along
//! slices of rows, which the compiler turns into vector code.

use std::ops::Range;

use super::sums::{Total, mean, mean_of, sum, sum_of_pairs};

/// Tiles a plane is cut into, across and down.
pub const TILES: (usize, usize) = (8, 6);

#[derive(Clone, Debug)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Plane {
    /// A plane whose rows are filled one by one.
    pub fn by_rows(width: usize, height: usize, mut fill: impl FnMut(usize, &mut [f32])) -> Plane {
        let mut values = vec![0.0; width * height];
        for (y, row) in values.chunks_exact_mut(width.max(1)).enumerate() {
            fill(y, row);
        }
        Plane {
            width,
            height,
            values,
        }
    }

    pub fn row(&self, y: usize) -> &[f32] {
        &self.values[y * self.width..][..self.width]
    }

    /// Half the size, means of 2 × 2.
    pub fn half(&self) -> Plane {
        Plane::by_rows(self.width / 2, self.height / 2, |y, out| {
            let (upper, _) = self.row(2 * y).as_chunks::<2>();
            let (lower, _) = self.row(2 * y + 1).as_chunks::<2>();
            for ((out, a), b) in out.iter_mut().zip(upper).zip(lower) {
                *out = (a[0] + a[1] + b[0] + b[1]) / 4.0;
            }
        })
    }

    /// Absolute differences to the left and upper neighbours, summed; one row and column less.
    pub fn gradient(&self) -> Plane {
        Plane::by_rows(self.width - 1, self.height - 1, |y, out| {
            let (upper, here) = (&self.row(y)[1..], self.row(y + 1));
            for (((out, left), here), up) in out.iter_mut().zip(here).zip(&here[1..]).zip(upper) {
                *out = (here - left).abs() + (here - up).abs();
            }
        })
    }

    /// Mean absolute difference from column to column, and from row to row.
    pub fn steps(&self) -> (f32, f32) {
        let apart = |a: f32, b: f32| (a - b).abs();
        let across = (0..self.height).map(|y| sum_of_pairs(&self.row(y)[1..], self.row(y), apart));
        let down = sum_of_pairs(&self.values[self.width..], &self.values, apart);
        let (w, h) = (self.width, self.height);
        let mean = |sum: f32, n: usize| sum / n.max(1) as f32;
        (mean(across.sum(), (w - 1) * h), mean(down, w * (h - 1)))
    }

    /// The pixel minus the mean of its four neighbours; one row and column less on every side.
    pub fn laplacian(&self) -> Plane {
        Plane::by_rows(self.width - 2, self.height - 2, |y, out| {
            let (upper, here, lower) = (self.row(y), self.row(y + 1), self.row(y + 2));
            let upright = upper[1..].iter().zip(&lower[1..]);
            let level = here.iter().zip(&here[1..]).zip(&here[2..]);
            for ((out, (up, down)), ((left, middle), right)) in
                out.iter_mut().zip(upright).zip(level)
            {
                *out = middle - (up + down + left + right) / 4.0;
            }
        })
    }

    /// The pixel minus the mean of the 5 × 5 around it; two rows and columns less on every side.
    pub fn detail(&self) -> Plane {
        let mut fives = vec![0.0; self.width];
        Plane::by_rows(self.width - 4, self.height - 4, |y, out| {
            // First down, then across: ten additions a pixel instead of 25.
            self.columns(y..y + 5, &mut fives);
            let here = &self.row(y + 2)[2..];
            for ((out, five), here) in out.iter_mut().zip(fives.windows(5)).zip(here) {
                *out = here - (five[0] + five[1] + five[2] + five[3] + five[4]) / 25.0;
            }
        })
    }

    pub fn mean(&self) -> f32 {
        mean(&self.values)
    }

    /// The sum of each column over some rows.
    fn columns(&self, rows: Range<usize>, sums: &mut [f32]) {
        sums.fill(0.0);
        for y in rows {
            for (sum, v) in sums.iter_mut().zip(self.row(y)) {
                *sum += v;
            }
        }
    }

    /// Sums over the rectangles that runs of rows and runs of columns have in common.
    pub fn totals<const R: usize, const C: usize>(
        &self,
        rows: [Range<usize>; R],
        columns: [Range<usize>; C],
    ) -> [[Total; C]; R] {
        let mut sums = vec![0.0; self.width];
        rows.map(|rows| {
            self.columns(rows.clone(), &mut sums);
            columns.clone().map(|columns| Total {
                count: rows.len() * columns.len(),
                sum: sum(&sums[columns], |v| v),
            })
        })
    }

    /// The sums over nine parts: corners, edges and the centre, see [`thirds`].
    pub fn zones(&self) -> [[Total; 3]; 3] {
        self.totals(thirds(self.height), thirds(self.width))
    }

    /// The runs of rows and of columns that the tiles are made of.
    pub fn tile_runs(&self) -> ([Range<usize>; TILES.1], [Range<usize>; TILES.0]) {
        (runs(self.height), runs(self.width))
    }

    /// The mean of each tile, row by row.
    pub fn tile_means(&self) -> [f32; TILES.0 * TILES.1] {
        let (rows, columns) = self.tile_runs();
        let totals = self.totals(rows, columns);
        let totals = totals.as_flattened();
        std::array::from_fn(|tile| mean_of([totals[tile]]))
    }
}

/// `0..length` cut into `N` runs as equal as can be.
fn runs<const N: usize>(length: usize) -> [Range<usize>; N] {
    let edge = |n: usize| (n * length).div_ceil(N);
    std::array::from_fn(|n| edge(n)..edge(n + 1))
}

/// Where a row's or column's centre lies: -0.5 to 0.5 from the middle.
pub fn offset(at: usize, length: usize) -> f32 {
    (at as f32 + 0.5) / length as f32 - 0.5
}

/// The rows or columns whose offsets pass; they must be neighbours.
pub fn run(length: usize, test: impl Fn(f32) -> bool) -> Range<usize> {
    let mut inside = (0..length).filter(|&at| test(offset(at, length)));
    match inside.next() {
        Some(first) => first..inside.last().unwrap_or(first) + 1,
        None => 0..0,
    }
}

/// The outermost tenth at the start, what lies between, and the tenth at the end.
pub fn thirds(length: usize) -> [Range<usize>; 3] {
    let middle = run(length, |o| o.abs() <= 0.4);
    [0..middle.start, middle.clone(), middle.end..length]
}

#[cfg(test)]
mod tests;
