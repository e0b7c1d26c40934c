//! Keys and fingers as panels and keyboards report them, and every sequence that cannot be.

use super::*;
use crate::{
    display::Rotation,
    input::{
        Action, TouchSettings,
        touch::{Panel, Protocol, Range},
    },
};
use evdev::AbsoluteAxisCode as Axis;
use proptest::prelude::*;

fn raw(kind: EventType, code: u16, value: i32, ms: u64) -> Raw {
    Raw {
        kind: kind.0,
        code,
        value,
        at: SystemTime::UNIX_EPOCH + Duration::from_millis(1_000_000 + ms),
    }
}

fn key(code: KeyCode, value: i32, ms: u64) -> Raw {
    raw(EventType::KEY, code.0, value, ms)
}

fn abs(axis: Axis, value: i32) -> Raw {
    raw(EventType::ABSOLUTE, axis.0, value, 0)
}

fn report(ms: u64) -> Raw {
    raw(EventType::SYNCHRONIZATION, 0, 0, ms)
}

fn dropped() -> Raw {
    raw(EventType::SYNCHRONIZATION, 3, 0, 0)
}

fn keyboard() -> Translator {
    Translator::new(KeyMap::default(), None)
}

fn panel(protocol: Protocol) -> Panel {
    let range = |most| Range { least: 0, most };
    Panel {
        protocol,
        x: range(1000),
        y: range(500),
        last: (None, None),
        slot: 0,
    }
}

fn touch_panel(protocol: Protocol, settings: TouchSettings, rotation: Rotation) -> Translator {
    let contacts = Contacts::new(panel(protocol), settings, rotation);
    Translator::new(KeyMap::default(), Some(contacts))
}

fn plain(protocol: Protocol) -> Translator {
    touch_panel(protocol, TouchSettings::default(), Rotation::Upright)
}

fn feed(translator: &mut Translator, raws: impl IntoIterator<Item = Raw>) -> Vec<InputEvent> {
    raws.into_iter()
        .filter_map(|r| translator.feed(r))
        .collect()
}

const CAPTURE: InputEvent = InputEvent::Action(Action::Capture);

#[test]
fn the_dermatoscopes_button_captures_once_a_press() {
    let camera = KeyCode::KEY_CAMERA;
    let got = feed(
        &mut keyboard(),
        [key(camera, 1, 0), report(0), key(camera, 0, 80), report(80)],
    );
    assert_eq!(got, [CAPTURE]);
}

#[test]
fn auto_repeat_and_a_held_key_ask_for_nothing_more() {
    let enter = KeyCode::KEY_ENTER;
    let held = (0..50).map(|i| key(enter, 2, 500 + i * 33));
    let got = feed(
        &mut keyboard(),
        std::iter::once(key(enter, 1, 0)).chain(held),
    );
    assert_eq!(got, [CAPTURE]);
}

#[test]
fn a_bouncing_contact_is_one_press_at_both_ends() {
    let k = KeyCode::KEY_CAMERA;
    let edges = [(1, 0), (0, 3), (1, 5), (0, 1000), (1, 1004), (0, 1006)];
    let got = feed(&mut keyboard(), edges.map(|(value, ms)| key(k, value, ms)));
    assert_eq!(got, [CAPTURE]);
}

#[test]
fn two_presses_a_fifth_of_a_second_apart_are_two() {
    let k = KeyCode::KEY_RIGHT;
    let got = feed(
        &mut keyboard(),
        [key(k, 1, 0), key(k, 0, 90), key(k, 1, 200), key(k, 0, 290)],
    );
    assert_eq!(got, [InputEvent::Action(Action::NextMap); 2]);
}

#[test]
fn a_clock_set_back_silences_no_key() {
    let k = KeyCode::KEY_ENTER;
    let got = feed(
        &mut keyboard(),
        [key(k, 1, 9000), key(k, 0, 9100), key(k, 1, 0)],
    );
    assert_eq!(got, [CAPTURE; 2]);
}

#[test]
fn keys_that_mean_nothing_are_silent() {
    let got = feed(&mut keyboard(), [key(KeyCode::KEY_Q, 1, 0), report(0)]);
    assert!(got.is_empty());
}

#[test]
fn a_touch_counts_when_the_finger_comes_down_and_where() {
    let mut panel = plain(Protocol::Single);
    let got = feed(
        &mut panel,
        [
            key(KeyCode::BTN_TOUCH, 1, 0),
            abs(Axis::ABS_X, 250),
            abs(Axis::ABS_Y, 400),
            report(0),
            // A finger that slides, and leaves.
            abs(Axis::ABS_X, 900),
            report(20),
            key(KeyCode::BTN_TOUCH, 0, 40),
            report(40),
        ],
    );
    assert_eq!(got, [InputEvent::Touch { x: 0.25, y: 0.8 }]);
}

#[test]
fn a_second_tap_on_the_same_spot_has_no_axis_events_and_counts_there() {
    let mut panel = plain(Protocol::Single);
    let touch = KeyCode::BTN_TOUCH;
    let got = feed(
        &mut panel,
        [
            abs(Axis::ABS_X, 500),
            abs(Axis::ABS_Y, 250),
            key(touch, 1, 0),
            report(0),
            key(touch, 0, 100),
            report(100),
            key(touch, 1, 300),
            report(300),
        ],
    );
    assert_eq!(got, [InputEvent::Touch { x: 0.5, y: 0.5 }; 2]);
}

#[test]
fn a_touch_whose_place_is_not_known_asks_for_nothing() {
    let mut panel = plain(Protocol::Single);
    let got = feed(
        &mut panel,
        [
            abs(Axis::ABS_X, 5),
            key(KeyCode::BTN_TOUCH, 1, 0),
            report(0),
        ],
    );
    assert!(got.is_empty());
}

#[test]
fn with_slots_only_the_first_finger_counts() {
    let mut panel = plain(Protocol::Slots);
    let got = feed(
        &mut panel,
        [
            abs(Axis::ABS_MT_SLOT, 0),
            abs(Axis::ABS_MT_TRACKING_ID, 7),
            abs(Axis::ABS_MT_POSITION_X, 1000),
            abs(Axis::ABS_MT_POSITION_Y, 0),
            key(KeyCode::BTN_TOUCH, 1, 0),
            report(0),
            abs(Axis::ABS_MT_SLOT, 1),
            abs(Axis::ABS_MT_TRACKING_ID, 8),
            abs(Axis::ABS_MT_POSITION_X, 10),
            abs(Axis::ABS_MT_POSITION_Y, 10),
            report(400),
            abs(Axis::ABS_MT_TRACKING_ID, -1),
            report(800),
        ],
    );
    assert_eq!(got, [InputEvent::Touch { x: 1.0, y: 0.0 }]);
}

#[test]
fn lost_events_leave_no_finger_stuck_on_the_panel() {
    let mut panel = plain(Protocol::Slots);
    let down = |id, x| {
        [
            abs(Axis::ABS_MT_SLOT, 0),
            abs(Axis::ABS_MT_TRACKING_ID, id),
            abs(Axis::ABS_MT_POSITION_X, x),
            abs(Axis::ABS_MT_POSITION_Y, 0),
        ]
    };
    assert!(feed(&mut panel, down(1, 100)).is_empty());
    assert_eq!(feed(&mut panel, [report(0)]).len(), 1);
    // The lift is among the events lost; half a report follows.
    let half = [dropped(), abs(Axis::ABS_MT_POSITION_X, 900), report(500)];
    assert!(feed(&mut panel, half).is_empty());
    feed(&mut panel, down(2, 300));
    assert_eq!(
        feed(&mut panel, [report(1000)]),
        [InputEvent::Touch { x: 0.3, y: 0.0 }]
    );
}

/// A tap at (500, 250), its lift among the events lost, and the report that ends them.
fn tapped_and_lost(panel: &mut Translator) {
    let got = feed(
        panel,
        [
            abs(Axis::ABS_X, 500),
            abs(Axis::ABS_Y, 250),
            key(KeyCode::BTN_TOUCH, 1, 0),
            report(0),
            dropped(),
        ],
    );
    assert_eq!(got, [InputEvent::Touch { x: 0.5, y: 0.5 }]);
    assert!(!panel.resumes(), "half a report is still to come");
    assert!(feed(panel, [report(500)]).is_empty());
}

#[test]
fn a_tap_after_lost_events_never_counts_at_the_place_from_before() {
    let mut panel = plain(Protocol::Single);
    tapped_and_lost(&mut panel);
    // y is what it was when events were lost, which nobody has heard of.
    let tap = [
        abs(Axis::ABS_X, 900),
        key(KeyCode::BTN_TOUCH, 1, 1000),
        report(1000),
    ];
    assert!(feed(&mut panel, tap).is_empty());
}

#[test]
fn after_lost_events_the_panel_is_asked_and_a_tap_counts_where_it_says() {
    let mut touched = plain(Protocol::Single);
    tapped_and_lost(&mut touched);
    assert!(touched.resumes());
    touched.resume(Panel {
        last: (Some(500), Some(100)),
        ..panel(Protocol::Single)
    });
    assert!(!touched.resumes(), "it has answered");
    let tap = [
        abs(Axis::ABS_X, 900),
        key(KeyCode::BTN_TOUCH, 1, 1000),
        report(1000),
    ];
    assert_eq!(
        feed(&mut touched, tap),
        [InputEvent::Touch { x: 0.9, y: 0.2 }]
    );
}

#[test]
fn after_lost_events_values_without_a_slot_are_of_the_one_the_panel_names() {
    let mut touched = plain(Protocol::Slots);
    let contact = |id, x| {
        [
            abs(Axis::ABS_MT_TRACKING_ID, id),
            abs(Axis::ABS_MT_POSITION_X, x),
            abs(Axis::ABS_MT_POSITION_Y, 0),
        ]
    };
    feed(&mut touched, [dropped(), report(0)]);
    // Nothing is known of the slot: nothing is asked for.
    feed(&mut touched, contact(1, 100));
    assert!(feed(&mut touched, [report(100)]).is_empty());
    touched.resume(Panel {
        slot: 1,
        ..panel(Protocol::Slots)
    });
    feed(&mut touched, contact(2, 300));
    let got = feed(&mut touched, [report(1000)]);
    assert_eq!(got, [InputEvent::Touch { x: 0.3, y: 0.0 }]);
    // The same finger, said to be in that slot, is no second one.
    feed(&mut touched, [abs(Axis::ABS_MT_SLOT, 1)]);
    feed(&mut touched, contact(2, 400));
    assert!(feed(&mut touched, [report(2000)]).is_empty());
}

#[test]
fn swapped_and_inverted_axes_are_put_right_before_the_rotation() {
    let settings = TouchSettings {
        swap_axes: true,
        invert_x: true,
        invert_y: false,
    };
    let mut panel = touch_panel(Protocol::Single, settings, Rotation::Clockwise90);
    let got = feed(
        &mut panel,
        [
            abs(Axis::ABS_X, 250),
            abs(Axis::ABS_Y, 50),
            key(KeyCode::BTN_TOUCH, 1, 0),
            report(0),
        ],
    );
    // Panel fractions (0.25, 0.1); swapped (0.1, 0.25); x inverted (0.9, 0.25); turned.
    let [InputEvent::Touch { x, y }] = got[..] else {
        panic!("{got:?}");
    };
    assert!((x - 0.25).abs() < 1e-6 && (y - 0.1).abs() < 1e-6, "{x} {y}");
}

#[test]
fn a_value_beyond_the_range_lies_on_the_edge() {
    let mut panel = plain(Protocol::Single);
    let got = feed(
        &mut panel,
        [
            abs(Axis::ABS_X, i32::MIN),
            abs(Axis::ABS_Y, i32::MAX),
            key(KeyCode::BTN_TOUCH, 1, 0),
            report(0),
        ],
    );
    assert_eq!(got, [InputEvent::Touch { x: 0.0, y: 1.0 }]);
}

proptest! {
    #[test]
    fn no_events_break_it_and_every_touch_lies_on_the_picture(
        events in proptest::collection::vec(
            (
                prop::sample::select(vec![0u16, 1, 3, 4, 99]),
                prop::sample::select(vec![
                    0u16, 1, 2, 3, 28, 0x2f, 0x35, 0x36, 0x39, 0x110, 0x14a, 212, 0xffff,
                ]),
                prop_oneof![Just(0), Just(1), Just(2), Just(-1), any::<i32>()],
                0u64..100_000,
            ),
            0..300,
        ),
        slots: bool,
        turned in prop::sample::select(vec![0u16, 90, 180, 270]),
    ) {
        let protocol = if slots { Protocol::Slots } else { Protocol::Single };
        let rotation = Rotation::try_from(turned).unwrap();
        let mut panel = touch_panel(protocol, TouchSettings::default(), rotation);
        for (kind, code, value, ms) in events {
            if let Some(InputEvent::Touch { x, y }) =
                panel.feed(raw(EventType(kind), code, value, ms))
            {
                prop_assert!((0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y));
            }
        }
    }
}
