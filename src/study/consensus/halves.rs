//! One half of an image's readers against the other: how far a reference standard of half the
//! readers repeats itself, seen and not computed. A picture that misleads both halves counts as
//! agreement, so this is kinder than [`super::again`].

use super::{
    em::{Fit, Model},
    votes::Votes,
};

/// Halves of fewer are single readers.
const AT_LEAST: usize = 4;
/// Items with more readers have no figure: there are too many ways to halve them.
const AT_MOST: usize = 12;

/// An item each: the share of the ways to halve its readers in which both halves' consensus is the
/// same; with an odd number the larger half is one reader more. `None` with fewer than 4 readers or
/// more than 12.
pub fn agree(votes: &Votes, fit: &Fit) -> Vec<Option<f64>> {
    votes
        .items
        .iter()
        .zip(&votes.group)
        .map(|(item, &group)| {
            let said = item.iter().enumerate();
            let said: Vec<(usize, bool)> = said.filter_map(|(r, v)| Some((r, (*v)?))).collect();
            (AT_LEAST..=AT_MOST)
                .contains(&said.len())
                .then(|| share(&fit.model, group, &said))
        })
        .collect()
}

fn share(model: &Model, group: usize, said: &[(usize, bool)]) -> f64 {
    let (mut ways, mut same) = (0u32, 0u32);
    for half in 0..1u32 << said.len() {
        if half.count_ones() as usize != said.len() / 2 {
            continue;
        }
        // An even number is halved twice in each way; the share is the same.
        let of = |which: u32| {
            let members = said.iter().enumerate();
            let members = members.filter(|(i, _)| half >> i & 1 == which);
            model.is_yes(
                group,
                model.log_likelihood(members.map(|(_, &answer)| answer)),
            )
        };
        ways += 1;
        same += u32::from(of(0) == of(1));
    }
    f64::from(same) / f64::from(ways)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(items: &[&str]) -> Vec<Option<f64>> {
        let vote = |letter| match letter {
            'y' => Some(true),
            'n' => Some(false),
            _ => None,
        };
        let readers = items[0].len();
        let items = items.iter().map(|i| i.chars().map(vote).collect());
        let votes = Votes::new(readers, items.collect());
        let fit = Fit::made_up(readers, vec![None; votes.items.len()]);
        agree(&votes, &fit)
    }

    #[test]
    fn halves_of_four_agree_where_the_votes_let_them() {
        // A yes and a no together are a yes with these readers: .8 · .2 against .1 · .9.
        assert_eq!(
            agreed(&["yyyy", "nnnn", "yyyn", "ynnn", "yynn"]),
            [
                Some(1.0),
                Some(1.0),
                Some(1.0),       // yy|yn: both yes
                Some(0.0),       // yn|nn: yes and no
                Some(2.0 / 3.0), // yn|yn twice, yy|nn once
            ]
        );
    }

    #[test]
    fn an_odd_reader_out_joins_either_half() {
        // yn|yyn in six ways of ten, both yes; yy|ynn and nn|yyy differ.
        assert_eq!(agreed(&["yyynn"]), [Some(0.6)]);
    }

    #[test]
    fn fewer_than_four_or_more_than_twelve_have_no_figure() {
        assert_eq!(agreed(&["yyy-", "yyyy"]), [None, Some(1.0)]);
        assert_eq!(agreed(&["yyyyyyyyyyyyy"]), [None]);
    }
}
