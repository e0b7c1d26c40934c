//! The 3×3 grid in which readers mark where they saw a pattern.

/// Cells of the grid.
pub const CELLS: usize = 9;

/// A set of cells, numbered 1 (top left) to 9 (bottom right), row by row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cells(u16);

impl Cells {
    /// Reads a string of digits such as `258`.
    ///
    /// # Errors
    /// A sentence for anything but the digits 1 to 9, each at most once.
    pub fn parse(text: &str) -> Result<Cells, String> {
        let mut cells = Cells::default();
        for c in text.chars() {
            let cell = match c.to_digit(10) {
                Some(digit @ 1..=9) => digit as usize - 1,
                _ => {
                    return Err(format!(
                        "is {text:?}; cells are the digits 1 to 9, row by row"
                    ));
                }
            };
            if cells.contains(cell) {
                return Err(format!("is {text:?}, with cell {c} twice"));
            }
            cells.insert(cell);
        }
        Ok(cells)
    }

    /// Whether it holds cell `index`, 0 to 8.
    pub fn contains(self, index: usize) -> bool {
        index < CELLS && self.0 >> index & 1 == 1
    }

    /// Adds cell `index`, 0 to 8.
    pub fn insert(&mut self, index: usize) {
        if index < CELLS {
            self.0 |= 1 << index;
        }
    }

    /// The cells of either set.
    #[must_use]
    pub fn union(self, other: Cells) -> Cells {
        Cells(self.0 | other.0)
    }

    /// Whether it holds none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it holds all nine.
    pub fn is_full(self) -> bool {
        self.0.count_ones() as usize == CELLS
    }

    /// Whether the point (`u`, `v`), each 0 to 1 over the whole picture, lies in one of them.
    pub fn covers(self, u: f32, v: f32) -> bool {
        let third = |t: f32| ((t * 3.0) as usize).min(2);
        self.contains(third(v) * 3 + third(u))
    }
}

impl std::fmt::Display for Cells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (0..CELLS)
            .filter(|&cell| self.contains(cell))
            .try_for_each(|cell| write!(f, "{}", cell + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_cells_row_by_row() {
        let cells = Cells::parse("26").unwrap();
        assert!(cells.covers(0.5, 0.1) && cells.covers(0.9, 0.5));
        assert!(!cells.covers(0.5, 0.5) && !cells.covers(0.1, 0.9));
        assert_eq!(cells.to_string(), "26");
    }

    #[test]
    fn what_is_no_cell_is_refused() {
        for text in ["0", "a", "1 2", "55"] {
            assert!(Cells::parse(text).is_err(), "{text}");
        }
    }
}
