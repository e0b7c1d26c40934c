//! The device from outside: commands on stdin, screens as PNG, cases on disk.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::support::{bccscope, ended, folder, program_at_a_terminal};

/// Long enough for a loaded machine; every wait ends as soon as what it waits for is there.
const PATIENCE: Duration = Duration::from_secs(90);

struct Device {
    child: Child,
}

impl Device {
    fn start(folder: &Path, arguments: &[&str]) -> Device {
        let child = program_at_a_terminal()
            .args(["run", "--display", "png", "--size", "800x480", "--screens"])
            .arg(folder.join("screens"))
            .arg("--cases")
            .arg(folder.join("cases"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the device starts");
        Device { child }
    }

    fn tell(&mut self, command: &str) {
        let stdin = self.child.stdin.as_mut().expect("a pipe");
        writeln!(stdin, "{command}").expect("the device listens");
    }

    fn until(&mut self, what: &str, mut holds: impl FnMut() -> bool) {
        let start = Instant::now();
        while !holds() {
            if start.elapsed() > PATIENCE {
                // It would outlive the test otherwise.
                let _ = self.child.kill();
                panic!("waited in vain until {what}");
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sends a signal and waits until it has ended it.
    fn send(&mut self, signal: &str) {
        let sent = std::process::Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success());
        let start = Instant::now();
        while self.child.try_wait().expect("it is ours").is_none() {
            if start.elapsed() > PATIENCE {
                let _ = self.child.kill();
                panic!("{signal} did not end it");
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn end(mut self) {
        self.tell("quit");
        let output = self.child.wait_with_output().expect("its output");
        let ran = ended(&output);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
}

fn screen(folder: &Path) -> Option<image::RgbImage> {
    Some(
        image::open(folder.join("screens/screen.png"))
            .ok()?
            .into_rgb8(),
    )
}

fn cases(folder: &Path) -> Vec<String> {
    let Ok(listed) = fs::read_dir(folder.join("cases")) else {
        return vec![];
    };
    let names = listed.flatten();
    names
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect()
}

#[test]
fn a_phantom_is_captured_and_stored_by_commands_on_stdin() {
    let folder = folder();
    let mut device = Device::start(folder.path(), &["--source", "phantom:seed=3,patterns=UL"]);
    device.until("there is a screen", || screen(folder.path()).is_some());
    assert_eq!(
        screen(folder.path()).map(|s| s.dimensions()),
        Some((800, 480))
    );
    // A capture on a result leads back to the live picture, so commands alternate slowly: one
    // comes too early or is obeyed, and `save` is obeyed on a result only.
    for command in ["capture", "save"].iter().cycle().take(60) {
        if !cases(folder.path()).is_empty() {
            break;
        }
        device.tell(command);
        thread::sleep(Duration::from_millis(1500));
    }
    let stored = cases(folder.path());
    assert!(
        stored
            .first()
            .is_some_and(|name| name.ends_with("-PHANTOM")),
        "{stored:?}"
    );
    device.end();
    what_was_stored_is_listed_and_damage_to_it_is_told(&folder.path().join("cases"), &stored[0]);
}

fn what_was_stored_is_listed_and_damage_to_it_is_told(cases: &Path, name: &str) {
    let at = cases.display().to_string();
    let listed = bccscope(["cases", &at]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    for words in [
        name,
        "[PHANTOM]",
        "BCC ",
        "CPU; bcc8-mnv2",
        ", 0 damaged; decision support",
    ] {
        assert!(
            listed.out.contains(words),
            "no {words:?} in: {}",
            listed.out
        );
    }
    let json = bccscope(["cases", "--json", &at]).json();
    assert_eq!(json[0]["name"], name);
    assert_eq!(json[0]["case"]["stand_ins"][0], "PHANTOM");
    let frame = json[0]["case"]["files"][0].as_str().expect("a file");
    fs::write(cases.join(name).join(frame), "another one").expect("written");
    let damaged = bccscope(["cases", &at]);
    damaged.refused(1, &[name, "not the frame that was assessed"]);
    assert!(
        damaged.out.contains("DAMAGED") && !damaged.out.contains("BCC "),
        "{}",
        damaged.out
    );
    bccscope(["cases", &format!("{at}-elsewhere")])
        .refused(1, &["-elsewhere: the cases cannot be read"]);
}

#[test]
fn a_signal_ends_the_device_in_good_order() {
    for signal in ["-TERM", "-HUP", "-QUIT"] {
        let folder = folder();
        let mut device = Device::start(folder.path(), &["--source", "phantom"]);
        device.until("there is a screen", || screen(folder.path()).is_some());
        device.send(signal);
        let output = device.child.wait_with_output().expect("its output");
        assert!(output.status.success(), "{signal}: {:?}", output.status);
    }
}

#[test]
fn a_recording_is_finished_when_its_terminal_is_closed() {
    let folder = folder();
    let run = folder.path().join("run");
    let child = program_at_a_terminal()
        .arg("record")
        .arg(&run)
        .args(["--seconds", "600", "--source", "phantom"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut device = Device { child };
    device.until("there is a frame", || run.join("000002.jpg").exists());
    device.send("-HUP");
    let output = device.child.wait_with_output().expect("its output");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let index = fs::read_to_string(run.join("index.jsonl")).expect("an index");
    let last = index.lines().last().unwrap_or_default();
    assert!(last.contains("\"end\""), "{last}");
}

#[test]
fn a_device_without_a_display_says_what_was_tried() {
    let ran = bccscope(["run", "--source", "phantom", "--display", "fbdev"]);
    if ran.code == 0 {
        eprintln!("skipped: this machine has a framebuffer");
        return;
    }
    ran.refused(1, &["no display works", "fbdev"]);
}

#[test]
fn a_recorded_run_is_replayed_to_the_same_results() {
    let folder = folder();
    let run = folder.path().join("run");
    let recorded = bccscope([
        "record",
        &run.display().to_string(),
        "--frames",
        "4",
        "--source",
        "phantom:patterns=AT",
    ]);
    assert_eq!(recorded.code, 0, "{}", recorded.err);
    let replay = || {
        let ran = bccscope(["replay", "--json", &run.display().to_string()]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let mut lines = ran.json();
        for line in &mut lines {
            if let Some(object) = line.as_object_mut() {
                object.remove("elapsed_ms");
            }
        }
        lines
    };
    let first = replay();
    assert_eq!(first.iter().filter(|l| l["verdict"].is_string()).count(), 4);
    assert_eq!(first[0]["event"], "opened");
    let stand_ins = first.iter().filter(|l| l["frame"]["stand_in"] == "REPLAY");
    assert_eq!(stand_ins.count(), 4);
    assert_eq!(first, replay());
}
