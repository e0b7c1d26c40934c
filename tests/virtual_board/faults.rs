//! Every fault of the camera, again and again, in one run of the device. After each the live
//! picture comes back, the program is the same process, and no verdict was ever on the screen.

use std::time::{Duration, Instant};

use crate::{device::Device, look};

/// How often each fault is injected; `BOARD_ROUNDS` makes a longer soak.
fn rounds() -> u32 {
    std::env::var("BOARD_ROUNDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(20)
}

/// A fault: its name, what brings it about, what ends it, and what the screen shows between.
struct Kind {
    name: &'static str,
    begin: &'static str,
    end: &'static str,
    /// The picture goes and a message comes.
    takes_the_picture: bool,
}

const fn frame(name: &'static str) -> Kind {
    Kind {
        name,
        begin: name,
        end: "status",
        takes_the_picture: false,
    }
}

const KINDS: [Kind; 10] = [
    frame("error-bit"),
    frame("truncated"),
    frame("empty"),
    frame("garbage"),
    frame("wrong-size"),
    frame("bus-error"),
    Kind {
        name: "unplug",
        begin: "unplug",
        end: "plug",
        takes_the_picture: true,
    },
    Kind {
        name: "detach",
        begin: "detach",
        end: "plug 21",
        takes_the_picture: true,
    },
    Kind {
        name: "unplug-mid-frame",
        begin: "unplug-mid-frame",
        end: "plug",
        takes_the_picture: true,
    },
    Kind {
        name: "stall",
        begin: "freeze",
        end: "thaw",
        takes_the_picture: true,
    },
];

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn every_fault_of_the_camera_is_survived_and_none_leaves_a_verdict() {
    let mut device = Device::live("faults");
    println!("fault               rounds  recovery median / worst");
    for kind in &KINDS {
        let mut times: Vec<Duration> = (0..rounds()).map(|_| round(&mut device, kind)).collect();
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
fn round(device: &mut Device, kind: &Kind) -> Duration {
    device.camera(kind.begin);
    if kind.takes_the_picture {
        device.wait_message();
    }
    assert_eq!(
        look::verdict(&device.board.screen()),
        None,
        "{}: a verdict",
        kind.name
    );
    device.camera(kind.end);
    let healed = Instant::now();
    device.wait_live();
    healed.elapsed()
}
