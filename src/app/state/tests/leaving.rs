//! A result is seen before it goes, and none goes without a word.

use super::*;

const LEAVING: [Action; 3] = [Action::Capture, Action::Back, Action::Discard];

/// A result that came this very moment.
fn result() -> Bench {
    let mut bench = Bench::new(None);
    bench.tell(Event::Tick("10:14".into()));
    bench.burst(&source("a")).answer();
    bench
}

#[test]
fn a_result_that_has_just_come_is_left_by_no_press() {
    for action in LEAVING {
        let mut bench = result();
        bench.press(action);
        bench.wait(Duration::from_millis(950)).press(action);
        assert!(matches!(bench.mode(), Mode::Result(_)), "{action}");
        bench.wait(Duration::from_millis(50)).press(action);
        assert!(matches!(bench.mode(), Mode::Live(_)), "{action}");
        assert_eq!(bench.asked.len(), 1, "{action} takes no new burst");
    }
}

#[test]
fn a_result_can_be_saved_and_turned_at_once() {
    let mut bench = result();
    bench.press(Action::Save).press(Action::Help);
    assert_eq!(bench.saves.len(), 1);
    assert!(matches!(bench.mode(), Mode::Help(_)));
}

#[test]
fn an_unsaved_result_says_that_it_is_discarded_however_it_is_left() {
    for action in LEAVING {
        let mut bench = result();
        bench.look().press(action);
        assert_eq!(bench.notice(), Some(Notice::Discarded), "{action}");
    }
}

#[test]
fn a_saved_result_is_left_by_the_shutter_without_a_word() {
    let mut bench = result();
    bench.press(Action::Save);
    let number = bench.saves[0];
    bench.tell(Event::Saved(number, Ok("x".into())));
    bench.look().press(Action::Capture);
    assert_eq!(bench.notice(), None);
}

#[test]
fn a_result_says_when_it_was_taken_and_counts_the_minutes() {
    let mut bench = result();
    let said = |bench: &Bench| match bench.mode() {
        Mode::Result(showing) => showing.shot.taken.words(),
        other => panic!("{other:?}"),
    };
    assert_eq!(said(&bench), "taken 10:14");
    bench.live_for(Duration::from_secs(59));
    assert_eq!(said(&bench), "taken 10:14");
    bench.live_for(Duration::from_secs(2));
    assert_eq!(said(&bench), "taken 10:14, 1 min ago");
    bench.live_for(Duration::from_secs(66 * 60));
    assert_eq!(said(&bench), "taken 10:14, 1 h 7 min ago");
}

#[test]
fn a_new_minute_is_drawn() {
    let mut bench = result();
    bench.live_for(Duration::from_secs(59));
    let state = bench.state.take().expect("a state");
    let now = bench.now + Duration::from_secs(1);
    let (_, effects) = state.step(now, Event::Tick("12:00".into()));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Show)));
}
