//! A case that was asked to be stored is stored, or somebody is told.

use super::*;

const CAMERA: &str = "a";

/// A result of the camera that is open.
fn result() -> Bench {
    let mut bench = Bench::new(None);
    bench.burst(&source(CAMERA)).answer();
    bench
}

/// A press of somebody who has looked at the screen.
fn press(bench: &mut Bench, action: Action) -> &mut Bench {
    bench.look().press(action)
}

fn answer(bench: &mut Bench, outcome: Result<&str, &str>) {
    let number = *bench.saves.last().expect("a save");
    let outcome = outcome.map(str::to_owned).map_err(str::to_owned);
    bench.tell(Event::Saved(number, outcome));
}

fn unsaved(bench: &Bench) -> Option<String> {
    bench.state().unsaved()
}

/// Time with a live picture.
fn seconds(bench: &mut Bench, seconds: u64) {
    bench.live_for(Duration::from_secs(seconds));
}

#[test]
fn a_failed_save_keeps_the_case_and_can_be_tried_again() {
    let camera = source("a");
    let mut bench = Bench::new(None);
    bench.burst(&camera).answer();
    bench.tell(Event::Action(Action::Save));
    bench.tell(Event::Action(Action::Save));
    assert_eq!(bench.saves.len(), 1, "one save at a time");
    let number = bench.saves[0];
    bench.tell(Event::Saved(number, Err("disk full".into())));
    assert!(
        matches!(bench.mode(), Mode::Result(s) if matches!(&s.note, CaseNote::SaveFailed(why) if why.starts_with("disk full")))
    );
    bench.tell(Event::Action(Action::Save));
    let number = bench.saves[1];
    bench.tell(Event::Saved(number, Ok("x".into())));
    assert!(matches!(bench.mode(), Mode::Result(s) if s.note == CaseNote::Saved("x".into())));
}

#[test]
fn a_save_that_fails_after_the_user_went_on_is_told_and_tried_again_until_it_is_stored() {
    for leave in [Action::Capture, Action::Back, Action::Discard] {
        let mut bench = result();
        press(&mut bench, Action::Save);
        press(&mut bench, leave);
        assert_eq!(unsaved(&bench), None, "it may still be stored");
        answer(&mut bench, Err("disk full"));
        let said = unsaved(&bench).expect("an alert");
        assert!(
            said.contains("1 earlier case,") && said.contains("disk full"),
            "{said}"
        );
        seconds(&mut bench, 8);
        assert_eq!(bench.saves.len(), 1, "not at once");
        seconds(&mut bench, 4);
        assert_eq!(bench.saves, [bench.saves[0]; 2], "the same case, once");
        assert!(unsaved(&bench).is_some(), "not stored yet");
        answer(&mut bench, Ok("x"));
        assert_eq!(unsaved(&bench), None);
        seconds(&mut bench, 30);
        assert_eq!(bench.saves.len(), 2);
    }
}

#[test]
fn a_camera_that_is_lost_while_a_case_is_stored_loses_no_case() {
    let mut bench = result();
    press(&mut bench, Action::Save).tell(lost());
    answer(&mut bench, Err("disk full"));
    assert!(unsaved(&bench).is_some());
    seconds(&mut bench, 11);
    assert_eq!(bench.saves.len(), 2);
}

#[test]
fn a_failed_save_on_the_screen_is_the_users_to_decide() {
    let mut bench = result();
    press(&mut bench, Action::Save);
    answer(&mut bench, Err("disk full"));
    seconds(&mut bench, 30);
    assert_eq!(bench.saves.len(), 1);
    assert_eq!(
        unsaved(&bench),
        None,
        "the screen of the case itself says it"
    );
    press(&mut bench, Action::Discard);
    assert!(matches!(bench.mode(), Mode::Live(Some(noted)) if noted.notice == Notice::Discarded));
    seconds(&mut bench, 30);
    assert_eq!((unsaved(&bench), bench.saves.len()), (None, 1));
}

#[test]
fn going_on_from_a_failed_save_is_not_discarding_it() {
    let mut bench = result();
    press(&mut bench, Action::Save);
    answer(&mut bench, Err("disk full"));
    press(&mut bench, Action::Capture);
    assert!(unsaved(&bench).is_some());
    seconds(&mut bench, 11);
    assert_eq!(bench.saves.len(), 2);
}

#[test]
fn what_is_stored_or_about_to_be_is_not_called_discarded() {
    for (saved, notice) in [(false, Notice::BeingSaved), (true, Notice::SavedBefore)] {
        let mut bench = result();
        press(&mut bench, Action::Save);
        if saved {
            answer(&mut bench, Ok("x"));
        }
        press(&mut bench, Action::Discard);
        assert!(matches!(bench.mode(), Mode::Live(Some(noted)) if noted.notice == notice));
    }
}

#[test]
fn more_cases_than_can_wait_stay_on_their_screen() {
    let camera = source(CAMERA);
    let mut bench = Bench::new(None);
    for _ in 0..9 {
        bench.burst(&camera).answer();
        press(&mut bench, Action::Save);
    }
    assert_eq!(bench.saves.len(), 8);
    let Mode::Result(showing) = bench.mode() else {
        panic!("{:?}", bench.mode());
    };
    assert!(matches!(&showing.note, CaseNote::NoRoom(why) if why.contains("8 cases wait")));
    answer(&mut bench, Ok("the eighth"));
    press(&mut bench, Action::Save);
    assert_eq!(bench.saves.len(), 9);
}

#[test]
fn a_case_for_which_there_is_no_room_is_not_lost_in_silence() {
    for (leave, notice) in [
        (Action::Capture, Notice::NoRoom),
        (Action::Back, Notice::NoRoom),
        (Action::Discard, Notice::Discarded),
    ] {
        let mut bench = Bench::new(None);
        for _ in 0..9 {
            bench.burst(&source(CAMERA)).answer();
            press(&mut bench, Action::Save);
        }
        press(&mut bench, leave);
        assert_eq!(bench.notice(), Some(notice), "{leave}");
        assert_eq!(bench.saves.len(), 8);
    }
}

#[test]
fn cases_that_get_stored_by_themselves_are_told_together_as_soon_as_the_live_picture_is_there() {
    let mut bench = Bench::new(None);
    for _ in 0..2 {
        bench.burst(&source(CAMERA)).answer();
        press(&mut bench, Action::Save);
        answer(&mut bench, Err("disk full"));
        press(&mut bench, Action::Capture);
    }
    bench.burst(&source(CAMERA)).answer();
    for number in [bench.saves[0], bench.saves[1], bench.saves[0]] {
        bench.tell(Event::Saved(number, Ok("x".into())));
    }
    press(&mut bench, Action::Capture);
    assert_eq!(bench.notice(), Some(Notice::Discarded));
    seconds(&mut bench, 4);
    assert_eq!(bench.notice(), Some(Notice::Stored(2)), "once each");
    seconds(&mut bench, 4);
    assert_eq!(bench.notice(), None);
}

/// Cases that failed and were left, in the order they were asked for.
fn failed(count: usize) -> Bench {
    let mut bench = Bench::new(None);
    for _ in 0..count {
        bench.burst(&source(CAMERA)).answer();
        press(&mut bench, Action::Save);
        answer(&mut bench, Err("disk full"));
        press(&mut bench, Action::Back);
    }
    bench
}

#[test]
fn on_a_full_card_one_case_at_a_time_is_tried_again_and_each_has_its_turn() {
    let mut bench = failed(3);
    let first = bench.saves.clone();
    for turn in 0..6 {
        seconds(&mut bench, 12);
        assert_eq!(bench.saves.len(), first.len() + turn + 1, "one try a pause");
        assert_eq!(bench.saves.last(), Some(&first[turn % 3]));
        answer(&mut bench, Err("disk full"));
    }
}

#[test]
fn as_soon_as_one_case_is_stored_the_others_are_tried_at_once() {
    let mut bench = failed(3);
    let first = bench.saves.clone();
    seconds(&mut bench, 12);
    answer(&mut bench, Ok("x"));
    seconds(&mut bench, 1);
    assert_eq!(bench.saves[4..], first[1..]);
    // One that can never be stored does not hold up the other.
    for (number, outcome) in [(first[1], Err("no picture")), (first[2], Ok("y"))] {
        let outcome = outcome.map(str::to_owned).map_err(str::to_owned);
        bench.tell(Event::Saved(number, outcome));
    }
    assert!(unsaved(&bench).is_some_and(|said| said.contains("1 earlier case, no picture")));
}

#[test]
fn the_screen_says_why_the_newest_try_failed() {
    let mut bench = failed(2);
    seconds(&mut bench, 12);
    answer(&mut bench, Err("storage read-only"));
    assert!(
        unsaved(&bench).is_some_and(|said| said.contains("2 earlier cases, storage read-only"))
    );
}

#[test]
fn quitting_tries_all_that_failed() {
    let mut bench = failed(3);
    bench.tell(Event::Quit);
    assert_eq!(bench.saves.len(), 6);
}

#[test]
fn what_the_screen_says_of_a_case_that_waits_is_short() {
    let mut bench = result();
    press(&mut bench, Action::Save);
    answer(&mut bench, Err("storage read-only"));
    press(&mut bench, Action::Capture);
    let said = unsaved(&bench).expect("an alert");
    assert_eq!(
        said,
        "1 earlier case, storage read-only. Keep the device on."
    );
}

#[test]
fn quitting_tries_once_more_what_was_not_stored() {
    let mut bench = result();
    press(&mut bench, Action::Save);
    answer(&mut bench, Err("disk full"));
    press(&mut bench, Action::Back).tell(Event::Quit);
    assert!(bench.quit);
    assert_eq!(bench.saves.len(), 2);
}
