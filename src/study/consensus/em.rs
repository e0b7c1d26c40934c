//! Dawid & Skene 1979 for a yes/no question: the truth of each item and each reader's
//! sensitivity and specificity, by Expectation-Maximization with Beta priors.
//!
//! The M step takes the mode of the Beta posterior, so the log posterior never falls. With
//! flat priors (all 1) it is Dawid & Skene's maximum likelihood.

mod kinds;
mod priors;

pub use priors::{Beta, Priors};

use self::kinds::Kinds;
use super::{PRESENT, votes::Votes};

/// Converged when no posterior moves by more.
const TOLERANCE: f64 = 1e-9;
/// Given up after so many iterations.
const ITERATIONS: usize = 5_000;

/// What the EM found.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Each item's chance of being yes; `None` without votes.
    pub posterior: Vec<Option<f64>>,
    /// The parameters.
    pub model: Model,
    /// Iterations taken.
    pub iterations: usize,
    /// Whether the posteriors came to rest.
    pub converged: bool,
    /// Log posterior (up to a constant) after each iteration.
    pub trace: Vec<f64>,
}

/// Parameters of the readers and the population.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// A group's share of yes.
    pub prevalence: Vec<f64>,
    /// Each reader's chance of a yes where it is yes.
    pub sensitivity: Vec<f64>,
    /// Each reader's chance of a no where it is no.
    pub specificity: Vec<f64>,
}

impl Model {
    /// Logarithm of how likely just these answers are, where it is yes and where it is no.
    pub fn log_likelihood(&self, answers: impl IntoIterator<Item = (usize, bool)>) -> [f64; 2] {
        let mut both = [0.0; 2];
        for (reader, yes) in answers {
            let (hit, pass) = (self.sensitivity[reader], self.specificity[reader]);
            let seen = if yes {
                [hit, 1.0 - pass]
            } else {
                [1.0 - hit, pass]
            };
            both = [both[0] + seen[0].ln(), both[1] + seen[1].ln()];
        }
        both
    }

    /// The same with the group's prevalence: of the answers and of a yes, or a no.
    fn log_joint(&self, group: usize, [yes, no]: [f64; 2]) -> [f64; 2] {
        let prevalence = self.prevalence[group];
        [prevalence.ln() + yes, (1.0 - prevalence).ln() + no]
    }

    /// The consensus on answers of this likelihood.
    pub fn is_yes(&self, group: usize, log_likelihood: [f64; 2]) -> bool {
        chance_of_yes(self.log_joint(group, log_likelihood)) >= PRESENT
    }
}

/// The chance of a yes.
fn chance_of_yes([yes, no]: [f64; 2]) -> f64 {
    1.0 / (1.0 + (no - yes).exp())
}

/// Fits all items, starting from the majority vote.
pub fn fit(votes: &Votes, priors: &Priors) -> Fit {
    let kinds = Kinds::of(votes);
    let counts = kinds.counts(0..votes.items.len());
    let start = kinds.majority();
    let run = run(
        &kinds,
        &counts,
        start,
        priors,
        votes.readers,
        votes.groups(),
    );
    Fit {
        posterior: kinds
            .of_item
            .iter()
            .map(|kind| kind.map(|k| run.posterior[k]))
            .collect(),
        model: run.model,
        iterations: run.iterations,
        converged: run.converged,
        trace: run.trace,
    }
}

/// Fits bootstrap samples of the items again, each from the full fit's posteriors.
pub struct Refit<'a> {
    kinds: Kinds,
    start: Vec<f64>,
    votes: &'a Votes,
    priors: &'a Priors,
}

impl<'a> Refit<'a> {
    /// For samples of these votes.
    pub fn new(votes: &'a Votes, fit: &Fit, priors: &'a Priors) -> Refit<'a> {
        let kinds = Kinds::of(votes);
        let mut start = vec![0.0; kinds.votes.len()];
        for (kind, posterior) in kinds.of_item.iter().zip(&fit.posterior) {
            if let (Some(kind), Some(p)) = (kind, posterior) {
                start[*kind] = *p;
            }
        }
        Refit {
            kinds,
            start,
            votes,
            priors,
        }
    }

    /// The parameters of a sample of items.
    pub fn model(&self, items: &[usize]) -> Model {
        let counts = self.kinds.counts(items.iter().copied());
        run(
            &self.kinds,
            &counts,
            self.start.clone(),
            self.priors,
            self.votes.readers,
            self.votes.groups(),
        )
        .model
    }
}

struct Run {
    posterior: Vec<f64>,
    model: Model,
    iterations: usize,
    converged: bool,
    trace: Vec<f64>,
}

fn run(
    kinds: &Kinds,
    counts: &[f64],
    mut posterior: Vec<f64>,
    priors: &Priors,
    readers: usize,
    groups: usize,
) -> Run {
    let mut trace = Vec::new();
    let mut model = maximise(kinds, counts, &posterior, priors, readers, groups);
    for iteration in 1..=ITERATIONS {
        let (next, objective) = expect(kinds, counts, &model, priors);
        trace.push(objective);
        let moved = posterior
            .iter()
            .zip(&next)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        posterior = next;
        if moved < TOLERANCE {
            return Run {
                posterior,
                model,
                iterations: iteration,
                converged: true,
                trace,
            };
        }
        model = maximise(kinds, counts, &posterior, priors, readers, groups);
    }
    Run {
        posterior,
        model,
        iterations: ITERATIONS,
        converged: false,
        trace,
    }
}

/// The M step.
fn maximise(
    kinds: &Kinds,
    counts: &[f64],
    posterior: &[f64],
    priors: &Priors,
    readers: usize,
    groups: usize,
) -> Model {
    // [yes said in yes, no said in yes, no said in no, yes said in no] a reader.
    let mut said = vec![[0.0; 4]; readers];
    let mut prevalence = vec![[0.0; 2]; groups];
    for (((group, votes), &count), &p) in kinds.votes.iter().zip(counts).zip(posterior) {
        prevalence[*group][0] += count * p;
        prevalence[*group][1] += count * (1.0 - p);
        for (reader, vote) in votes.iter().enumerate() {
            match vote {
                Some(true) => {
                    said[reader][0] += count * p;
                    said[reader][3] += count * (1.0 - p);
                }
                Some(false) => {
                    said[reader][1] += count * p;
                    said[reader][2] += count * (1.0 - p);
                }
                None => {}
            }
        }
    }
    Model {
        prevalence: prevalence
            .iter()
            .map(|n| priors.prevalence.mode(n[0], n[1], 0.5))
            .collect(),
        sensitivity: said
            .iter()
            .map(|n| priors.sensitivity.mode(n[0], n[1], 0.5))
            .collect(),
        specificity: said
            .iter()
            .map(|n| priors.specificity.mode(n[2], n[3], 0.5))
            .collect(),
    }
}

/// The E step, and the log posterior of the parameters it was made with.
fn expect(kinds: &Kinds, counts: &[f64], model: &Model, priors: &Priors) -> (Vec<f64>, f64) {
    let mut objective: f64 = model
        .sensitivity
        .iter()
        .map(|&p| priors.sensitivity.log_density(p))
        .chain(
            model
                .specificity
                .iter()
                .map(|&p| priors.specificity.log_density(p)),
        )
        .chain(
            model
                .prevalence
                .iter()
                .map(|&p| priors.prevalence.log_density(p)),
        )
        .sum();
    let posterior = kinds
        .votes
        .iter()
        .zip(counts)
        .map(|((group, votes), &count)| {
            let said = votes.iter().enumerate();
            let said = said.filter_map(|(reader, vote)| Some((reader, (*vote)?)));
            let [yes, no] = model.log_joint(*group, model.log_likelihood(said));
            let top = yes.max(no);
            objective += count * (top + ((yes - top).exp() + (no - top).exp()).ln());
            chance_of_yes([yes, no])
        })
        .collect();
    (posterior, objective)
}

#[cfg(test)]
impl Fit {
    /// As if found: readers who hit .8 and pass .9, and half of the items are yes.
    pub fn made_up(readers: usize, posterior: Vec<Option<f64>>) -> Fit {
        Fit {
            posterior,
            model: Model {
                prevalence: vec![0.5],
                sensitivity: vec![0.8; readers],
                specificity: vec![0.9; readers],
            },
            iterations: 1,
            converged: true,
            trace: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn readers_who_agree_are_believed() {
        let items = (0..40).map(|i| vec![Some(i % 4 == 0); 3]).collect();
        let fit = fit(&Votes::new(3, items), &Priors::default());
        assert!(fit.converged);
        assert!(fit.posterior[0].unwrap() > 0.99 && fit.posterior[1].unwrap() < 0.01);
        assert!((fit.model.prevalence[0] - 0.25).abs() < 0.01);
    }

    #[test]
    fn a_careless_reader_is_found_out() {
        // Three agree, the fourth answers at random against them in every third.
        let items = (0..90)
            .map(|i| {
                let truth = i % 2 == 0;
                vec![
                    Some(truth),
                    Some(truth),
                    Some(truth),
                    Some(truth != (i % 3 == 0)),
                ]
            })
            .collect();
        let fit = fit(&Votes::new(4, items), &Priors::default());
        assert!(fit.model.sensitivity[0] > 0.95 && fit.model.sensitivity[3] < 0.72);
    }

    #[test]
    fn an_item_without_votes_has_no_answer() {
        let items = vec![
            vec![None, None],
            vec![Some(true), None],
            vec![Some(false), Some(false)],
        ];
        let fit = fit(&Votes::new(2, items), &Priors::default());
        assert_eq!(fit.posterior[0], None);
        assert!(fit.posterior[1].is_some());
    }

    #[test]
    fn a_question_nobody_answered_fits_without_a_number_lost() {
        let fit = fit(
            &Votes::new(2, vec![vec![None, None]; 3]),
            &Priors::default(),
        );
        assert!(fit.converged && fit.model.prevalence[0].is_finite());
    }

    proptest! {
        #[test]
        fn the_log_posterior_never_falls(
            items in proptest::collection::vec(
                proptest::collection::vec(proptest::option::of(any::<bool>()), 3), 1..40),
        ) {
            for priors in [Priors::default(), Priors::FLAT] {
                let fit = fit(&Votes::new(3, items.clone()), &priors);
                for pair in fit.trace.windows(2) {
                    prop_assert!(pair[1] >= pair[0] - 1e-6, "{:?}", pair);
                }
                for p in fit.posterior.iter().flatten() {
                    prop_assert!((0.0..=1.0).contains(p));
                }
            }
        }
    }
}
