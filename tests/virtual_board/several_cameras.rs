//! More than one camera, and the kernel's own test camera with its faults.

use crate::rig::{Device, SMALL, Setup};

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn of_two_cameras_the_chosen_one_is_used_and_never_the_other_in_its_place() {
    // The second root hub port of the emulated controller.
    let second = Setup {
        camera: "SIM0002",
        ..SMALL
    };
    let mut device = Device::boot("cameras", second, Vec::new());
    device.plug_in("one", "SIM0001", 0);
    device.plug_in("two", "SIM0002", 2);
    let listed = device.board.ok("bccscope cameras");
    println!("{listed}");
    let paths: Vec<String> = listed
        .lines()
        .filter_map(|line| line.trim().strip_prefix("usb path"))
        .map(|path| path.trim().to_owned())
        .collect();
    assert_eq!(paths.len(), 2, "{listed}");
    assert_ne!(paths[0], paths[1]);
    // By where it is plugged in, as a bench with two cameras of one make must.
    let chosen = &paths[1];
    device.board.ok(&format!(
        "sed -i 's/SIM0002/{chosen}/' /etc/bccscope/bccscope.toml"
    ));
    device.start();
    device.wait_live();
    device.wait_log(&format!("camera: .*{chosen} "), 1);
    device.board.ok("uvcsim tell /run/two unplug");
    device.wait_message();
    assert_eq!(device.logged(&format!("camera: .*{} ", paths[0])), 0);
    device.board.ok("uvcsim tell /run/two plug");
    device.wait_live();
    assert_eq!(device.logged(&format!("camera: .*{} ", paths[0])), 0);
    device.still_runs();
}

#[test]
#[ignore = "needs the virtual board: run board/virtual/test.sh"]
fn the_kernels_test_camera_is_shown_and_its_faults_are_survived() {
    let mut device = Device::boot("vivid", SMALL, Vec::new());
    device.board.ok(
        "modprobe vivid n_devs=1 node_types=0x1 && while [ ! -e /dev/video0 ]; do sleep 0.1; done",
    );
    // Its colour bars stand still otherwise.
    device
        .board
        .ok("board-control /dev/video0 'Horizontal Movement' 6");
    device.start();
    device.wait_live();
    for (control, value) in [
        ("Percentage of Dropped Buffers", 60),
        ("Percentage of Dropped Buffers", 0),
        ("Inject V4L2_BUF_FLAG_ERROR", 1),
        ("Inject VIDIOC_STREAMON Error", 1),
        ("Inject Fatal Streaming Error", 1),
    ] {
        device
            .board
            .ok(&format!("board-control /dev/video0 '{control}' {value}"));
        let took = device.wait_live();
        println!("{control} {value}: live after {:.1} s", took.as_secs_f32());
        device.still_runs();
    }
    // It is back as soon as nobody holds it: the picture pauses for less than a screendump.
    device.board.ok("board-control /dev/video0 Disconnect 1");
    device.wait_log("vivid was unplugged", 1);
    device.wait_live();
    device.still_runs();
}
