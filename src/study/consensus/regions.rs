//! Where a pattern is: consensus on the nine cells, by the same EM.
//!
//! An item is one cell of one image; the votes are those of the readers who saw the pattern
//! there and said where. The readers' parameters are shared by all cells, the prevalence is
//! each cell's own (a lesion lies in the middle).

use super::{
    CellPosteriors, PRESENT, Question, agreed_cells,
    em::{self, Fit, Priors},
    votes::Votes,
};
use crate::{
    model::Task,
    study::{
        cells::{CELLS, Cells},
        readings::Readings,
    },
};

/// Consensus on one pattern's places.
#[derive(Clone, Debug)]
pub struct Regions {
    /// The votes, nine items an image that has any.
    pub votes: Votes,
    /// The fit.
    pub fit: Fit,
    /// An image's cells; `None` where the pattern is not present or nobody said where.
    pub posterior: Vec<Option<CellPosteriors>>,
    /// The cells agreed on; empty where `posterior` is `None`.
    pub agreed: Vec<Cells>,
}

pub(super) fn regions(
    readings: &Readings,
    task: Task,
    question: &Question,
    priors: &Priors,
) -> Regions {
    let pattern = task.index().saturating_sub(1);
    let images = readings.files.len();
    let readers = readings.readers.len();
    let present = |file: usize| question.fit.posterior[file].is_some_and(|p| p >= PRESENT);
    let mut votes = Votes::new(readers, Vec::new());
    let mut first_item = vec![None; images];
    for reading in &readings.readings {
        let cells = reading.cells[pattern];
        if cells.is_empty() || !present(reading.file) {
            continue;
        }
        let first = *first_item[reading.file].get_or_insert_with(|| {
            let first = votes.items.len();
            for cell in 0..CELLS {
                votes.items.push(vec![None; readers]);
                votes.group.push(cell);
                votes.cluster.push(reading.file);
            }
            first
        });
        for cell in 0..CELLS {
            votes.items[first + cell][reading.reader] = Some(cells.contains(cell));
        }
    }
    let fit = em::fit(&votes, priors);
    let posterior: Vec<Option<CellPosteriors>> = first_item
        .iter()
        .map(|first| {
            first
                .map(|first| std::array::from_fn(|cell| fit.posterior[first + cell].unwrap_or(0.0)))
        })
        .collect();
    let agreed = posterior
        .iter()
        .map(|p| p.as_ref().map(agreed_cells).unwrap_or_default())
        .collect();
    Regions {
        votes,
        fit,
        posterior,
        agreed,
    }
}
