//! Every fault of the camera, again and again, in one run of the device. After each the live
//! picture comes back, the program is the same process, and no verdict is left on the screen.

use std::time::{Duration, Instant};

use crate::{
    look::{self, Verdict},
    rig::{Device, SMALL},
};

/// How often each fault is injected; `BOARD_ROUNDS` makes a longer soak.
fn rounds() -> u32 {
    std::env::var("BOARD_ROUNDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(20)
}

/// What the screen shows while the fault lasts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shows {
    /// A picture that goes on.
    Picture,
    /// A message in place of the picture.
    Message,
}

/// A fault: its name, what brings it about, what the screen shows then, and what ends it.
struct Kind {
    name: &'static str,
    begin: &'static [&'static str],
    shows: Shows,
    end: &'static [&'static str],
}

/// A defect of one frame.
const fn frame(name: &'static str, begin: &'static [&'static str]) -> Kind {
    Kind {
        name,
        begin,
        shows: Shows::Picture,
        end: &[],
    }
}

const fn outage(
    name: &'static str,
    begin: &'static [&'static str],
    end: &'static [&'static str],
) -> Kind {
    Kind {
        name,
        begin,
        shows: Shows::Message,
        end,
    }
}

const KINDS: [Kind; 16] = [
    frame("error bit", &["error-bit"]),
    frame("truncated", &["truncated"]),
    frame("empty", &["empty"]),
    frame("garbage", &["garbage"]),
    frame("wrong size", &["wrong-size"]),
    frame("failed URB", &["bus-error"]),
    frame("three in a row", &["truncated", "error-bit", "empty"]),
    frame("slow", &["pace 600", "heal"]),
    frame("no Huffman tables", &["huffman off"]),
    outage("unplug", &["unplug"], &["plug"]),
    outage("unplug mid frame", &["unplug-mid-frame"], &["plug"]),
    outage("another port", &["detach"], &["plug 21"]),
    outage("stall", &["freeze"], &["thaw"]),
    outage("slow start", &["unplug"], &["startup 1500", "plug"]),
    outage("format adjusted", &["detach"], &["adjust on", "plug"]),
    outage(
        "format refused",
        &["detach", "refuse commit", "plug"],
        &["heal"],
    ),
];

/// Rounds that begin with a verdict on the screen, which the fault must take away.
const WITH_VERDICT: u32 = 10;

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn every_fault_of_the_camera_is_survived_and_none_leaves_a_verdict() {
    let mut device = Device::live("faults", SMALL);
    println!("fault               rounds  recovery median / worst");
    for kind in &KINDS {
        let mut times: Vec<Duration> = (0..rounds())
            .map(|number| round(&mut device, kind, number))
            .collect();
        device.camera("heal");
        times.sort();
        println!(
            "{:<20}{:>6}  {:.1} s / {:.1} s",
            kind.name,
            times.len(),
            times[times.len() / 2].as_secs_f32(),
            times[times.len() - 1].as_secs_f32()
        );
        device.still_runs();
    }
    println!(
        "{}",
        device
            .board
            .ok("grep VmHWM /proc/$(cat /run/bccscope.pid)/status")
    );
}

/// Injects the fault once; the time from its end to the live picture.
fn round(device: &mut Device, kind: &Kind, number: u32) -> Duration {
    if kind.shows == Shows::Message && number.is_multiple_of(WITH_VERDICT) {
        device.board.press("ret");
        device.wait_verdict();
    }
    for command in kind.begin {
        device.camera(command);
    }
    if kind.shows == Shows::Message {
        device.wait_message();
    }
    let verdict = look::verdict(&device.board.screen());
    assert_eq!(verdict, None, "{}: a verdict", kind.name);
    for command in kind.end {
        device.camera(command);
    }
    let healed = Instant::now();
    match kind.shows {
        Shows::Picture => device.wait_moves(2),
        Shows::Message => device.wait_live(),
    };
    healed.elapsed()
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_bouncing_button_is_one_press_and_refused_controls_change_nothing() {
    let mut device = Device::with_camera("button", SMALL);
    device.camera("refuse controls");
    device.start();
    device.wait_live();
    for number in 1..=rounds() as usize {
        device.camera("button 4");
        assert_eq!(device.wait_verdict(), Verdict::Suspected);
        device.board.press("esc");
        device.wait_no_verdict();
        device.wait_moves(1);
        assert_eq!(device.logged("frames scored"), number);
    }
    device.still_runs();
}
