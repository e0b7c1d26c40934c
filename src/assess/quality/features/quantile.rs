//! Quantiles by selection, not by a sort: the gate looks at every live frame.

/// The value below which a share `q` of the values lies; 0 for none.
pub fn quantile(values: &[f32], q: f32) -> f32 {
    quantiles(values, [q])[0]
}

/// Several at once, cheaper than one by one.
pub fn quantiles<const N: usize>(values: &[f32], shares: [f32; N]) -> [f32; N] {
    let Some(last) = values.len().checked_sub(1) else {
        return [0.0; N];
    };
    let mut keys: Vec<i32> = values.iter().map(|&v| key(v)).collect();
    let places = shares.map(|q| ((last as f32 * q) as usize).min(last));
    let mut rising = places.to_vec();
    rising.sort_unstable();
    rising.dedup();
    settle(&mut keys, 0, &rising);
    places.map(|place| value(keys[place]))
}

/// Brings to each of the `places`, no two the same and rising, what a sort would bring there.
/// The middle one first: it parts the keys, and the others have only their side to search.
/// `keys` start at place `first` and reach beyond the last of `places`.
fn settle(keys: &mut [i32], first: usize, places: &[usize]) {
    let (left, right) = places.split_at(places.len() / 2);
    if let Some((&place, right)) = right.split_first() {
        let (below, _, above) = keys.select_nth_unstable(place - first);
        settle(below, first, left);
        settle(above, place + 1, right);
    }
}

/// A whole number in the order of [`f32::total_cmp`], faster to compare.
fn key(value: f32) -> i32 {
    let bits = value.to_bits() as i32;
    bits ^ (((bits >> 31) as u32) >> 1) as i32
}

/// The value of a key: the same step back.
fn value(key: i32) -> f32 {
    f32::from_bits((key ^ (((key >> 31) as u32) >> 1) as i32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn selection_finds_what_stands_there_after_a_sort(
            values in proptest::collection::vec(-300.0f32..300.0, 1..400),
            shares in proptest::array::uniform5(0.0f32..=1.0),
        ) {
            let mut sorted = values.clone();
            sorted.sort_by(f32::total_cmp);
            let at = |q: f32| sorted[((sorted.len() - 1) as f32 * q) as usize];
            prop_assert_eq!(quantiles(&values, shares), shares.map(at));
            let twice = [shares[0], 1.0, shares[0], 0.0];
            prop_assert_eq!(quantiles(&values, twice), twice.map(at));
        }
    }

    #[test]
    fn nothing_has_the_quantile_nought() {
        assert_eq!(quantile(&[], 0.5), 0.0);
    }
}
