//! McNemar's exact test: do two answers to the same cases differ in how often they are right?

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Result of the test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct McNemar {
    /// Cases only the first answers right.
    pub only_first: u64,
    /// Cases only the second answers right.
    pub only_second: u64,
    /// Two-sided exact p.
    pub p: f64,
    /// Whether some lesion has several cases: p is then that of exchanging the two answers in
    /// whole lesions, as their cases are not independent.
    #[serde(default)]
    pub by_lesion: bool,
}

/// Compares pairs of (first right, second right).
pub fn mcnemar(pairs: impl IntoIterator<Item = (bool, bool)>) -> McNemar {
    let (mut only_first, mut only_second) = (0u64, 0u64);
    for pair in pairs {
        match pair {
            (true, false) => only_first += 1,
            (false, true) => only_second += 1,
            _ => {}
        }
    }
    McNemar {
        only_first,
        only_second,
        p: exact(only_first.min(only_second), only_first + only_second),
        by_lesion: false,
    }
}

/// As [`mcnemar`], of cases with the name of their cluster. Where no cluster has two cases, it
/// is the same test; else the two answers are exchanged in whole clusters (a permutation test,
/// of which McNemar's is the case of one each).
pub fn mcnemar_by_cluster<'a>(pairs: impl IntoIterator<Item = (&'a str, (bool, bool))>) -> McNemar {
    let pairs: Vec<_> = pairs.into_iter().collect();
    let simple = mcnemar(pairs.iter().map(|pair| pair.1));
    let mut ahead: HashMap<&str, i64> = HashMap::new();
    for (cluster, (first, second)) in &pairs {
        *ahead.entry(cluster).or_default() += i64::from(*first) - i64::from(*second);
    }
    if ahead.len() == pairs.len() {
        return simple;
    }
    let ahead: Vec<i64> = ahead.into_values().collect();
    McNemar {
        p: exchanged(&ahead),
        by_lesion: true,
        ..simple
    }
}

/// The chance that the sum of these is as far from 0 as it is, or farther, if each had either
/// sign with the same chance.
fn exchanged(ahead: &[i64]) -> f64 {
    let seen = ahead.iter().sum::<i64>().unsigned_abs() as usize;
    let mut sizes: Vec<usize> = ahead.iter().map(|d| d.unsigned_abs() as usize).collect();
    // A fixed order for the same last digit, whatever order the clusters came in.
    sizes.sort_unstable();
    let total: usize = sizes.iter().sum();
    // The chance of each sum, from -total to total.
    let mut chance = vec![0.0; 2 * total + 1];
    chance[total] = 1.0;
    let mut reach = 0;
    for size in sizes.into_iter().filter(|&size| size > 0) {
        let mut next = vec![0.0; chance.len()];
        for sum in total - reach..=total + reach {
            next[sum - size] += chance[sum] / 2.0;
            next[sum + size] += chance[sum] / 2.0;
        }
        chance = next;
        reach += size;
    }
    let far = chance.iter().enumerate();
    let far = far.filter(|(sum, _)| sum.abs_diff(total) >= seen);
    far.map(|(_, p)| p).sum::<f64>().min(1.0)
}

/// Twice the lower tail of a fair binomial, at most 1.
fn exact(fewer: u64, n: u64) -> f64 {
    let half = 0.5f64.ln();
    let mut log_choose = 0.0;
    let mut tail = 0.0;
    for k in 0..=fewer {
        if k > 0 {
            log_choose += ((n - k + 1) as f64).ln() - (k as f64).ln();
        }
        tail += (log_choose + n as f64 * half).exp();
    }
    (2.0 * tail).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_answers_differ_in_nothing() {
        assert_eq!(mcnemar([(true, true), (false, false)]).p, 1.0);
    }

    #[test]
    fn five_of_five_is_one_in_sixteen() {
        let test = mcnemar([(true, false); 5]);
        assert!((test.p - 0.0625).abs() < 1e-12);
        assert_eq!((test.only_first, test.only_second), (5, 0));
    }
    #[test]
    fn copies_of_a_case_are_no_further_evidence() {
        let names: Vec<String> = (0..40).map(|i| i.to_string()).collect();
        let answers = |i: usize| (i < 30, !(5..17).contains(&i));
        let copied = |copies: usize| {
            let each = names.iter().enumerate();
            let each = each.flat_map(|(i, name)| vec![(&**name, answers(i)); copies]);
            mcnemar_by_cluster(each)
        };
        let (once, four_times) = (copied(1), copied(4));
        assert_eq!(once, mcnemar((0..40).map(answers)));
        assert!(!once.by_lesion && four_times.by_lesion);
        assert_eq!(four_times.only_first, 4 * once.only_first);
        assert!(
            (four_times.p - once.p).abs() < 1e-12,
            "{four_times:?} {once:?}"
        );
        assert!(once.p > 0.5 && once.p < 1.0, "{once:?}");
    }

    #[test]
    fn a_lesion_that_speaks_for_both_speaks_for_neither() {
        let pairs = [
            ("a", (true, false)),
            ("a", (false, true)),
            ("b", (true, false)),
        ];
        let test = mcnemar_by_cluster(pairs);
        assert_eq!((test.only_first, test.only_second, test.p), (2, 1, 1.0));
    }
}
