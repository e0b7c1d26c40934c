//! How many of each.

use std::collections::BTreeMap;

/// Each distinct one with its number, the most frequent first.
pub(super) fn counted<T: Ord>(all: impl IntoIterator<Item = T>) -> Vec<(T, u64)> {
    let mut numbers = BTreeMap::new();
    for one in all {
        *numbers.entry(one).or_insert(0) += 1;
    }
    let mut counts: Vec<_> = numbers.into_iter().collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.1));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_comes_first_and_equals_by_name() {
        assert_eq!(
            counted(["b", "c", "a", "c"]),
            [("c", 2), ("a", 1), ("b", 1)]
        );
    }
}
