//! Probabilities in words, the same on the screens and in every text.

/// A probability in whole per cent. Only what is certain to the last digit is 0 or 100.
pub fn percent(probability: f32) -> String {
    if probability.is_nan() {
        return "? %".to_owned();
    }
    let whole = (probability.clamp(0.0, 1.0) * 100.0).round();
    match whole {
        w if w < 1.0 => "<1 %".to_owned(),
        w if w > 99.0 => ">99 %".to_owned(),
        w => format!("{w:.0} %"),
    }
}

/// A probability beside its thresholds: `<35 %` where it is below one that rounds to the same 35,
/// so that the figure never speaks against the answer.
pub(super) fn beside(probability: f32, (low, high): (f32, f32)) -> String {
    let own = percent(probability);
    let below = if probability < low {
        own == percent(low)
    } else {
        // One that rounds as the lower threshold does as well would read as a "no".
        probability < high && own == percent(high) && own != percent(low)
    };
    if below && !own.starts_with(['<', '>']) {
        format!("<{own}")
    } else {
        own
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_probability_is_shown_as_certain() {
        for (p, words) in [
            (0.0, "<1 %"),
            (0.004, "<1 %"),
            (0.25, "25 %"),
            (0.994, "99 %"),
            (0.999, ">99 %"),
            (f32::NAN, "? %"),
        ] {
            assert_eq!(percent(p), words);
        }
    }

    #[test]
    fn what_is_below_a_threshold_does_not_read_as_if_it_reached_it() {
        let shown = |p| beside(p, (0.3522, 0.5436));
        assert_eq!(shown(0.34), "34 %");
        assert_eq!(shown(0.3519), "<35 %");
        assert_eq!(shown(0.3522), "35 %");
        assert_eq!(shown(0.3531), "35 %");
        assert_eq!(shown(0.5435), "<54 %");
        assert_eq!(shown(0.5436), "54 %");
        // Below the lower one it would read as a "no".
        assert_eq!(beside(0.352, (0.351, 0.354)), "35 %");
    }

    proptest! {
        #[test]
        fn a_figure_like_the_thresholds_is_one_that_reaches_it(
            p in 0.01f32..0.99, low in 0.01f32..0.99, by in 0.02f32..0.5,
        ) {
            let shown = beside(p, (low, (low + by).min(0.99)));
            prop_assert_eq!(shown == percent(low), p >= low && percent(p) == percent(low));
        }
    }
}
