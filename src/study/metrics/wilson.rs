//! Wilson's score interval of a share (Wilson 1927).

/// The normal quantile of a two-sided 95% interval.
pub(super) const Z95: f64 = 1.959_963_984_540_054;

/// 95% interval of `part` of `whole`; `None` of nothing.
pub fn wilson(part: u64, whole: u64) -> Option<(f64, f64)> {
    let n = whole as f64;
    (whole > 0).then(|| ends(part as f64 / n, n))
}

/// 95% interval of the share `p` of `n` independent cases; `n` need not be whole.
pub(super) fn ends(p: f64, n: f64) -> (f64, f64) {
    let z2 = Z95 * Z95;
    let middle = p + z2 / (2.0 * n);
    let half = Z95 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    (
        ((middle - half) / scale).max(0.0),
        ((middle + half) / scale).min(1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_seen_is_not_certainty() {
        let (low, high) = wilson(0, 20).unwrap();
        assert_eq!(low, 0.0);
        assert!(high > 0.15 && high < 0.17, "{high}");
        assert_eq!(wilson(0, 0), None);
    }
}
