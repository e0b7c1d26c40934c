//! A share whose cases are not independent, such as several images of one lesion: how many
//! independent ones they are worth (Rao & Scott 1992; Kish 1965).

use std::collections::HashMap;

/// The answers of one cluster.
#[derive(Clone, Copy, Debug, Default)]
struct Cluster {
    part: f64,
    whole: f64,
}

/// A share, counted cluster by cluster.
#[derive(Clone, Debug)]
pub struct Clustered {
    /// How many of the answers are yes.
    pub part: u64,
    /// How many answers.
    pub whole: u64,
    clusters: Vec<Cluster>,
}

impl Clustered {
    /// Counts answers, each with the name of its cluster.
    pub fn count<'a>(answers: impl IntoIterator<Item = (&'a str, bool)>) -> Clustered {
        let mut numbers: HashMap<&str, usize> = HashMap::new();
        let mut counted = Clustered {
            part: 0,
            whole: 0,
            clusters: Vec::new(),
        };
        for (name, yes) in answers {
            counted.part += u64::from(yes);
            counted.whole += 1;
            let number = *numbers.entry(name).or_insert(counted.clusters.len());
            if number == counted.clusters.len() {
                counted.clusters.push(Cluster::default());
            }
            let cluster = &mut counted.clusters[number];
            cluster.part += f64::from(u8::from(yes));
            cluster.whole += 1.0;
        }
        counted
    }

    /// How many clusters there are.
    pub fn clusters(&self) -> u64 {
        self.clusters.len() as u64
    }

    /// Whether each answer is a cluster of its own.
    pub fn is_simple(&self) -> bool {
        self.clusters() == self.whole
    }

    /// How many independent answers these are worth: their number by the design effect of the
    /// share as a ratio of the clusters' sums, which is taken to be 1 at least. Where all
    /// answers are the same, nothing is seen of how far clusters differ: each then counts as
    /// one, or less where they are of different size.
    pub fn effective(&self) -> f64 {
        let n = self.whole as f64;
        let all_alike = self.part == 0 || self.part == self.whole;
        let effect = if all_alike || self.clusters.len() < 2 {
            self.clusters.iter().map(|c| c.whole * c.whole).sum::<f64>() / n
        } else {
            self.variance() / (self.share() * (1.0 - self.share()) / n)
        };
        n / effect.max(1.0)
    }

    fn share(&self) -> f64 {
        self.part as f64 / self.whole as f64
    }

    /// Variance of the share between clusters (Cochran 1977, a ratio of two sums).
    fn variance(&self) -> f64 {
        let (m, n) = (self.clusters.len() as f64, self.whole as f64);
        let off = |c: &Cluster| (c.part - self.share() * c.whole).powi(2);
        m / (m - 1.0) * self.clusters.iter().map(off).sum::<f64>() / (n * n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many clusters of so many answers; `yes` by cluster and answer.
    fn of(clusters: usize, each: usize, yes: impl Fn(usize, usize) -> bool) -> Clustered {
        let names: Vec<String> = (0..clusters).map(|c| c.to_string()).collect();
        let answers = names.iter().enumerate();
        let answers = answers.flat_map(|(c, name)| (0..each).map(move |i| (&**name, c, i)));
        Clustered::count(answers.map(|(name, c, i)| (name, yes(c, i))))
    }

    #[test]
    fn equal_answers_of_a_cluster_are_worth_one() {
        let four_times = of(50, 4, |c, _| c % 5 == 0);
        assert_eq!((four_times.part, four_times.whole), (40, 200));
        assert!(!four_times.is_simple());
        assert!((four_times.effective() - 49.0).abs() < 1e-9);
        let none = of(50, 4, |_, _| false);
        assert_eq!(none.effective(), 50.0);
    }

    #[test]
    fn answers_that_differ_within_clusters_as_between_them_are_worth_what_they_are() {
        // One of four in each cluster: less spread than by chance, and no better for it.
        assert_eq!(of(50, 4, |_, i| i == 0).effective(), 200.0);
        let simple = of(50, 1, |c, _| c % 5 == 0);
        assert!(simple.is_simple() && simple.effective() < 50.0);
    }

    #[test]
    fn a_single_cluster_is_worth_one_answer() {
        assert_eq!(of(1, 9, |_, i| i < 3).effective(), 1.0);
    }
}
