//! One channel of numbers, and the few sums the features are made of.

use super::{HEIGHT, WIDTH};

/// Tiles a plane is cut into, across and down.
pub const TILES: (usize, usize) = (8, 6);

#[derive(Clone, Debug)]
pub struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Plane {
    /// One number a pixel of a picture of the analysis size.
    pub fn of(pixels: &[[f32; 3]], value: impl Fn([f32; 3]) -> f32) -> Plane {
        Plane {
            width: WIDTH,
            height: HEIGHT,
            values: pixels.iter().map(|&p| value(p)).collect(),
        }
    }

    pub fn at(&self, x: usize, y: usize) -> f32 {
        self.values[y * self.width + x]
    }

    /// A plane from a function of the position.
    pub fn from_fn(width: usize, height: usize, value: impl Fn(usize, usize) -> f32) -> Plane {
        let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Plane {
            width,
            height,
            values: all.map(|(x, y)| value(x, y)).collect(),
        }
    }

    /// Half the size, means of 2 × 2.
    pub fn half(&self) -> Plane {
        Plane::from_fn(self.width / 2, self.height / 2, |x, y| {
            let (x, y) = (2 * x, 2 * y);
            (self.at(x, y) + self.at(x + 1, y) + self.at(x, y + 1) + self.at(x + 1, y + 1)) / 4.0
        })
    }

    /// Absolute differences to the left and upper neighbours, summed; one row and column less.
    pub fn gradient(&self) -> Plane {
        Plane::from_fn(self.width - 1, self.height - 1, |x, y| {
            let here = self.at(x + 1, y + 1);
            (here - self.at(x, y + 1)).abs() + (here - self.at(x + 1, y)).abs()
        })
    }

    /// The pixel minus the mean of its four neighbours; one row and column less on every side.
    pub fn laplacian(&self) -> Plane {
        Plane::from_fn(self.width - 2, self.height - 2, |x, y| {
            let around = self.at(x, y + 1) + self.at(x + 2, y + 1) + self.at(x + 1, y);
            self.at(x + 1, y + 1) - (around + self.at(x + 1, y + 2)) / 4.0
        })
    }

    /// The pixel minus the mean of the 5 × 5 around it; two rows and columns less on every side.
    pub fn detail(&self) -> Plane {
        Plane::from_fn(self.width - 4, self.height - 4, |x, y| {
            let rows = (y..y + 5).map(|v| &self.values[v * self.width + x..][..5]);
            let sum: f32 = rows.map(|r| r.iter().sum::<f32>()).sum();
            self.at(x + 2, y + 2) - sum / 25.0
        })
    }

    pub fn mean(&self) -> f32 {
        mean(self.values.iter().copied())
    }

    /// Mean over the pixels whose centre, as offsets of -0.5 to 0.5 from the middle, passes.
    pub fn mean_where(&self, test: impl Fn(f32, f32) -> bool) -> f32 {
        mean(self.placed().filter(|&(x, y, _)| test(x, y)).map(|p| p.2))
    }

    /// Every value with its offset from the middle, -0.5 to 0.5 in both directions.
    pub fn placed(&self) -> impl Iterator<Item = (f32, f32, f32)> {
        let (w, h) = (self.width as f32, self.height as f32);
        self.values.iter().enumerate().map(move |(i, &v)| {
            let (x, y) = (i % self.width, i / self.width);
            ((x as f32 + 0.5) / w - 0.5, (y as f32 + 0.5) / h - 0.5, v)
        })
    }

    /// The values of each tile, row by row.
    pub fn tiles(&self) -> Vec<Vec<f32>> {
        let mut tiles = vec![Vec::new(); TILES.0 * TILES.1];
        for (i, &v) in self.values.iter().enumerate() {
            let column = (i % self.width) * TILES.0 / self.width;
            let row = (i / self.width) * TILES.1 / self.height;
            tiles[row * TILES.0 + column].push(v);
        }
        tiles
    }

    /// The mean of each tile, row by row.
    pub fn tile_means(&self) -> Vec<f32> {
        let tiles = self.tiles();
        tiles.iter().map(|t| mean(t.iter().copied())).collect()
    }
}

/// 0 for none.
pub fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, n) = values.fold((0.0f32, 0u32), |(sum, n), v| (sum + v, n + 1));
    sum / n.max(1) as f32
}

pub fn deviation(values: &[f32]) -> f32 {
    let middle = mean(values.iter().copied());
    mean(values.iter().map(|v| (v - middle) * (v - middle))).sqrt()
}

/// The value below which a share `q` of the values lies; 0 for none.
pub fn quantile(values: &[f32], q: f32) -> f32 {
    quantiles(values, [q])[0]
}

/// Several at once.
pub fn quantiles<const N: usize>(values: &[f32], shares: [f32; N]) -> [f32; N] {
    let Some(last) = values.len().checked_sub(1) else {
        return [0.0; N];
    };
    // Selection, not a sort: the gate looks at every live frame.
    let mut values = values.to_vec();
    shares.map(|q| {
        let place = ((last as f32 * q) as usize).min(last);
        *values.select_nth_unstable_by(place, f32::total_cmp).1
    })
}
