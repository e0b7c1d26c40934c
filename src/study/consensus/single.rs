//! One reader against the consensus of the others: the measure of a model that answers as the
//! readers do. Against a consensus that a reader has a vote in, that reader looks better than it is;
//! against that of few others, worse: where two differ, both count as wrong.

use super::{
    PRESENT,
    em::{Priors, fit},
    votes::Votes,
};

/// An item each: the share of its readers whose answer is that of the others' consensus; `None`
/// where no two read it.
pub fn against_others(votes: &Votes, priors: &Priors) -> Vec<Option<f64>> {
    let mut counts = vec![(0u32, 0u32); votes.items.len()];
    for reader in 0..votes.readers {
        let mut others = votes.clone();
        others.items.iter_mut().for_each(|item| item[reader] = None);
        let agreed = fit(&others, priors).posterior;
        for ((right, all), (item, agreed)) in counts.iter_mut().zip(votes.items.iter().zip(agreed))
        {
            if let (Some(said), Some(agreed)) = (item[reader], agreed) {
                *right += u32::from(said == (agreed >= PRESENT));
                *all += 1;
            }
        }
    }
    counts
        .into_iter()
        .map(|(right, all)| (all > 0).then(|| f64::from(right) / f64::from(all)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn votes(words: &[&str]) -> Votes {
        let vote = |letter| match letter {
            'y' => Some(true),
            'n' => Some(false),
            _ => None,
        };
        let items = words.iter().map(|w| w.chars().map(vote).collect());
        Votes::new(3, items.collect())
    }

    #[test]
    fn who_stands_alone_is_wrong_and_each_of_the_others_still_right() {
        // Mostly agreed, so that the other two outweigh the third.
        let mut words = vec!["yyy"; 20];
        words.extend(["nnn"; 20]);
        words.extend(["yyn", "nyn"]);
        let share = against_others(&votes(&words), &Priors::default());
        assert_eq!(share[0], Some(1.0));
        assert_eq!(share[25], Some(1.0));
        assert_eq!(share[40], Some(2.0 / 3.0));
        // Two to one, and each of the two faces a tie that goes against it: few readers look worse
        // than they are.
        assert_eq!(share[41], Some(0.0));
    }

    #[test]
    fn what_only_one_has_read_says_nothing() {
        let share = against_others(&votes(&["y--", "yy-", "---"]), &Priors::default());
        assert_eq!(share, [None, Some(1.0), None]);
    }
}
