//! The disk: full, read only, and gone with the power.

use std::{fs, process::Command, time::Duration};

use serde_json::Value;

use crate::{
    board::Board,
    rig::{Device, SMALL},
};

const CASES: &str = "/var/lib/bccscope/cases";

/// Names of the stored cases; each must be whole: its files are there, and its frame is the
/// one that was assessed.
fn whole_cases(board: &mut Board) -> Vec<String> {
    let listed = board.run(&format!("ls {CASES}"));
    let names: Vec<String> = match listed.code {
        0 => listed.text.lines().map(str::to_owned).collect(),
        // No case was stored yet.
        _ => Vec::new(),
    };
    for name in &names {
        let folder = format!("{CASES}/{name}");
        let case: Value = serde_json::from_str(&board.ok(&format!("cat {folder}/case.json")))
            .expect("case.json is whole");
        let wanted = case["frame"]["sha256"].as_str().expect("the frame's hash");
        let sum = board.ok(&format!("sha256sum {folder}/frame.jpg"));
        assert!(sum.starts_with(wanted), "{name}: {sum}");
    }
    if !names.is_empty() {
        let told = board.ok(&format!("bccscope cases {CASES}"));
        let count = format!("{} in {CASES}, 0 damaged", names.len());
        assert!(told.contains(&count), "{told}");
    }
    names
}

/// A verdict on the screen, ready to be stored.
fn verdict(device: &mut Device) {
    device.board.press("ret");
    device.wait_verdict();
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_case_that_does_not_fit_stays_on_the_screen_and_is_stored_when_there_is_room() {
    let mut device = Device::live("disk-full", SMALL);
    verdict(&mut device);
    device.board.press("s");
    device.wait_log("case stored", 1);
    let before = whole_cases(&mut device.board);

    device.leave("esc");
    device.wait_live();
    verdict(&mut device);
    for (number, (spoil, mend)) in [
        (
            "dd if=/dev/zero of=/var/lib/ballast bs=4k 2>/dev/null; true",
            "rm /var/lib/ballast",
        ),
        (
            "mount -o remount,ro /var/lib",
            "mount -o remount,rw /var/lib",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        device.board.ok(spoil);
        device.board.press("s");
        device.wait_log("case not stored", number + 1);
        device.board.ok("sleep 1");
        device.board.keep_screen(&format!("not-stored-{number}"));
        device.wait_verdict();
        assert_eq!(whole_cases(&mut device.board), before);
        device.board.ok(mend);
    }
    let hidden = device
        .board
        .ok(&format!("ls -A {CASES} | grep -c '^\\.' || true"));
    assert_eq!(hidden.trim(), "0", "something half-written is left");
    device.board.press("s");
    device.wait_log("case stored", 2);
    assert_eq!(whole_cases(&mut device.board).len(), before.len() + 1);
    device.still_runs();
}

/// How often the power is cut, each time a little later after the button that stores.
fn cuts() -> u64 {
    std::env::var("BOARD_CUTS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(4)
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn a_power_cut_leaves_whole_cases_only() {
    let disk = std::env::temp_dir().join(format!("bccscope-disk-{}", std::process::id()));
    fs::File::create(&disk)
        .and_then(|file| file.set_len(32 << 20))
        .expect("a disk's file can be made");
    let made = Command::new("/sbin/mkfs.ext4")
        .args(["-q", "-F"])
        .arg(&disk)
        .status();
    assert!(
        made.is_ok_and(|status| status.success()),
        "mkfs.ext4 failed"
    );
    let arguments = vec![
        "-drive".into(),
        format!("if=none,id=disk,format=raw,file={}", disk.display()),
        "-device".into(),
        "virtio-blk-pci,drive=disk".into(),
    ];
    let mut stored = Vec::new();
    for number in 0..=cuts() {
        let mut device = Device::boot("power-cut", SMALL, arguments.clone());
        device.board.ok(
            "while [ ! -b /dev/vda ]; do sleep 0.1; done; modprobe crc32c_generic; modprobe ext4; mount -t ext4 /dev/vda /var/lib && mkdir -p /var/lib/bccscope && \
             chown 1000:1000 /var/lib/bccscope",
        );
        let found = whole_cases(&mut device.board);
        println!("boot {number}: {} whole cases", found.len());
        for name in &stored {
            assert!(found.contains(name), "{name} was stored and is lost");
        }
        if number == cuts() {
            break;
        }
        device.plug_in("camera", "SIM0001", 0);
        device.start();
        device.wait_live();
        // By nobody's process number: at every boot the device may have the same.
        let hidden = device.board.ok(&format!(
            "for i in $(seq 50); do n=$(ls -A {CASES} 2>/dev/null | grep -c '^\\.'); \
             [ \"$n\" = 0 ] && break; sleep 0.1; done; echo $n"
        ));
        assert_eq!(hidden.trim(), "0", "what the cut left half written stays");
        // One that is surely stored, one in the middle of it.
        verdict(&mut device);
        device.board.press("s");
        device.wait_log("case stored", 1);
        stored = whole_cases(&mut device.board);
        device.leave("esc");
        device.wait_live();
        verdict(&mut device);
        device.board.press("s");
        std::thread::sleep(Duration::from_millis(60 * number));
        device.board.cut_power();
    }
    let _ = fs::remove_file(&disk);
}
