//! Percentile bootstrap, clustered by lesion: pictures of one lesion stay together (Efron 1979;
//! Field & Welsh 2007 for clusters).

use std::collections::HashMap;

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};

/// Draws clusters with replacement. The same seed gives the same interval for ever.
#[derive(Clone, Debug)]
pub struct Bootstrap {
    clusters: Vec<Vec<usize>>,
    rounds: usize,
    seed: u64,
}

impl Bootstrap {
    /// Over observations whose cluster has the name given, in order.
    pub fn by_cluster<'a>(
        names: impl IntoIterator<Item = &'a str>,
        rounds: usize,
        seed: u64,
    ) -> Bootstrap {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut clusters: Vec<Vec<usize>> = Vec::new();
        for (observation, name) in names.into_iter().enumerate() {
            let number = *numbers.entry(name).or_insert_with(|| {
                clusters.push(Vec::new());
                clusters.len() - 1
            });
            clusters[number].push(observation);
        }
        Bootstrap {
            clusters,
            rounds,
            seed,
        }
    }

    /// Over `n` observations, each its own cluster.
    pub fn of(n: usize, rounds: usize, seed: u64) -> Bootstrap {
        Bootstrap {
            clusters: (0..n).map(|i| vec![i]).collect(),
            rounds,
            seed,
        }
    }

    /// How many clusters hold an observation that is `such`.
    pub fn clusters_with(&self, such: impl Fn(usize) -> bool) -> u64 {
        let clusters = self.clusters.iter();
        clusters.filter(|c| c.iter().any(|&i| such(i))).count() as u64
    }

    /// How many rounds are drawn.
    pub fn rounds(&self) -> usize {
        self.rounds
    }

    /// The figure of each round that has one, in order of the rounds. `figure` is given the
    /// observations drawn, some of them several times.
    pub fn draw<T>(&self, mut figure: impl FnMut(&[usize]) -> Option<T>) -> Vec<T> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let n = self.clusters.len() as u64;
        let mut drawn = Vec::new();
        (0..self.rounds)
            .filter_map(|_| {
                drawn.clear();
                for _ in 0..n {
                    // The high half of a product is uniform below n up to 2^-64 n.
                    let cluster = (u128::from(rng.next_u64()) * u128::from(n)) >> 64;
                    drawn.extend_from_slice(&self.clusters[cluster as usize]);
                }
                figure(&drawn)
            })
            .collect()
    }

    /// The 95% percentile interval of a figure; `None` where more than one round in a hundred
    /// has none. A figure can be infinite in a round (a ratio whose divisor is 0 there), and then
    /// so can be an end.
    pub fn interval(&self, figure: impl FnMut(&[usize]) -> Option<f64>) -> Option<(f64, f64)> {
        percentile(self.nearly_all(figure)?)
    }

    /// The figures of the rounds; `None` where more than one in a hundred is missing: the rest
    /// would be a choice of those that suit, and their percentiles those of another figure.
    fn nearly_all(&self, figure: impl FnMut(&[usize]) -> Option<f64>) -> Option<Vec<f64>> {
        let values = self.draw(figure);
        let missing = self.rounds - values.len();
        (!values.is_empty() && missing * 100 <= self.rounds).then_some(values)
    }

    /// As [`Bootstrap::interval`], for a figure whose draws lie above it on the whole, such as
    /// a calibration error, where each round adds chance to chance: the draws are moved by the
    /// difference of their mean from `value`, not below 0.
    pub fn centred_interval(
        &self,
        value: f64,
        figure: impl FnMut(&[usize]) -> Option<f64>,
    ) -> Option<(f64, f64)> {
        let values = self.nearly_all(figure)?;
        let bias = values.iter().sum::<f64>() / values.len() as f64 - value;
        percentile(values.into_iter().map(|v| (v - bias).max(0.0)).collect())
    }
}

/// The 2.5th and 97.5th percentile, linear between neighbours; `None` of nothing.
pub fn percentile(mut values: Vec<f64>) -> Option<(f64, f64)> {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |share: f64| {
        let position = share * last as f64;
        let below = position.floor() as usize;
        let above = (below + 1).min(last);
        let (from, to, part) = (values[below], values[above], position - below as f64);
        // Infinity has no difference from itself, and no part of it is 0.
        if from == to || part == 0.0 {
            return from;
        }
        from + (to - from) * part
    };
    Some((at(0.025), at(0.975)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64]) -> impl Fn(&[usize]) -> Option<f64> + '_ {
        |drawn| Some(drawn.iter().map(|&i| values[i]).sum::<f64>() / drawn.len() as f64)
    }

    #[test]
    fn a_seed_gives_the_same_interval_again() {
        let values: Vec<f64> = (0..50).map(f64::from).collect();
        let interval = |seed| Bootstrap::of(50, 200, seed).interval(mean(&values));
        assert_eq!(interval(1), interval(1));
        assert_ne!(interval(1), interval(2));
    }

    #[test]
    fn clustered_pictures_give_wider_intervals_than_independent_ones() {
        // Ten lesions of ten equal pictures hold no more than ten observations.
        let values: Vec<f64> = (0..100).map(|i| f64::from(i / 10 % 2)).collect();
        let names: Vec<String> = (0..100).map(|i| (i / 10).to_string()).collect();
        let width = |b: Bootstrap| {
            let (low, high) = b.interval(mean(&values)).unwrap();
            high - low
        };
        let alone = width(Bootstrap::of(100, 500, 3));
        let together = width(Bootstrap::by_cluster(
            names.iter().map(String::as_str),
            500,
            3,
        ));
        assert!(together > 2.0 * alone, "{together} {alone}");
    }

    #[test]
    fn the_interval_is_near_the_normal_one() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let (low, high) = Bootstrap::of(400, 2000, 5).interval(mean(&values)).unwrap();
        assert!(
            (low - 0.451).abs() < 0.01 && (high - 0.549).abs() < 0.01,
            "{low} {high}"
        );
    }

    #[test]
    fn a_centred_interval_holds_its_figure_and_nothing_below_zero() {
        // The spread of a sample is always above 0, however small the true one.
        let (low, high) = Bootstrap::of(10, 200, 4)
            .centred_interval(0.01, |drawn| Some(1.0 + drawn[0] as f64 / 100.0))
            .unwrap();
        assert!((0.0..0.01).contains(&low) && high > 0.01, "{low} {high}");
    }

    #[test]
    fn a_figure_that_rarely_exists_has_no_interval() {
        let bootstrap = Bootstrap::of(10, 100, 1);
        assert_eq!(bootstrap.interval(|_| None), None);
        for (without, has) in [(1, true), (2, false)] {
            let mut round = 0;
            let ends = bootstrap.interval(|_| {
                round += 1;
                (round > without).then_some(f64::from(round))
            });
            assert_eq!(ends.is_some(), has, "{without} rounds without");
        }
    }

    #[test]
    fn a_figure_that_is_infinite_in_some_rounds_has_no_upper_end() {
        let bootstrap = Bootstrap::of(10, 100, 1);
        for (infinite, open) in [(1, false), (10, true)] {
            let mut round = 0;
            let ends = bootstrap.interval(|_| {
                round += 1;
                Some(if round <= infinite {
                    f64::INFINITY
                } else {
                    2.0
                })
            });
            let (low, high) = ends.unwrap();
            assert_eq!((low, high.is_infinite()), (2.0, open), "{infinite}");
        }
    }
}
