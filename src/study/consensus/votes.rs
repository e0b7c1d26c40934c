//! Votes on one yes/no question: items × readers, with gaps.

use crate::{model::Task, study::readings::Readings};

/// Votes on one question.
#[derive(Clone, Debug, PartialEq)]
pub struct Votes {
    /// Number of readers.
    pub readers: usize,
    /// An item's votes, `None` where a reader gave none.
    pub items: Vec<Vec<Option<bool>>>,
    /// Which prevalence an item belongs to, from 0: one for images, one a cell of the grid.
    pub group: Vec<usize>,
    /// What an item is drawn with in a bootstrap: its image.
    pub cluster: Vec<usize>,
}

impl Votes {
    /// Items of one prevalence, each drawn alone.
    pub fn new(readers: usize, items: Vec<Vec<Option<bool>>>) -> Votes {
        Votes {
            readers,
            group: vec![0; items.len()],
            cluster: (0..items.len()).collect(),
            items,
        }
    }

    /// The readers' answers about one task, an item an image.
    pub fn of_task(readings: &Readings, task: Task) -> Votes {
        let readers = readings.readers.len();
        let mut items = vec![vec![None; readers]; readings.files.len()];
        for reading in &readings.readings {
            items[reading.file][reading.reader] = match task.index().checked_sub(1) {
                None => reading.bcc,
                Some(pattern) => reading.patterns[pattern],
            };
        }
        Votes::new(readers, items)
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.group.iter().max().map_or(0, |g| g + 1)
    }

    /// Share of yes among an item's votes; `None` without votes.
    pub fn majority(&self, item: usize) -> Option<f64> {
        let said: Vec<bool> = self.items[item].iter().copied().flatten().collect();
        let yes = said.iter().filter(|&&v| v).count();
        (!said.is_empty()).then(|| yes as f64 / said.len() as f64)
    }
}
