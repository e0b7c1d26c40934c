//! A figure with its interval and what it rests on.

use serde::{Deserialize, Serialize};

use super::{
    bootstrap::Bootstrap,
    clustered::Clustered,
    wilson::{self, wilson},
};

/// Fewer cases, or lesions, than this are flagged wherever their figure is shown.
pub const SMALL: u64 = 30;
/// With fewer lesions than this, or fewer of either class, a bootstrap interval would only pretend;
/// none is given.
const TOO_FEW: u64 = 5;

/// A figure with its 95% interval and number of cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure; `null` where the data cannot give it, or where it is infinite.
    pub value: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval; `null` beside a lower end where it has none: the figure may
    /// be as large as it likes.
    pub high: Option<f64>,
    /// Cases it rests on: for a share its denominator, for a ranking all cases ranked.
    pub n: u64,
    /// Whether it rests on fewer than [`SMALL`] lesions (for a ranking: of either class).
    pub small: bool,
    /// How the interval was made: `wilson`, `wilson of both shares`, `bootstrap` or
    /// `centred bootstrap`; the first two end in `clustered by lesion` where some lesion has
    /// several images.
    pub interval: String,
}

impl Estimate {
    /// A share with Wilson's interval.
    pub fn share(part: u64, whole: u64) -> Estimate {
        let ends = wilson(part, whole);
        Estimate {
            value: super::share(part, whole),
            low: ends.map(|e| e.0),
            high: ends.map(|e| e.1),
            n: whole,
            small: whole < SMALL,
            interval: "wilson".into(),
        }
    }

    /// The share of yes among answers, each with its lesion. Where one has several, Wilson's
    /// interval is that of as many independent ones as they are worth ([`Clustered`]).
    pub fn by_lesion<'a>(answers: impl IntoIterator<Item = (&'a str, bool)>) -> Estimate {
        let counted = Clustered::count(answers);
        let simple = Estimate::share(counted.part, counted.whole);
        let Some(value) = simple.value.filter(|_| !counted.is_simple()) else {
            return simple;
        };
        let (low, high) = wilson::ends(value, counted.effective());
        Estimate {
            low: Some(low),
            high: Some(high),
            small: counted.clusters() < SMALL,
            interval: simple.interval + CLUSTERED,
            ..simple
        }
    }

    /// The same without value and interval: what these cases cannot give.
    #[must_use]
    pub fn without_value(self) -> Estimate {
        Estimate {
            value: None,
            low: None,
            high: None,
            ..self
        }
    }

    /// A figure that rises with each of two shares, such as a predictive value with sensitivity
    /// and specificity: its ends are those of both Wilson intervals, carried through it. Wider
    /// than 95%, as both shares would have to be off at once, but never certain.
    pub fn of_shares(
        a: &Estimate,
        b: &Estimate,
        figure: impl Fn(f64, f64) -> Option<f64>,
    ) -> Estimate {
        let at = |end: fn(&Estimate) -> Option<f64>| figure(end(a)?, end(b)?);
        let clustered = [a, b].iter().any(|e| e.interval.ends_with(CLUSTERED));
        let value = at(|e| e.value);
        Estimate {
            value,
            low: value.and_then(|_| at(|e| e.low)),
            high: value.and_then(|_| at(|e| e.high)),
            n: a.n + b.n,
            small: a.small || b.small,
            interval: "wilson of both shares".to_owned() + if clustered { CLUSTERED } else { "" },
        }
    }

    /// The share of `true`.
    pub fn of(answers: impl IntoIterator<Item = bool>) -> Estimate {
        let (mut part, mut whole) = (0, 0);
        for answer in answers {
            part += u64::from(answer);
            whole += 1;
        }
        Estimate::share(part, whole)
    }

    /// A figure of scores and truth with a bootstrap interval; small where either class is.
    pub fn bootstrapped(
        bootstrap: &Bootstrap,
        scores: &[f64],
        truth: &[bool],
        figure: impl Fn(&[f64], &[bool]) -> Option<f64>,
    ) -> Estimate {
        let mut again = resampled(scores, truth, &figure);
        let value = figure(scores, truth);
        let ends = value.and_then(|_| bootstrap.interval(&mut again));
        Estimate::of_classes(value, ends, truth, bootstrap, "bootstrap")
    }

    /// As [`Estimate::bootstrapped`], for a calibration error: see
    /// [`Bootstrap::centred_interval`].
    pub fn bootstrapped_error(
        bootstrap: &Bootstrap,
        scores: &[f64],
        truth: &[bool],
        figure: impl Fn(&[f64], &[bool]) -> Option<f64>,
    ) -> Estimate {
        let mut again = resampled(scores, truth, &figure);
        let value = figure(scores, truth);
        let ends = value.and_then(|v| bootstrap.centred_interval(v, &mut again));
        Estimate::of_classes(value, ends, truth, bootstrap, "centred bootstrap")
    }

    /// A figure that rests on two classes, with its interval: none from fewer than five lesions
    /// of either, and none where all draws are the same.
    pub fn of_classes(
        value: Option<f64>,
        ends: Option<(f64, f64)>,
        truth: &[bool],
        bootstrap: &Bootstrap,
        interval: &str,
    ) -> Estimate {
        let fewer = bootstrap
            .clusters_with(|i| truth[i])
            .min(bootstrap.clusters_with(|i| !truth[i]));
        let ends = drawn_ends(ends, fewer);
        Estimate {
            value: value.filter(|v| v.is_finite()),
            low: ends.map(|e| e.0),
            high: ends.map(|e| e.1).filter(|v| v.is_finite()),
            n: truth.len() as u64,
            small: fewer < SMALL,
            interval: interval.into(),
        }
    }

    /// The interval in words, its ends joined by `to`; `None` where there is none.
    pub fn ends(&self, to: &str) -> Option<String> {
        Some(match (self.low?, self.high) {
            (low, Some(high)) => format!("{low:.3}{to}{high:.3}"),
            (low, None) => format!("{low:.3} or more"),
        })
    }

    /// A mean with a bootstrap interval: none from fewer than five lesions, and none where all
    /// draws are the same.
    pub fn mean(bootstrap: &Bootstrap, values: &[f64]) -> Estimate {
        let mean = |sum: f64, n: usize| (n > 0).then(|| sum / n as f64);
        let lesions = bootstrap.clusters_with(|_| true);
        let ends =
            bootstrap.interval(|drawn| mean(drawn.iter().map(|&i| values[i]).sum(), drawn.len()));
        let ends = drawn_ends(ends, lesions);
        Estimate {
            value: mean(values.iter().sum(), values.len()),
            low: ends.map(|e| e.0),
            high: ends.map(|e| e.1),
            n: values.len() as u64,
            small: lesions < SMALL,
            interval: "bootstrap".into(),
        }
    }
}

/// Words of an interval that lesions with several images were counted for.
const CLUSTERED: &str = " clustered by lesion";

/// A bootstrap interval where it says something: drawing the same two or three cases again and again
/// says nothing of others like them, and where no draw holds a miss, that is no certainty that there
/// is none elsewhere.
fn drawn_ends(ends: Option<(f64, f64)>, lesions: u64) -> Option<(f64, f64)> {
    ends.filter(|(low, high)| lesions >= TOO_FEW && low < high)
}

/// A figure as a function of the observations drawn.
fn resampled<'a>(
    scores: &'a [f64],
    truth: &'a [bool],
    figure: &'a impl Fn(&[f64], &[bool]) -> Option<f64>,
) -> impl FnMut(&[usize]) -> Option<f64> + 'a {
    let (mut s, mut t) = (Vec::new(), Vec::new());
    move |drawn| {
        s.clear();
        t.clear();
        s.extend(drawn.iter().map(|&i| scores[i]));
        t.extend(drawn.iter().map(|&i| truth[i]));
        figure(&s, &t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::metrics::{auroc, npv, ppv};

    #[test]
    fn a_predictive_value_without_an_error_is_no_certainty() {
        // Sixty of sixty on both sides.
        let of = |figure: fn(f64, f64, f64) -> Option<f64>| {
            let all = Estimate::share(60, 60);
            Estimate::of_shares(&all, &all, |a, b| figure(a, b, 0.05))
        };
        for e in [of(ppv), of(npv)] {
            assert_eq!((e.value, e.n, e.small), (Some(1.0), 120, false));
            assert!(e.low.unwrap() < 0.999 && e.high.unwrap() <= 1.0, "{e:?}");
        }
        // Sensitivity and specificity of 60 of 60 end at 0.94 below.
        assert!((of(ppv).low.unwrap() - 0.452).abs() < 0.001);
        let [none, all] = [0, 60].map(|part| Estimate::share(part, 60));
        let never_said = Estimate::of_shares(&none, &all, |a, b| ppv(a, b, 0.05));
        assert_eq!((never_said.value, never_said.low), (None, None));
    }

    #[test]
    fn a_likelihood_ratio_that_may_be_infinite_has_no_upper_end_and_no_infinity_in_json() {
        use crate::study::metrics::Confusion;
        let lr = |said: &[f64], is: &[bool]| {
            let pairs = said.iter().zip(is);
            Confusion::count(pairs.map(|(&s, &t)| (s > 0.5, t))).lr_positive()
        };
        let truth: Vec<bool> = (0..80).map(|i| i < 40).collect();
        // One false alarm of forty: more than a third of the rounds hold none.
        let mut said: Vec<f64> = (0..80).map(|i| f64::from(u8::from(i < 36))).collect();
        said[79] = 1.0;
        let bootstrap = Bootstrap::of(80, 300, 1);
        let e = Estimate::bootstrapped(&bootstrap, &said, &truth, lr);
        assert!((e.value.unwrap() - 36.0).abs() < 1e-9, "{e:?}");
        assert!(e.low.unwrap() > 5.0 && e.high.is_none(), "{e:?}");
        assert!(e.ends(" to ").unwrap().ends_with(" or more"));
        let json = serde_json::to_string(&e).unwrap();
        assert!(json.contains("\"high\":null"), "{json}");
        assert_eq!(serde_json::from_str::<Estimate>(&json).unwrap(), e);
        // Without one it is infinite itself.
        said[79] = 0.0;
        let e = Estimate::bootstrapped(&bootstrap, &said, &truth, lr);
        assert_eq!((e.value, e.low, e.high), (None, None, None));
    }

    #[test]
    fn a_mean_of_a_few_or_of_equal_values_has_no_interval() {
        let of = |values: &[f64]| Estimate::mean(&Bootstrap::of(values.len(), 200, 1), values);
        for values in [&[0.6][..], &[0.1, 0.9, 0.4, 0.3], &[1.0; 40]] {
            let e = of(values);
            assert!(e.value.is_some());
            assert_eq!((e.low, e.high), (None, None), "{e:?}");
        }
        let e = of(&[0.1, 0.9, 0.4, 0.3, 0.5]);
        assert!(e.low.unwrap() < 0.44 && e.high.unwrap() > 0.44, "{e:?}");
        assert_eq!(of(&[]).value, None);
    }

    #[test]
    fn a_ranking_without_an_error_has_no_interval() {
        let scores: Vec<f64> = (0..40).map(f64::from).collect();
        let truth: Vec<bool> = (0..40).map(|i| i >= 20).collect();
        let e = Estimate::bootstrapped(&Bootstrap::of(40, 200, 1), &scores, &truth, auroc);
        assert_eq!((e.value, e.low, e.high), (Some(1.0), None, None));
    }
}
