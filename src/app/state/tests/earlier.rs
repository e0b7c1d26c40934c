//! A result that goes with the camera's picture is offered to be saved, and not shown again.

use super::*;

/// A result that nobody has saved, and what takes the picture from behind it.
fn lost_by(event: Event) -> Bench {
    let mut bench = Bench::new(None);
    bench.tell(Event::Tick("10:14".into()));
    bench.burst(&source("a")).answer();
    bench.tell(event);
    bench
}

/// The same, with the picture of a camera back.
fn back() -> Bench {
    let mut bench = lost_by(lost());
    let camera = source("a");
    bench.tell(opened(&camera)).tell(live(9, &camera));
    bench
}

fn offered(bench: &Bench) -> Option<&str> {
    bench.state().earlier().map(|taken| taken.clock.as_str())
}

#[test]
fn an_unsaved_result_is_offered_as_soon_as_it_is_taken_down_and_with_the_next_picture() {
    let camera = source("a");
    for gone in [lost(), Event::Ended, opened(&camera), opened(&source("b"))] {
        let bench = lost_by(gone);
        assert!(matches!(bench.mode(), Mode::Lost(_)));
        assert_eq!(offered(&bench), Some("10:14"));
    }
    let mut bench = Bench::new(None);
    bench.burst(&camera).answer();
    bench.press(Action::Help).wait(Duration::from_secs(2));
    assert!(matches!(bench.mode(), Mode::Lost(_)), "it stands still");
    assert!(offered(&bench).is_some(), "also from behind the help page");
    let bench = back();
    assert!(matches!(bench.mode(), Mode::Live(None)));
    assert_eq!(offered(&bench), Some("10:14"));
    let said = bench.state().unsaved().expect("an alert");
    assert!(said.starts_with("earlier result, taken 10:14."), "{said}");
}

#[test]
fn what_is_saved_or_was_no_result_is_not_offered() {
    let camera = source("a");
    let mut saved = Bench::new(None);
    saved.burst(&camera).answer().press(Action::Save);
    let mut unusable = Bench::new(None);
    unusable.burst(&camera).answer_with(Verdict::NotUsable);
    for bench in [&mut saved, &mut unusable] {
        bench.tell(lost());
        assert_eq!(offered(bench), None);
        assert_eq!(bench.state().unsaved(), None);
    }
}

#[test]
fn it_is_saved_with_and_without_a_picture() {
    for mut bench in [lost_by(lost()), back()] {
        bench.press(Action::Save).press(Action::Save);
        assert_eq!(bench.saves.len(), 1);
        assert_eq!(offered(&bench), None);
        let camera = source("a");
        bench.tell(opened(&camera)).tell(live(10, &camera));
        let number = bench.saves[0];
        bench.tell(Event::Saved(number, Ok("x".into())));
        assert_eq!(bench.notice(), Some(Notice::Stored(1)));
    }
}

#[test]
fn it_is_discarded_but_not_by_a_press_that_was_meant_for_something_else() {
    let mut bench = back();
    bench.press(Action::Discard);
    assert_eq!(offered(&bench), Some("10:14"), "it has just come");
    bench.look().press(Action::Discard);
    assert_eq!(offered(&bench), None);
    assert_eq!(bench.notice(), Some(Notice::Discarded));
    let mut bench = lost_by(lost());
    bench.press(Action::Discard);
    assert_eq!(offered(&bench), Some("10:14"), "it has just come");
    bench.look().press(Action::Discard);
    assert_eq!(offered(&bench), None);
}

#[test]
fn the_next_result_takes_its_place_and_nothing_less_does() {
    let mut bench = back();
    let camera = source("a");
    bench.burst(&camera);
    assert_eq!(offered(&bench), Some("10:14"), "not yet");
    bench.press(Action::Back);
    assert_eq!(offered(&bench), Some("10:14"), "cancelled");
    bench.burst(&camera).answer_with(Verdict::NotUsable);
    assert_eq!(offered(&bench), Some("10:14"), "that was no result");
    bench.look().press(Action::Back);
    bench.burst(&camera).answer();
    assert!(matches!(bench.mode(), Mode::Result(_)));
    assert_eq!(offered(&bench), None);
}

#[test]
fn it_stays_through_further_losses_and_grows_older() {
    let mut bench = back();
    bench.live_for(Duration::from_secs(200)).tell(lost());
    bench.wait(Duration::from_secs(100));
    let said = bench.state().unsaved().expect("an alert");
    assert!(said.contains("taken 10:14, 5 min ago"), "{said}");
}

#[test]
fn where_too_many_wait_it_stays_offered_and_the_screen_says_why() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    for _ in 0..9 {
        bench.burst(&camera).answer();
        bench.press(Action::Save);
    }
    bench.tell(lost());
    assert!(offered(&bench).is_some(), "its screen alone had the ninth");
    bench.press(Action::Save);
    assert!(offered(&bench).is_some());
    let said = bench.state().unsaved().expect("an alert");
    assert!(said.contains("no room, 8 cases wait"), "{said}");
    let number = bench.saves[0];
    bench.tell(Event::Saved(number, Ok("x".into())));
    bench.press(Action::Save);
    assert_eq!((bench.saves.len(), offered(&bench)), (9, None));
}
