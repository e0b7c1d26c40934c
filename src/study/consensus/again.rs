//! The consensus of a second panel: the same readers, read anew. How often it would say what the
//! first one said is how far the reference standard repeats itself; who is to agree with the first
//! more often must know what its readers' slips were.
//!
//! By Dawid & Skene's own assumption a reader's slips are independent of the picture and of the
//! other readers' slips. Where hard pictures mislead the same reader again, panels repeat each
//! other better than this says.

use std::collections::HashMap;

use super::{
    PRESENT,
    em::{Fit, Model},
    votes::Votes,
};

/// Items with more readers have no figure: all their answers are gone through, 2 to this power,
/// and where there are gaps each item may have readers of its own.
const READERS: usize = 12;

/// An item each: the chance that a second panel's consensus is the first one's; `None` without
/// votes, or with more than twelve readers.
pub fn second_panel(votes: &Votes, fit: &Fit) -> Vec<Option<f64>> {
    let mut panels: HashMap<(usize, Vec<usize>), [f64; 2]> = HashMap::new();
    votes
        .items
        .iter()
        .zip(&votes.group)
        .zip(&fit.posterior)
        .map(|((item, &group), posterior)| {
            let readers: Vec<usize> = (0..item.len()).filter(|&r| item[r].is_some()).collect();
            let posterior = (*posterior)?;
            if readers.len() > READERS {
                return None;
            }
            let [in_yes, in_no] = *panels
                .entry((group, readers))
                .or_insert_with_key(|(group, readers)| says_yes(&fit.model, *group, readers));
            let yes = posterior * in_yes + (1.0 - posterior) * in_no;
            Some(if posterior >= PRESENT { yes } else { 1.0 - yes })
        })
        .collect()
}

/// The chance that these readers' consensus is yes, where it is yes and where it is no.
fn says_yes(model: &Model, group: usize, readers: &[usize]) -> [f64; 2] {
    let mut chance = [0.0; 2];
    for answers in 0..1u32 << readers.len() {
        let said = readers.iter().enumerate();
        let likelihood = model.log_likelihood(said.map(|(i, &r)| (r, answers >> i & 1 == 1)));
        if model.is_yes(group, likelihood) {
            chance[0] += likelihood[0].exp();
            chance[1] += likelihood[1].exp();
        }
    }
    chance
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `posteriors` of items that `readers` have read.
    fn fitted(readers: usize, posteriors: &[Option<f64>]) -> (Votes, Fit) {
        let item = |p: &Option<f64>| vec![p.map(|p| p >= PRESENT); readers];
        let votes = Votes::new(readers, posteriors.iter().map(item).collect());
        (votes, Fit::made_up(readers, posteriors.to_vec()))
    }

    #[test]
    fn one_reader_repeats_a_yes_as_often_as_a_yes_is_seen() {
        let (votes, fit) = fitted(1, &[Some(1.0), Some(0.0), Some(0.75), None]);
        let again = second_panel(&votes, &fit);
        let near = |a: Option<f64>, b: f64| assert!((a.unwrap() - b).abs() < 1e-12, "{a:?} {b}");
        near(again[0], 0.8);
        near(again[1], 0.9);
        near(again[2], 0.75 * 0.8 + 0.25 * 0.1);
        assert_eq!(again[3], None);
    }

    #[test]
    fn more_readers_repeat_each_other_better() {
        let of = |readers| second_panel_of(readers, 1.0);
        assert!(
            of(1) < of(3) && of(3) < of(9),
            "{} {} {}",
            of(1),
            of(3),
            of(9)
        );
    }

    #[test]
    fn three_readers_by_hand() {
        // One yes of three is weaker than two no: 0.8 · 0.2 · 0.2 against 0.1 · 0.9 · 0.9. So two
        // must see it: 3 · 0.8² · 0.2 + 0.8³.
        assert!((second_panel_of(3, 1.0) - 0.896).abs() < 1e-12);
        // And it is taken for a yes where there is none by 3 · 0.1² · 0.9 + 0.1³.
        assert!((second_panel_of(3, 0.0) - (1.0 - 0.028)).abs() < 1e-12);
    }

    #[test]
    fn too_many_readers_have_no_figure_instead_of_a_wait() {
        let (votes, fit) = fitted(READERS + 1, &[Some(1.0)]);
        assert_eq!(second_panel(&votes, &fit), [None]);
    }

    fn second_panel_of(readers: usize, posterior: f64) -> f64 {
        let (votes, fit) = fitted(readers, &[Some(posterior)]);
        second_panel(&votes, &fit)[0].unwrap()
    }
}
