//! Sums in eight lanes, which the compiler turns into vector code: one running sum would have
//! every addition wait for the one before.

const LANES: usize = 8;

/// The sum of a function of every value.
pub fn sum(values: &[f32], part: impl Fn(f32) -> f32) -> f32 {
    let (eights, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for eight in eights {
        for (lane, &v) in lanes.iter_mut().zip(eight) {
            *lane += part(v);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|&v| part(v)).sum::<f32>()
}

/// The sum of a function of the values at the same places of two slices, as far as both reach.
pub fn sum_of_pairs(a: &[f32], b: &[f32], part: impl Fn(f32, f32) -> f32) -> f32 {
    let length = a.len().min(b.len());
    let (a, a_rest) = a[..length].as_chunks::<LANES>();
    let (b, b_rest) = b[..length].as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for ((lane, &a), &b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += part(a, b);
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(&a, &b)| part(a, b));
    lanes.iter().sum::<f32>() + rest.sum::<f32>()
}

/// 0 for none.
pub fn mean(values: &[f32]) -> f32 {
    sum(values, |v| v) / values.len().max(1) as f32
}

/// Standard deviation; 0 for none.
pub fn deviation(values: &[f32]) -> f32 {
    let middle = mean(values);
    let squares = sum(values, |v| (v - middle) * (v - middle));
    (squares / values.len().max(1) as f32).sqrt()
}

/// A sum over some values and their number.
#[derive(Clone, Copy, Debug, Default)]
pub struct Total {
    pub sum: f32,
    pub count: usize,
}

/// The mean over several totals; 0 for none.
pub fn mean_of(totals: impl IntoIterator<Item = Total>) -> f32 {
    let (sum, count) = totals
        .into_iter()
        .fold((0.0, 0), |(sum, n), t| (sum + t.sum, n + t.count));
    sum / count.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lanes_add_up_to_what_one_sum_would(
            values in proptest::collection::vec((-255.0f32..255.0, -9.0f32..9.0), 0..70),
        ) {
            let (a, b): (Vec<f32>, Vec<f32>) = values.iter().copied().unzip();
            let close = |got: f32, want: f64| (f64::from(got) - want).abs() < 0.02;
            let squares = a.iter().map(|v| f64::from(*v).powi(2) / 100.0).sum::<f64>();
            prop_assert!(close(sum(&a, |v| v * v / 100.0), squares));
            let pairs = values.iter().map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
            prop_assert!(close(sum_of_pairs(&a, &b, |a, b| a * b), pairs));
            let n = a.len().max(1) as f64;
            let middle = a.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
            let spread = a.iter().map(|v| (f64::from(*v) - middle).powi(2)).sum::<f64>() / n;
            prop_assert!(close(mean(&a), middle));
            prop_assert!(close(deviation(&a), spread.sqrt()));
        }
    }
}
