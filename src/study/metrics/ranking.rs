//! How well scores rank positives above negatives, ties counted as half.

/// Area under the ROC curve: the chance that a positive scores above a negative. `None`
/// without both classes.
pub fn auroc(scores: &[f64], truth: &[bool]) -> Option<f64> {
    let groups = groups(scores, truth);
    let (positives, negatives) = totals(&groups);
    if positives == 0 || negatives == 0 {
        return None;
    }
    // From the highest score down: each negative is beaten by the positives before it.
    let (mut above, mut won) = (0u64, 0.0);
    for (_, yes, no) in groups {
        won += no as f64 * (above as f64 + yes as f64 / 2.0);
        above += yes;
    }
    Some(won / (positives as f64 * negatives as f64))
}

/// Average precision: the mean of precision over the recall gained at each distinct score,
/// without interpolation. `None` without both classes: of positives alone every order is perfect.
pub fn average_precision(scores: &[f64], truth: &[bool]) -> Option<f64> {
    let groups = groups(scores, truth);
    let (positives, negatives) = totals(&groups);
    if positives == 0 || negatives == 0 {
        return None;
    }
    let (mut yes_so_far, mut so_far, mut sum) = (0u64, 0u64, 0.0);
    for (_, yes, no) in groups {
        yes_so_far += yes;
        so_far += yes + no;
        sum += yes as f64 * yes_so_far as f64 / so_far as f64;
    }
    Some(sum / positives as f64)
}

/// Points (1 - specificity, sensitivity) from (0, 0) to (1, 1), one a distinct score.
pub fn roc_curve(scores: &[f64], truth: &[bool]) -> Vec<(f64, f64)> {
    let groups = groups(scores, truth);
    let (positives, negatives) = totals(&groups);
    if positives == 0 || negatives == 0 {
        return Vec::new();
    }
    let (mut yes_so_far, mut no_so_far) = (0u64, 0u64);
    let mut curve = vec![(0.0, 0.0)];
    for (_, yes, no) in groups {
        yes_so_far += yes;
        no_so_far += no;
        curve.push((
            no_so_far as f64 / negatives as f64,
            yes_so_far as f64 / positives as f64,
        ));
    }
    curve
}

/// Points (recall, precision), one a distinct score, from the highest score down; none without
/// both classes.
pub fn precision_recall_curve(scores: &[f64], truth: &[bool]) -> Vec<(f64, f64)> {
    let groups = groups(scores, truth);
    let (positives, negatives) = totals(&groups);
    if positives == 0 || negatives == 0 {
        return Vec::new();
    }
    let (mut yes_so_far, mut so_far) = (0u64, 0u64);
    groups
        .into_iter()
        .map(|(_, yes, no)| {
            yes_so_far += yes;
            so_far += yes + no;
            (
                yes_so_far as f64 / positives as f64,
                yes_so_far as f64 / so_far as f64,
            )
        })
        .collect()
}

/// Distinct scores from the highest down, each with its positives and negatives.
fn groups(scores: &[f64], truth: &[bool]) -> Vec<(f64, u64, u64)> {
    let mut pairs: Vec<(f64, bool)> = scores.iter().copied().zip(truth.iter().copied()).collect();
    pairs.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let mut groups: Vec<(f64, u64, u64)> = Vec::new();
    for (score, yes) in pairs {
        match groups.last_mut() {
            Some(last) if last.0 == score => {
                last.1 += u64::from(yes);
                last.2 += u64::from(!yes);
            }
            _ => groups.push((score, u64::from(yes), u64::from(!yes))),
        }
    }
    groups
}

fn totals(groups: &[(f64, u64, u64)]) -> (u64, u64) {
    groups
        .iter()
        .fold((0, 0), |(yes, no), group| (yes + group.1, no + group.2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ties_count_half() {
        assert_eq!(auroc(&[0.5, 0.5], &[true, false]), Some(0.5));
        assert_eq!(auroc(&[0.9, 0.1], &[true, false]), Some(1.0));
        assert_eq!(auroc(&[0.9, 0.1], &[true, true]), None);
    }

    #[test]
    fn a_single_class_has_no_precision_to_average() {
        for truth in [[true, true], [false, false]] {
            assert_eq!(average_precision(&[0.9, 0.1], &truth), None);
            assert!(precision_recall_curve(&[0.9, 0.1], &truth).is_empty());
        }
    }

    proptest! {
        #[test]
        fn it_is_the_share_of_pairs_won(data in proptest::collection::vec((0u8..6, any::<bool>()), 2..30)) {
            let scores: Vec<f64> = data.iter().map(|d| f64::from(d.0)).collect();
            let truth: Vec<bool> = data.iter().map(|d| d.1).collect();
            let (mut won, mut pairs) = (0.0, 0.0);
            for (a, _) in data.iter().filter(|d| d.1) {
                for (b, _) in data.iter().filter(|d| !d.1) {
                    pairs += 1.0;
                    won += if a > b { 1.0 } else if a == b { 0.5 } else { 0.0 };
                }
            }
            match auroc(&scores, &truth) {
                None => prop_assert_eq!(pairs, 0.0),
                Some(area) => prop_assert!((area - won / pairs).abs() < 1e-12),
            }
        }
    }
}
