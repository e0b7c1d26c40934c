//! Every fault of the camera, again and again, in one run of the device a group. After each the
//! live picture comes back, the program is the same process, and no verdict is left on the screen.

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

/// A fault: its name, what brings it about, what then stands in the device's log and a message on
/// the screen for (nothing: the picture goes on), and what ends it.
struct Kind {
    name: &'static str,
    begin: &'static [&'static str],
    says: Option<&'static str>,
    end: &'static [&'static str],
}

/// A defect the picture goes on with.
const fn frame(name: &'static str, begin: &'static [&'static str]) -> Kind {
    Kind {
        name,
        begin,
        says: None,
        end: &[],
    }
}

const fn outage(
    name: &'static str,
    begin: &'static [&'static str],
    says: &'static str,
    end: &'static [&'static str],
) -> Kind {
    Kind {
        name,
        begin,
        says: Some(says),
        end,
    }
}

const GONE: &str = "was unplugged";

/// Said in place of it where the kernel itself fails: Linux 6.1's `uvcvideo` now and then ends the
/// thread that closes a camera which is being unplugged (an oops in `v4l2_device_release`).
const HUNG: &str = "driver does not return";

const FRAMES: [Kind; 9] = [
    frame("error bit", &["error-bit"]),
    frame("truncated", &["truncated"]),
    frame("empty", &["empty"]),
    frame("garbage", &["garbage"]),
    frame("wrong size", &["wrong-size"]),
    frame("failed URB", &["bus-error"]),
    frame("three in a row", &["truncated", "error-bit", "empty"]),
    frame("slow", &["pace 600", "heal"]),
    frame("no Huffman tables", &["huffman off"]),
];

const CABLE: [Kind; 4] = [
    outage("unplug", &["unplug"], GONE, &["plug"]),
    outage("unplug mid frame", &["unplug-mid-frame"], GONE, &["plug"]),
    outage("another port", &["detach"], GONE, &["plug 21"]),
    outage("slow start", &["unplug"], GONE, &["startup 1500", "plug"]),
];

const STREAM: [Kind; 3] = [
    outage("stall", &["freeze"], "stopped delivering", &["thaw"]),
    // Its first format has 30 frames of 1280 x 720 a second, too much work for this processor.
    outage(
        "format adjusted",
        &["detach"],
        GONE,
        &["adjust on", "pace 200", "plug"],
    ),
    outage(
        "format refused",
        &["detach", "refuse commit", "plug"],
        "failed: ",
        &["heal"],
    ),
];

/// Rounds that begin with a verdict on the screen, which the fault must take away.
const WITH_VERDICT: u32 = 10;

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn every_fault_of_a_frame_is_survived() {
    survive("faults-frames", &FRAMES);
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn every_fault_of_the_cable_is_survived_and_none_leaves_a_verdict() {
    survive("faults-cable", &CABLE);
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn every_fault_of_the_stream_is_survived_and_none_leaves_a_verdict() {
    survive("faults-stream", &STREAM);
}

/// All rounds of these faults, in one run of one process.
fn survive(name: &str, kinds: &[Kind]) {
    let mut device = Device::live(name, SMALL);
    println!("fault               rounds  recovery median / worst");
    for kind in kinds {
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
    println!("threads lost in the kernel: {}", device.logged(HUNG));
    let memory = "grep VmHWM /proc/$(cat /run/bccscope.pid)/status";
    println!("{}", device.board.ok(memory));
}

/// Injects the fault once; the time from its end to the live picture.
fn round(device: &mut Device, kind: &Kind, number: u32) -> Duration {
    let said = kind
        .says
        .map(|says| (says, device.logged(says) + device.logged(HUNG)));
    if said.is_some() && number.is_multiple_of(WITH_VERDICT) {
        device.board.press("ret");
        device.wait_verdict();
    }
    for command in kind.begin {
        device.camera(command);
    }
    if let Some((says, before)) = said {
        device.wait_one_of(&[says, HUNG], before + 1);
        device.wait_message();
    }
    let verdict = look::verdict(&device.board.screen());
    assert_eq!(verdict, None, "{}: a verdict", kind.name);
    for command in kind.end {
        device.camera(command);
    }
    let healed = Instant::now();
    match said {
        None => device.wait_moves(2),
        Some(_) => device.wait_live(),
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
        device.leave("esc");
        device.wait_no_verdict();
        device.wait_moves(1);
        assert_eq!(device.logged("frames scored"), number);
    }
    device.still_runs();
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_driver_that_does_not_return_is_given_up_and_the_picture_comes_back() {
    let mut device = Device::live("driver-hangs", SMALL);
    device.board.press("ret");
    device.wait_verdict();
    // The thread that asks the driver is held at its next call for half a minute.
    device.board.ok(
        "thread=$(grep -lx camera-driver /proc/$(cat /run/bccscope.pid)/task/*/comm | cut -d/ -f5) && \
         strace -p $thread -e trace=ioctl -e inject=ioctl:delay_enter=30000000:when=1 -o /run/calls 2>/run/strace & \
         sleep 1; cat /run/strace",
    );
    device.wait_message();
    assert_eq!(look::verdict(&device.board.screen()), None);
    println!(
        "given up {:.1} s later",
        device.wait_log(HUNG, 1).as_secs_f32()
    );
    device.wait_message();
    device.board.keep_screen("given-up");
    // The one that was given up still has the camera: it is free when the call returns.
    println!("live {:.1} s later", device.wait_live().as_secs_f32());
    device.still_runs();
}
