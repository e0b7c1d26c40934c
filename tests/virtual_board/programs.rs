//! The commands that need no device.

use std::process::Command;

use serde_json::Value;

use crate::{
    board::{Board, Equipment, PI4, PI5},
    rig::{Device, SMALL},
};

/// What the board's camera looks at; one verdict each.
const SCENES: [&str; 3] = ["suspect", "clear", "two-nests"];

/// What this machine's own build says of these pictures.
fn assessed_here() -> Vec<Value> {
    let picture = |scene: &&str| {
        format!(
            "{}/target/board/root/scenes/{scene}/720-0.jpg",
            env!("CARGO_MANIFEST_DIR")
        )
    };
    let output = Command::new(env!("CARGO_BIN_EXE_bccscope"))
        .args(["analyze", "--json"])
        .args(SCENES.iter().map(picture))
        .output()
        .expect("the host's own build runs");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    records(&String::from_utf8_lossy(&output.stdout))
}

/// One JSON object a line.
fn records(text: &str) -> Vec<Value> {
    let records: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("analyze writes JSON"))
        .collect();
    assert_eq!(records.len(), SCENES.len(), "{text}");
    records
}

/// The difference of two probabilities that rounding on another processor may make.
const ROUNDING: f64 = 0.02;

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn the_shipped_model_gives_its_known_answers_on_each_processor() {
    // XNNPACK takes other code on a processor that has dot products.
    for (processor, has) in [(PI4, false), (PI5, true)] {
        let equipment = Equipment {
            processor,
            ..Equipment::default()
        };
        let mut board = Board::boot(&format!("model-{processor}"), &equipment);
        println!("{processor}: boot {:.1} s", board.boot_time.as_secs_f32());
        let features = board.ok("grep -m 1 Features /proc/cpuinfo");
        assert_eq!(features.contains("asimddp"), has, "{features}");
        println!("{}", board.ok("bccscope model verify"));
    }
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_picture_gets_the_same_verdict_on_the_board_as_here() {
    let mut board = Device::with_camera("analyze", SMALL).board;
    let pictures = SCENES.map(|scene| format!("/scenes/{scene}/720-0.jpg"));
    let text = board.ok(&format!(
        "bccscope analyze --json {} 2>/dev/null",
        pictures.join(" ")
    ));
    let pairs = records(&text).into_iter().zip(assessed_here());
    for (scene, (there, here)) in SCENES.iter().zip(pairs) {
        println!("{scene}: {}", there["verdict_words"]);
        assert_eq!(there["verdict"], here["verdict"], "{scene}");
        let probability = |assessed: &Value| assessed["bcc"]["probability"].as_f64();
        match (probability(&there), probability(&here)) {
            (Some(there), Some(here)) => assert!(
                (there - here).abs() <= ROUNDING,
                "{scene}: {there} there, {here} here"
            ),
            (there, here) => assert_eq!(there, here, "{scene}"),
        }
    }
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn analysing_opens_no_socket_and_there_is_no_network_to_open_one_to() {
    let mut board = Device::with_camera("sockets", SMALL).board;
    let interfaces = board.ok("ls /sys/class/net");
    assert_eq!(interfaces.trim(), "lo", "a network interface on the board");
    board.ok("strace -f -e trace=%network -o /run/calls bccscope analyze /scenes/clear/720-0.jpg");
    let calls = board.ok("cat /run/calls");
    assert!(
        calls.contains("exited with 0"),
        "nothing was traced: {calls}"
    );
    assert!(!calls.contains("socket("), "{calls}");
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn the_running_device_opens_no_socket_but_to_the_kernel_and_the_watchdog() {
    let mut device = Device::with_camera("run-sockets", SMALL);
    device.board.ok(
        "board-supervisor 60 strace -f -e trace=%network -o /run/calls bccscope -v run \
         >&4 2>&1 &",
    );
    device.wait_live();
    device.board.press("ret");
    device.wait_verdict();
    let calls = device.board.ok("cat /run/calls");
    let sockets: Vec<&str> = calls.lines().filter(|l| l.contains("socket(")).collect();
    println!("{}", sockets.join("\n"));
    assert!(!sockets.is_empty(), "nothing was traced: {calls}");
    let allowed = |call: &&str| call.contains("AF_UNIX") || call.contains("AF_NETLINK");
    assert!(sockets.iter().all(allowed), "{calls}");
}
