//! Views: the network looks at the same picture several times, whole and closer, as it is and
//! mirrored; a score is the mean over all of them (test-time augmentation: Krizhevsky 2012;
//! for skin lesions Perez 2018, arXiv 1809.01442). They belong to the model: its thresholds
//! hold for the mean over exactly these.

use serde::{Deserialize, Serialize};

/// The smallest part of the picture a view may show: below it a lesion is mostly cut off.
const SMALLEST: f32 = 0.3;
/// More views than this cost more time than they are worth.
const MOST: usize = 8;

/// One look at a picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// How much of the width and of the height is seen, around the middle: 0.3 to 1.
    pub part: f32,
    /// Left and right swapped.
    #[serde(default)]
    pub mirrored: bool,
}

impl View {
    /// All of it, as it is.
    pub const WHOLE: View = View {
        part: 1.0,
        mirrored: false,
    };

    /// Whether it shows less than the whole.
    pub fn is_part(&self) -> bool {
        self.part < 1.0
    }
}

/// Where a manifest names none.
pub(super) fn only_whole() -> Vec<View> {
    vec![View::WHOLE]
}

/// Whether the views make sense together.
pub(super) fn check(views: &[View]) -> Result<(), String> {
    if !(1..=MOST).contains(&views.len()) {
        return Err(format!(
            "{} views where 1 to {MOST} are needed",
            views.len()
        ));
    }
    if views[0] != View::WHOLE {
        return Err("the first view must be the whole picture, not mirrored".into());
    }
    for view in views {
        // Written so that a NaN fails.
        let sensible = view.part >= SMALLEST && view.part <= 1.0;
        if !sensible {
            return Err(format!(
                "a view's part {} where {SMALLEST} to 1 is needed",
                view.part
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_that_make_no_sense_are_refused_with_the_reason() {
        let part = |part| View {
            part,
            mirrored: false,
        };
        for (views, word) in [
            (vec![], "0 views"),
            (vec![View::WHOLE; 9], "9 views"),
            (vec![part(0.7)], "first view"),
            (vec![View::WHOLE, part(0.1)], "0.1"),
            (vec![View::WHOLE, part(1.5)], "1.5"),
            (vec![View::WHOLE, part(f32::NAN)], "NaN"),
        ] {
            let error = check(&views).expect_err(word);
            assert!(error.contains(word), "{error}");
        }
        assert_eq!(check(&[View::WHOLE, part(0.7)]), Ok(()));
    }
}
