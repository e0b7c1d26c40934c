//! How far readers agree beyond chance.

use super::votes::Votes;

/// Fleiss' κ over the items that every reader read (Fleiss 1971), and how many those are.
/// `None` where there are none or only one answer occurs.
pub fn fleiss_kappa(votes: &Votes, items: &[usize]) -> (Option<f64>, usize) {
    let readers = votes.readers as f64;
    let (mut n, mut yes_all, mut agree) = (0usize, 0.0, 0.0);
    for &item in items {
        let Some(yes) = votes.items[item]
            .iter()
            .try_fold(0.0, |sum, vote| vote.map(|v| sum + f64::from(u8::from(v))))
        else {
            continue;
        };
        let no = readers - yes;
        n += 1;
        yes_all += yes;
        agree += (yes * (yes - 1.0) + no * (no - 1.0)) / (readers * (readers - 1.0));
    }
    if n == 0 || votes.readers < 2 {
        return (None, n);
    }
    let share = yes_all / (n as f64 * readers);
    (
        beyond_chance(agree / n as f64, share * share + (1.0 - share).powi(2)),
        n,
    )
}

/// Krippendorff's α for nominal data, gaps allowed (Krippendorff 2004). `None` where fewer
/// than two answers meet or only one answer occurs.
pub fn krippendorff_alpha(votes: &Votes, items: &[usize]) -> Option<f64> {
    let (mut yes_all, mut no_all, mut apart) = (0.0, 0.0, 0.0);
    for &item in items {
        let (mut yes, mut no) = (0.0, 0.0);
        for vote in votes.items[item].iter().flatten() {
            *(if *vote { &mut yes } else { &mut no }) += 1.0;
        }
        if yes + no >= 2.0 {
            yes_all += yes;
            no_all += no;
            apart += 2.0 * yes * no / (yes + no - 1.0);
        }
    }
    let expected = 2.0 * yes_all * no_all;
    (expected > 0.0).then(|| 1.0 - (yes_all + no_all - 1.0) * apart / expected)
}

/// Cohen's κ of two readers over the items both read (Cohen 1960), and how many those are.
pub fn cohen_kappa(votes: &Votes, a: usize, b: usize, items: &[usize]) -> (Option<f64>, usize) {
    let (mut n, mut same, mut yes_a, mut yes_b) = (0.0, 0.0, 0.0, 0.0);
    for &item in items {
        if let (Some(x), Some(y)) = (votes.items[item][a], votes.items[item][b]) {
            n += 1.0;
            same += f64::from(u8::from(x == y));
            yes_a += f64::from(u8::from(x));
            yes_b += f64::from(u8::from(y));
        }
    }
    if n == 0.0 {
        return (None, 0);
    }
    let (p, q) = (yes_a / n, yes_b / n);
    (
        beyond_chance(same / n, p * q + (1.0 - p) * (1.0 - q)),
        n as usize,
    )
}

fn beyond_chance(observed: f64, chance: f64) -> Option<f64> {
    (chance < 1.0 - 1e-12).then(|| (observed - chance) / (1.0 - chance))
}

/// Mean number of patterns, of seven, in which two words differ, over the images for which
/// both are whole, and how many those are.
pub fn hamming<const N: usize>(
    pairs: impl IntoIterator<Item = ([Option<bool>; N], [Option<bool>; N])>,
) -> (Option<f64>, usize) {
    let (mut n, mut sum) = (0usize, 0usize);
    for (a, b) in pairs {
        let differ = a
            .iter()
            .zip(&b)
            .try_fold(0, |sum, (x, y)| Some(sum + usize::from((*x)? != (*y)?)));
        if let Some(differ) = differ {
            n += 1;
            sum += differ;
        }
    }
    ((n > 0).then(|| sum as f64 / n as f64), n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn votes(rows: &[[u8; 3]]) -> Votes {
        let items = rows
            .iter()
            .map(|row| row.iter().map(|&v| (v < 2).then_some(v == 1)).collect())
            .collect();
        Votes::new(3, items)
    }

    #[test]
    fn full_agreement_is_one() {
        let v = votes(&[[1, 1, 1], [0, 0, 0], [1, 1, 1]]);
        assert_eq!(fleiss_kappa(&v, &[0, 1, 2]), (Some(1.0), 3));
        assert_eq!(krippendorff_alpha(&v, &[0, 1, 2]), Some(1.0));
        assert_eq!(cohen_kappa(&v, 0, 2, &[0, 1, 2]), (Some(1.0), 3));
    }

    #[test]
    fn one_answer_only_says_nothing_of_agreement() {
        let v = votes(&[[0, 0, 0], [0, 0, 0]]);
        assert_eq!(fleiss_kappa(&v, &[0, 1]).0, None);
        assert_eq!(krippendorff_alpha(&v, &[0, 1]), None);
        assert_eq!(cohen_kappa(&v, 0, 1, &[0, 1]).0, None);
    }

    #[test]
    fn fleiss_takes_only_what_all_have_read() {
        let v = votes(&[[1, 1, 2], [0, 0, 0], [1, 1, 1]]);
        assert_eq!(fleiss_kappa(&v, &[0, 1, 2]).1, 2);
    }

    #[test]
    fn words_differ_in_so_many_bits() {
        let a = [Some(true), Some(false), Some(true)];
        let b = [Some(false), Some(false), Some(false)];
        assert_eq!(hamming([(a, b), (a, a)]), (Some(1.0), 2));
        assert_eq!(hamming([(a, [None; 3])]), (None, 0));
    }
}
