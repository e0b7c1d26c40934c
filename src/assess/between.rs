//! Reading a grid of cells at a place that lies between their centres.

/// The two cells, next to each other in a row of cells, whose centres lie around a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Between {
    /// The cell before the place.
    pub first: usize,
    /// The cell behind it; the same where the row ends.
    pub second: usize,
    /// How far the place is towards the second, 0 to 1.
    pub part: f32,
}

impl Between {
    /// Around place `at`, 0 to 1, of a row of so many cells.
    pub fn cells(at: f32, cells: usize) -> Between {
        let last = cells.saturating_sub(1);
        let position = (at * cells as f32 - 0.5).clamp(0.0, last as f32);
        let first = position.floor() as usize;
        Between {
            first,
            second: (first + 1).min(last),
            part: position - first as f32,
        }
    }

    /// The value at the place, from those of the two cells.
    pub fn mix(&self, first: f32, second: f32) -> f32 {
        first * (1.0 - self.part) + second * self.part
    }
}

/// The value between four cells; `cell` gives that of a column and a row.
pub(crate) fn bilinear(column: &Between, row: &Between, cell: impl Fn(usize, usize) -> f32) -> f32 {
    let across = |row| column.mix(cell(column.first, row), cell(column.second, row));
    row.mix(across(row.first), across(row.second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_lies_between_the_two_nearest_centres() {
        let at = |place| {
            let Between { first, second, .. } = Between::cells(place, 4);
            (first, second, Between::cells(place, 4).part)
        };
        assert_eq!(at(0.25), (0, 1, 0.5));
        assert_eq!(at(0.5), (1, 2, 0.5));
        // Beyond the outermost centres there is nothing to mix with.
        assert_eq!(at(0.0), (0, 1, 0.0));
        assert_eq!(at(1.0), (3, 3, 0.0));
        assert_eq!(Between::cells(0.7, 1).second, 0);
    }

    #[test]
    fn the_middle_of_four_cells_is_their_mean() {
        let middle = Between::cells(0.5, 2);
        let cells = [1.0, 2.0, 4.0, 9.0];
        let value = bilinear(&middle, &middle, |column, row| cells[row * 2 + column]);
        assert_eq!(value, 4.0);
    }
}
