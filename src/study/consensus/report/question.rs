//! One question: what the consensus is, how good each reader is against it, how far they agree.

use std::collections::HashSet;

use super::{AgreementReport, PairReport, QuestionReport, ReaderReport, drawn};
use crate::{
    model::Task,
    study::{
        SEED,
        consensus::{
            DECIDED, PRESENT, Settings,
            agreement::{cohen_kappa, fleiss_kappa, krippendorff_alpha},
            em::{Fit, Refit},
            votes::Votes,
        },
        metrics::{Bootstrap, Estimate, percentile},
    },
};

/// So much of a miss, by the posteriors, is one; less is doubt about the items.
const A_MISS: f64 = 0.5;

pub(super) fn question_report(
    task: Task,
    votes: &Votes,
    fit: &Fit,
    names: &[String],
    settings: Settings,
) -> QuestionReport {
    let asked = Asked::new(votes, fit);
    let items = &asked.items;
    let majority = |i: usize| votes.majority(i).unwrap_or(0.0);
    let tied = |i: usize| majority(i) == 0.5;
    let count = |of: &dyn Fn(usize) -> bool| items.iter().filter(|&&i| of(i)).count();
    let clusters: Vec<String> = votes.cluster.iter().map(ToString::to_string).collect();
    let bootstrap =
        Bootstrap::by_cluster(clusters.iter().map(String::as_str), settings.rounds, SEED);
    QuestionReport {
        code: task.code(),
        items: items.len(),
        one_reader: count(&|i| votes.items[i].iter().flatten().count() == 1),
        positive: count(&|i| asked.positive(i)),
        positive_tied: count(&|i| asked.positive(i) && tied(i)),
        undecided: count(&|i| asked.undecided(i)),
        majority_positive: count(&|i| majority(i) > 0.5),
        tied: count(&tied),
        differ: count(&|i| !tied(i) && (majority(i) > 0.5) != asked.positive(i)),
        prevalence: fit.model.prevalence.clone(),
        iterations: fit.iterations,
        converged: fit.converged,
        log_posterior: fit.trace.last().copied().unwrap_or(0.0),
        readers: reader_reports(&asked, names, &bootstrap, settings),
        agreement: agreement_report(&asked, names, &bootstrap),
    }
}

/// A question and what was made of it.
struct Asked<'a> {
    votes: &'a Votes,
    fit: &'a Fit,
    /// Those with at least one vote.
    items: Vec<usize>,
}

impl<'a> Asked<'a> {
    fn new(votes: &'a Votes, fit: &'a Fit) -> Asked<'a> {
        let voted = |i: &usize| fit.posterior[*i].is_some();
        Asked {
            votes,
            fit,
            items: (0..votes.items.len()).filter(voted).collect(),
        }
    }

    fn positive(&self, item: usize) -> bool {
        self.fit.posterior[item].is_some_and(|p| p >= PRESENT)
    }

    /// How much of an item counts as positive, or as negative, in the readers' errors.
    fn weight(&self, item: usize, positive: bool) -> f64 {
        let p = self.fit.posterior[item].unwrap_or(0.0);
        if positive { p } else { 1.0 - p }
    }

    fn undecided(&self, item: usize) -> bool {
        self.fit.posterior[item].is_some_and(|p| p.max(1.0 - p) < DECIDED)
    }

    /// How many images these items are of: a bootstrap draws images, so that nine cells of one
    /// are one case.
    fn images(&self, items: impl IntoIterator<Item = usize>) -> usize {
        let images: HashSet<usize> = items.into_iter().map(|i| self.votes.cluster[i]).collect();
        images.len()
    }

    /// Images of these items with a positive one, or with a negative one, whichever are fewer:
    /// what a coefficient of agreement rests on.
    fn rarer(&self, items: &[usize]) -> usize {
        let of = |yes: bool| {
            let items = items.iter().copied();
            self.images(items.filter(|&i| self.positive(i) == yes))
        };
        of(true).min(of(false))
    }
}

fn reader_reports(
    asked: &Asked<'_>,
    names: &[String],
    bootstrap: &Bootstrap,
    settings: Settings,
) -> Vec<ReaderReport> {
    let refit = Refit::new(asked.votes, asked.fit, &settings.priors);
    let models = bootstrap.draw(|drawn| Some(refit.model(drawn)));
    let model = &asked.fit.model;
    let reader = |(r, name): (usize, &String)| {
        let said: Vec<(usize, bool)> = asked
            .items
            .iter()
            .filter_map(|&i| asked.votes.items[i][r].map(|v| (i, v)))
            .collect();
        let yes = said.iter().filter(|s| s.1).count();
        let of = |positive: bool, value: f64, all: Vec<f64>| {
            let met: Vec<(usize, bool)> = said
                .iter()
                .copied()
                .filter(|&(i, _)| asked.positive(i) == positive)
                .collect();
            let missed: f64 = said
                .iter()
                .filter(|s| s.1 != positive)
                .map(|s| asked.weight(s.0, positive))
                .sum();
            // The prior's mode is no measurement of a reader who met no item of the kind; and where
            // there is no miss to draw, what the draws differ in is the prior's share alone.
            drawn(
                (!met.is_empty()).then_some(value),
                percentile(all).filter(|_| missed >= A_MISS),
                met.len(),
                asked.images(met.iter().map(|s| s.0)),
            )
        };
        ReaderReport {
            reader: name.clone(),
            n: said.len(),
            said_yes: (!said.is_empty()).then(|| yes as f64 / said.len() as f64),
            sensitivity: of(
                true,
                model.sensitivity[r],
                models.iter().map(|m| m.sensitivity[r]).collect(),
            ),
            specificity: of(
                false,
                model.specificity[r],
                models.iter().map(|m| m.specificity[r]).collect(),
            ),
        }
    };
    names.iter().enumerate().map(reader).collect()
}

fn agreement_report(asked: &Asked<'_>, names: &[String], bootstrap: &Bootstrap) -> AgreementReport {
    let (votes, items) = (asked.votes, asked.items.as_slice());
    let estimate = |on: &[usize], n: usize, figure: &dyn Fn(&[usize]) -> Option<f64>| -> Estimate {
        drawn(
            figure(items),
            bootstrap.interval(figure),
            n,
            asked.rarer(on),
        )
    };
    let where_read = |least: &dyn Fn(&[Option<bool>]) -> bool| -> Vec<usize> {
        let items = items.iter().copied();
        items.filter(|&i| least(&votes.items[i])).collect()
    };
    let by_all = where_read(&|item| item.iter().all(Option::is_some));
    let met = where_read(&|item| item.iter().flatten().count() >= 2);
    let pairs = (0..names.len())
        .flat_map(|a| (a + 1..names.len()).map(move |b| (a, b)))
        .map(|(a, b)| {
            let by_both = where_read(&|item| item[a].is_some() && item[b].is_some());
            let kappa = estimate(&by_both, by_both.len(), &|i| cohen_kappa(votes, a, b, i).0);
            PairReport {
                a: names[a].clone(),
                b: names[b].clone(),
                kappa: kappa.value,
                estimate: kappa,
            }
        })
        .collect();
    AgreementReport {
        fleiss_kappa: estimate(&by_all, by_all.len(), &|i| fleiss_kappa(votes, i).0),
        krippendorff_alpha: estimate(&met, met.len(), &|i| krippendorff_alpha(votes, i)),
        cohen_kappa: pairs,
    }
}
