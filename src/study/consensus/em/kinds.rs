//! Items counted by their votes, so that the time does not grow with their number.

use std::collections::BTreeMap;

use crate::study::consensus::votes::Votes;

/// Items with the same votes are one kind: four readers make at most 81.
pub(super) struct Kinds {
    /// Group and votes of each kind.
    pub votes: Vec<(usize, Vec<Option<bool>>)>,
    /// Each item's kind; `None` without votes.
    pub of_item: Vec<Option<usize>>,
}

impl Kinds {
    pub fn of(votes: &Votes) -> Kinds {
        let mut numbers = BTreeMap::new();
        let mut kinds = Vec::new();
        let of_item = votes
            .items
            .iter()
            .zip(&votes.group)
            .map(|(item, &group)| {
                item.iter().any(Option::is_some).then(|| {
                    *numbers.entry((group, item.clone())).or_insert_with(|| {
                        kinds.push((group, item.clone()));
                        kinds.len() - 1
                    })
                })
            })
            .collect();
        Kinds {
            votes: kinds,
            of_item,
        }
    }

    /// How many of these items are of each kind.
    pub fn counts(&self, items: impl IntoIterator<Item = usize>) -> Vec<f64> {
        let mut counts = vec![0.0; self.votes.len()];
        for item in items {
            if let Some(kind) = self.of_item[item] {
                counts[kind] += 1.0;
            }
        }
        counts
    }

    /// Share of yes among the votes of each kind.
    pub fn majority(&self) -> Vec<f64> {
        self.votes
            .iter()
            .map(|(_, votes)| {
                let said: Vec<bool> = votes.iter().copied().flatten().collect();
                said.iter().filter(|&&v| v).count() as f64 / said.len().max(1) as f64
            })
            .collect()
    }
}
