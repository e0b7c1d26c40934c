//! Faults by name, one by one.

use std::time::Duration;

use super::{
    BUS, CALLS, CARD, SOON, STALL, WAIT,
    watched::{Watched, settings},
};
use crate::camera::{
    News,
    settings::Settings,
    v4l2::fake::{Call, Clock, SIZE, Weather},
};

#[test]
fn a_camera_says_what_it_is_and_delivers() {
    let mut camera = Watched::plugged();
    let opened = camera.opened();
    assert_eq!(opened.source.name, CARD);
    assert_eq!(opened.source.detail, format!("{BUS} MJPG 64x48@30"));
    assert_eq!(opened.adjusted, None);
    let frame = camera.frame();
    assert_eq!((frame.width, frame.height), SIZE);
}

#[test]
fn no_camera_is_said_once_and_looked_for() {
    let mut camera = Watched::new();
    assert_eq!(camera.lost().why, "No camera found");
    for _ in 0..50 {
        assert!(matches!(camera.next(WAIT), News::Quiet));
    }
    camera.world.plug(BUS, CARD);
    camera.opened();
    camera.frame();
}

#[test]
fn a_node_that_is_roots_for_a_moment_is_no_permission_problem() {
    let mut camera = Watched::new();
    camera.lost();
    camera.world.plug(BUS, CARD);
    camera.world.forbid(BUS);
    assert!(matches!(camera.next(SOON), News::Quiet));
    camera.world.allow(BUS);
    camera.opened();
    // It stays forbidden the next time: then it is said.
    camera.world.unplug(BUS);
    camera.lost();
    camera.world.plug(BUS, CARD);
    camera.world.forbid(BUS);
    assert!(camera.lost().why.contains("no permission"));
}

#[test]
fn a_slow_reader_gets_the_newest_frame() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    camera.world.pass(Duration::from_millis(120));
    let frame = camera.frame();
    let age = camera.world.time() - frame.captured;
    assert!(age < Duration::from_millis(40), "{age:?} old");
}

#[test]
fn frames_nobody_asked_for_in_time_are_not_shown() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    // The four buffers fill within 132 ms; then they only age.
    camera.world.pass(Duration::from_secs(20));
    assert!(matches!(camera.next(WAIT), News::Dropped(why) if why.contains("old")));
    camera.frame();
}

#[test]
fn each_damaged_frame_is_dropped_by_name_and_the_stream_goes_on() {
    for (weather, words) in [
        (Weather::Flagged, "damaged"),
        (Weather::Empty, "empty"),
        (Weather::Truncated, "truncated"),
        (Weather::Overlong, "bytes in a buffer"),
        (Weather::OtherSize, "320x48"),
    ] {
        let mut camera = Watched::plugged();
        camera.opened();
        camera.world.set_weather(weather);
        let why = camera.dropped();
        assert!(why.contains(words), "{weather:?}: {why}");
        camera.world.set_weather(Weather::Good);
        camera.frame();
    }
}

#[test]
fn a_camera_that_stops_is_lost_and_comes_back() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    camera.world.set_weather(Weather::Silent);
    let before = camera.world.time();
    let lost = camera.lost();
    assert!(lost.why.contains("stopped delivering"), "{}", lost.why);
    assert!(camera.world.time() - before <= STALL + WAIT);
    camera.world.set_weather(Weather::Good);
    camera.opened();
    camera.frame();
}

#[test]
fn a_camera_slower_than_the_limit_is_not_said_to_have_stopped() {
    let mut camera = Watched::plugged();
    camera.world.slow_down(BUS, 1);
    camera.opened();
    let mut frames = 0;
    for _ in 0..60 {
        match camera.next(WAIT) {
            News::Lost(lost) => panic!("{}", lost.why),
            News::Frame(_) => frames += 1,
            _ => {}
        }
    }
    assert!(frames >= 5, "{frames} frames in 6 s");
}

#[test]
fn only_damaged_frames_are_a_loss_too() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.world.set_weather(Weather::Truncated);
    let lost = camera.lost();
    assert!(lost.why.contains("only damaged"), "{}", lost.why);
}

#[test]
fn a_camera_that_streams_nothing_is_never_announced() {
    let mut camera = Watched::plugged();
    camera.world.set_weather(Weather::Silent);
    let lost = camera.lost();
    assert!(lost.why.contains("delivers no pictures"), "{}", lost.why);
    for _ in 0..300 {
        assert!(
            matches!(camera.next(WAIT), News::Quiet),
            "said once is enough"
        );
    }
}

#[test]
fn a_node_that_never_delivered_does_not_stand_before_the_dermatoscope_plugged_in_later() {
    let mut camera = Watched::new();
    camera.world.plug("platform:isp", "No camera at all");
    camera.world.silence("platform:isp");
    let lost = camera.lost();
    assert!(lost.why.contains("delivers no pictures"), "{}", lost.why);
    camera.world.plug(BUS, CARD);
    assert_eq!(camera.opened().source.name, CARD);
    camera.frame();
}

#[test]
fn of_several_the_next_is_tried_where_one_does_not_deliver_or_open() {
    let mut camera = Watched::new();
    camera.world.plug("usb-1", "Silent");
    camera.world.silence("usb-1");
    camera.world.plug("usb-2", "Full");
    camera.world.plug("usb-3", CARD);
    let lost = camera.lost();
    assert!(lost.why.contains("delivers no pictures"), "{}", lost.why);
    camera.world.fail_next(Call::StreamOn, libc::ENOSPC);
    let opened = camera.opened();
    assert_eq!(opened.source.name, CARD);
    assert!(
        opened
            .adjusted
            .is_some_and(|words| words.contains("3 cameras fit"))
    );
    camera.frame();
}

/// Two cameras that deliver nothing, of which each has had its turn.
fn two_silent() -> Watched {
    let mut camera = Watched::new();
    for bus in ["usb-1", "usb-2"] {
        camera.world.plug(bus, bus);
        camera.world.silence(bus);
    }
    for bus in ["usb-1", "usb-2"] {
        let why = camera.lost().why;
        assert!(why.contains(bus), "{why}");
    }
    camera
}

#[test]
fn where_none_of_several_delivers_each_has_its_turn_again() {
    for bus in ["usb-1", "usb-2"] {
        let mut camera = two_silent();
        camera.world.give_voice(bus);
        assert_eq!(camera.opened().source.name, bus);
    }
}

#[test]
fn where_none_of_several_delivers_each_reason_is_said_once_until_one_delivers() {
    let mut camera = two_silent();
    // Some ten turns.
    for _ in 0..(60_000 / WAIT.as_millis()) {
        let news = camera.next(WAIT);
        assert!(matches!(news, News::Quiet), "{news:?}");
    }
    camera.world.give_voice("usb-2");
    camera.opened();
    camera.world.silence("usb-2");
    assert!(camera.lost().why.contains("stopped delivering"));
}

#[test]
fn what_changes_of_a_single_camera_is_said_each_time() {
    let mut camera = Watched::new();
    for _ in 0..3 {
        assert_eq!(camera.lost().why, "No camera found");
        camera.world.plug(BUS, CARD);
        camera.world.silence(BUS);
        assert!(camera.lost().why.contains("delivers no pictures"));
        camera.world.unplug(BUS);
    }
}

#[test]
fn one_that_has_delivered_is_waited_for_while_it_is_there() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.world.plug("usb-0", "Webcam");
    camera.world.silence(BUS);
    for _ in 0..300 {
        assert!(!matches!(camera.next(WAIT), News::Opened(_)));
    }
    camera.world.unplug(BUS);
    assert_eq!(camera.opened().source.name, "Webcam");
}

#[test]
fn unplugged_is_lost_at_once_and_replugged_is_found_under_another_number() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    camera.world.unplug(BUS);
    let lost = camera.next(WAIT);
    assert!(matches!(lost, News::Lost(lost) if lost.why.contains("unplugged")));
    camera.world.plug("usb-another", "Webcam");
    camera.world.plug(BUS, CARD);
    assert_eq!(camera.opened().source.name, CARD);
    camera.frame();
}

#[test]
fn a_replug_between_two_calls_is_a_new_frame_set() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    camera.world.pass(Duration::from_millis(50));
    camera.world.unplug(BUS);
    camera.world.plug(BUS, CARD);
    camera.lost();
    camera.opened();
    camera.frame();
}

#[test]
fn a_failed_transfer_restarts_the_stream_without_losing_the_camera() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    for _ in 0..5 {
        camera.world.fail_transfer(BUS);
        assert!(camera.dropped().contains("damaged"));
        camera.frame();
    }
}

#[test]
fn a_broken_queue_is_restarted() {
    let mut camera = Watched::plugged();
    camera.opened();
    camera.frame();
    camera.world.break_queue(BUS);
    assert!(camera.dropped().contains("restarted"));
    camera.frame();
}

#[test]
fn each_call_that_fails_once_is_survived() {
    for call in CALLS {
        for errno in [
            libc::EINTR,
            libc::EIO,
            libc::EINVAL,
            libc::EBUSY,
            libc::ENOMEM,
        ] {
            let mut camera = Watched::plugged();
            camera.world.fail_next(call, errno);
            camera.opened();
            camera.frame();
            camera.world.fail_next(call, errno);
            camera.world.break_queue(BUS);
            camera.frame();
            camera.frame();
        }
    }
}

#[test]
fn a_signal_is_no_loss() {
    let mut camera = Watched::plugged();
    camera.opened();
    for call in [Call::Poll, Call::Dequeue, Call::Queue] {
        camera.world.fail_next(call, libc::EINTR);
        assert!(!matches!(
            camera.next(WAIT),
            News::Lost(_) | News::Dropped(_)
        ));
    }
}

#[test]
fn refusals_say_what_to_do() {
    let mut camera = Watched::plugged();
    camera.world.fail_next(Call::Request, libc::EBUSY);
    assert!(camera.lost().why.contains("another program"));
    let mut camera = Watched::plugged();
    camera.world.forbid(BUS);
    assert!(camera.lost().advice.contains("group `video`"));
    let mut camera = Watched::plugged();
    camera.world.fail_next(Call::StreamOn, libc::ENOSPC);
    assert!(camera.lost().why.contains("bandwidth"));
}

#[test]
fn a_clock_that_cannot_be_right_never_makes_a_frame_younger() {
    for clock in [Clock::None, Clock::Boot, Clock::Ahead] {
        let mut camera = Watched::plugged();
        camera.world.set_clock(clock);
        camera.opened();
        for _ in 0..10 {
            camera.frame();
        }
        camera.world.pass(Duration::from_secs(20));
        camera.frame();
    }
}

#[test]
fn a_camera_named_in_the_settings_is_waited_for() {
    let mut camera = Watched::with(Settings {
        device: BUS.into(),
        ..settings()
    });
    camera.world.plug("usb-another", "Webcam");
    assert!(camera.lost().why.contains("Webcam"));
    camera.world.plug(BUS, CARD);
    assert_eq!(camera.opened().source.name, CARD);
}
