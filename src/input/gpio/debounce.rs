//! Tells a press from a bouncing contact and from a spike on a long wire. Pure: the time
//! comes with the level.

use std::time::{Duration, Instant};

/// A level counts when every look at it within this time saw it.
pub(super) const SETTLE: Duration = Duration::from_millis(20);

/// One button's contact.
#[derive(Debug)]
pub(super) struct Debounce {
    /// What counts now. It begins as pressed, so that a button held down, or a wire that is
    /// broken, must first be seen released: at the start nobody has pressed anything.
    pressed: bool,
    /// Since when every look saw the other level.
    other_since: Option<Instant>,
}

impl Debounce {
    pub(super) fn new() -> Debounce {
        Debounce {
            pressed: true,
            other_since: None,
        }
    }

    /// Takes one look at the contact; `true` where it was a press.
    pub(super) fn look(&mut self, now: Instant, active: bool) -> bool {
        if active == self.pressed {
            self.other_since = None;
            return false;
        }
        let since = *self.other_since.get_or_insert(now);
        if now.saturating_duration_since(since) < SETTLE {
            return false;
        }
        self.pressed = active;
        self.other_since = None;
        active
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// How often a contact that has these levels, looked at every 5 ms, was pressed.
    fn presses(levels: impl IntoIterator<Item = bool>) -> usize {
        let mut contact = Debounce::new();
        let mut now = Instant::now();
        levels
            .into_iter()
            .filter(|active| {
                now += Duration::from_millis(5);
                contact.look(now, *active)
            })
            .count()
    }

    fn held(active: bool, looks: usize) -> impl Iterator<Item = bool> {
        std::iter::repeat_n(active, looks)
    }

    #[test]
    fn a_contact_that_bounces_at_both_ends_is_one_press() {
        let bounces = [true, false, true, false, true, true, false];
        let levels = held(false, 20)
            .chain(bounces)
            .chain(held(true, 40))
            .chain(bounces)
            .chain(held(false, 20));
        assert_eq!(presses(levels), 1);
    }

    #[test]
    fn a_line_held_down_at_the_start_is_no_press_until_it_was_released() {
        assert_eq!(presses(held(true, 500)), 0);
        let again = held(true, 500).chain(held(false, 20)).chain(held(true, 20));
        assert_eq!(presses(again), 1);
    }

    #[test]
    fn a_button_held_for_minutes_asks_once() {
        assert_eq!(presses(held(false, 20).chain(held(true, 50_000))), 1);
    }

    #[test]
    fn two_presses_are_two() {
        let one = || held(true, 10).chain(held(false, 10));
        assert_eq!(presses(held(false, 10).chain(one()).chain(one())), 2);
    }

    #[test]
    fn one_look_after_a_long_pause_is_not_enough() {
        let mut contact = Debounce::new();
        let start = Instant::now();
        assert!(!contact.look(start, false));
        assert!(!contact.look(start + SETTLE, false));
        let late = start + Duration::from_secs(9);
        assert!(!contact.look(late, true));
        assert!(contact.look(late + SETTLE, true));
    }

    proptest! {
        #[test]
        fn spikes_shorter_than_the_settling_time_are_never_a_press(
            gaps in proptest::collection::vec((1usize..4, 1usize..30), 0..40),
        ) {
            let levels = gaps.into_iter().flat_map(|(spike, rest)| {
                held(true, spike).chain(held(false, rest))
            });
            prop_assert_eq!(presses(held(false, 10).chain(levels)), 0);
        }

        #[test]
        fn every_firm_press_counts_once_however_its_edges_bounce(
            edges in proptest::collection::vec(
                (proptest::collection::vec(any::<bool>(), 0..6), 6usize..40), 1..20,
            ),
        ) {
            let mut levels: Vec<bool> = held(false, 10).collect();
            for (i, (bounces, firm)) in edges.iter().enumerate() {
                levels.extend(bounces);
                levels.extend(held(i % 2 == 0, *firm));
            }
            prop_assert_eq!(presses(levels), edges.len().div_ceil(2));
        }
    }
}
