//! One boot of the virtual board: QEMU, the agent in the guest, the screen. Everything a boot
//! leaves behind lies in `target/board/tests/<name>/`: the serial log, the device's log, QEMU's own
//! words, and when the test failed, the camera's log and what the screen showed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use image::RgbImage;

use crate::{
    agent::{Agent, Output},
    look,
    qmp::Qmp,
};

/// What a board has besides its camera and a keyboard.
pub struct Equipment {
    /// The processor in QEMU's words.
    pub processor: &'static str,
    /// Width and height of the screen.
    pub screen: (u32, u32),
    /// More of QEMU's arguments.
    pub arguments: Vec<String>,
}

impl Default for Equipment {
    fn default() -> Equipment {
        Equipment {
            processor: PI5,
            screen: (800, 480),
            arguments: Vec::new(),
        }
    }
}

/// A Raspberry Pi 4's processor.
pub const PI4: &str = "cortex-a72";

/// A Raspberry Pi 5's. Emulated, an analysis takes about a third less time on it, probably for its dot
/// products.
pub const PI5: &str = "cortex-a76";

/// A running virtual board.
pub struct Board {
    qemu: Child,
    agent: Agent,
    qmp: Qmp,
    folder: PathBuf,
    started: Instant,
    /// From QEMU's start to the agent's first word; zero where it was not booted.
    pub boot_time: Duration,
}

/// What the device says, on the host: the guest writes it to a virtio port.
const LOG: &str = "device.log";

/// Between two looks at the board; its camera brings a picture every fifth of a second.
const PAUSE: Duration = Duration::from_millis(100);

/// The longest anything on the emulated processor may take: only a board that hangs needs it.
const PATIENCE: Duration = Duration::from_secs(240);

impl Board {
    /// Boots a board; `name` is its folder's.
    pub fn boot(name: &str, equipment: &Equipment) -> Board {
        let mut board = Board::power_on(name, equipment, &[]);
        board.agent.wait_for_up(PATIENCE);
        board.boot_time = board.started.elapsed();
        board
    }

    /// A board that goes on where [`Board::save`] left one with the same equipment.
    pub fn resume(name: &str, equipment: &Equipment, state: &Path) -> Board {
        let from = format!("exec:cat {}", state.display());
        let mut board = Board::power_on(name, equipment, &["-incoming", &from]);
        board.until("the saved board", |board| {
            let status = board.qmp.execute(r#"{"execute":"query-status"}"#);
            // As it was saved; "inmigrate" until all of it has come.
            (status["status"] == "paused").then_some(())
        });
        board.qmp.execute(r#"{"execute":"cont"}"#);
        board
    }

    /// Keeps all this board is and does in a file, and goes on.
    pub fn save(&mut self, state: &Path) {
        let migrate = serde_json::json!({
            "execute": "migrate",
            "arguments": {"uri": format!("exec:cat >{}", state.display())}
        });
        self.qmp.execute(r#"{"execute":"stop"}"#);
        self.qmp.execute(
            r#"{"execute":"migrate-set-parameters","arguments":{"max-bandwidth":4000000000}}"#,
        );
        self.qmp.execute(&migrate.to_string());
        self.until("the state of the board", |board| {
            let status = board.qmp.execute(r#"{"execute":"query-migrate"}"#);
            assert_ne!(status["status"], "failed", "{status}");
            (status["status"] == "completed").then_some(())
        });
        self.qmp.execute(r#"{"execute":"cont"}"#);
    }

    fn power_on(name: &str, equipment: &Equipment, more: &[&str]) -> Board {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let image = root.join("target/board");
        for file in ["vmlinuz", "initramfs"] {
            assert!(
                image.join(file).is_file(),
                "{}: not there; board/virtual/build.sh makes it",
                image.join(file).display()
            );
        }
        let folder = image.join("tests").join(name);
        // What an earlier run left.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the test's folder can be made");
        // A socket's path has at most 107 bytes, so it cannot lie in the folder.
        let sockets = std::env::temp_dir().join(format!("bccscope-{}-{name}", std::process::id()));
        fs::create_dir_all(&sockets).expect("a folder for sockets can be made");
        let (agent, qmp) = (sockets.join("agent"), sockets.join("qmp"));
        let port = |path: &Path| format!("path={},server=on,wait=off", path.display());
        let words = fs::File::create(folder.join("qemu.log")).expect("qemu.log can be made");
        let (width, height) = equipment.screen;
        let started = Instant::now();
        let qemu = Command::new("nice")
            .args(["-n", "5", "qemu-system-aarch64"])
            .args(["-M", "virt,gic-version=3", "-cpu", equipment.processor])
            .args(["-smp", "2", "-m", "1024", "-nic", "none", "-no-reboot"])
            .arg("-kernel")
            .arg(image.join("vmlinuz"))
            .arg("-initrd")
            .arg(image.join("initramfs"))
            .args([
                "-append",
                "console=ttyAMA0 quiet panic=-1 mitigations=off audit=0 mode=test",
            ])
            .arg("-device")
            .arg(format!("virtio-gpu-pci,xres={width},yres={height}"))
            .args(["-device", "virtio-keyboard-pci"])
            .args(["-display", "none", "-monitor", "none"])
            .arg("-serial")
            .arg(format!("file:{}", folder.join("serial.log").display()))
            .args(["-device", "virtio-serial-pci", "-chardev"])
            .arg(format!("socket,id=agent,{}", port(&agent)))
            .args([
                "-device",
                "virtserialport,chardev=agent,name=agent",
                "-chardev",
            ])
            .arg(format!("file,id=log,path={}", folder.join(LOG).display()))
            .args(["-device", "virtserialport,chardev=log,name=log"])
            .arg("-qmp")
            .arg(format!("unix:{}", port(&qmp).trim_start_matches("path=")))
            .args(&equipment.arguments)
            .args(more)
            .stdin(Stdio::null())
            .stdout(words.try_clone().expect("a file handle can be shared"))
            .stderr(words)
            .spawn()
            .expect("qemu-system-aarch64 starts (Debian: qemu-system-arm)");
        let board = Board {
            qemu,
            qmp: Qmp::connect(&qmp, PATIENCE),
            agent: Agent::connect(&agent, PATIENCE),
            folder,
            started,
            boot_time: Duration::ZERO,
        };
        // Only the names are needed up to here.
        let _ = fs::remove_dir_all(&sockets);
        board
    }

    /// Runs a command in the guest.
    pub fn run(&mut self, command: &str) -> Output {
        self.agent.run(command, PATIENCE)
    }

    /// Runs a command that must succeed; what it printed.
    pub fn ok(&mut self, command: &str) -> String {
        let output = self.run(command);
        assert_eq!(output.code, 0, "on the board, {command}: {}", output.text);
        output.text
    }

    /// The bytes of a file in the guest.
    pub fn file(&mut self, path: &str) -> Vec<u8> {
        self.ok(&format!("od -An -v -tx1 {path}"))
            .split_ascii_whitespace()
            .map(|byte| u8::from_str_radix(byte, 16).expect("od writes bytes in hexadecimal"))
            .collect()
    }

    /// The folder of this boot on the host.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the device has said so far, in all its runs: whatever was started with `>&4`.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.folder.join(LOG)).expect("QEMU has made the log");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What the display scans out.
    pub fn screen(&mut self) -> RgbImage {
        let path = self.folder.join("screen.ppm");
        self.qmp.screendump(&path);
        let bytes = fs::read(&path).expect("QEMU has written the screen");
        let _ = fs::remove_file(&path);
        look::ppm(&bytes).expect("QEMU writes a PPM")
    }

    /// Keeps what the screen shows, for people.
    pub fn keep_screen(&mut self, name: &str) -> RgbImage {
        let screen = self.screen();
        let path = self.folder.join(format!("{name}.png"));
        screen.save(&path).expect("a picture can be kept");
        screen
    }

    /// Presses and releases a key of the board's keyboard (QEMU's name of it, e.g. `ret`).
    pub fn press(&mut self, key: &str) {
        for down in ["true", "false"] {
            self.qmp.execute(&format!(
                r#"{{"execute":"input-send-event","arguments":{{"events":[{{"type":"key","data":{{"down":{down},"key":{{"type":"qcode","data":"{key}"}}}}}}]}}}}"#
            ));
        }
    }

    /// Pulls up line 3 of the board's GPIO chip for a tenth of a second, as QEMU's power button
    /// does. No driver of this board takes it.
    pub fn pulse_gpio(&mut self) {
        self.qmp.execute(r#"{"execute":"system_powerdown"}"#);
    }

    /// Asks again and again until there is an answer; fails with `what` when none comes.
    pub fn until<T>(
        &mut self,
        what: &str,
        mut ask: impl FnMut(&mut Board) -> Option<T>,
    ) -> (T, Duration) {
        let started = Instant::now();
        loop {
            if let Some(answer) = ask(self) {
                return (answer, started.elapsed());
            }
            assert!(started.elapsed() < PATIENCE, "never came: {what}");
            thread::sleep(PAUSE);
        }
    }

    /// Waits until the board ends by itself; it does not start again (`-no-reboot`).
    pub fn wait_end(&mut self) -> Duration {
        let started = Instant::now();
        while !matches!(self.qemu.try_wait(), Ok(Some(_))) {
            assert!(started.elapsed() < PATIENCE, "the board goes on");
            thread::sleep(Duration::from_millis(50));
        }
        started.elapsed()
    }

    /// The plug is pulled: whatever the guest had not written is lost.
    pub fn cut_power(&mut self) {
        self.end();
    }

    /// Processor time QEMU has used, in seconds.
    fn processor_time(&self) -> Option<f32> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.qemu.id())).ok()?;
        // After the name in brackets: fields 14 and 15 of proc(5), in hundredths on Linux.
        let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        let field = |n: usize| fields.get(n)?.parse::<f32>().ok();
        Some((field(11)? + field(12)?) / 100.0)
    }

    fn end(&mut self) {
        if let Some(seconds) = self.processor_time() {
            println!(
                "board {}: {:.0} s, {seconds:.0} s of a processor",
                self.folder.file_name().unwrap_or_default().display(),
                self.started.elapsed().as_secs_f32()
            );
        }
        // It may have ended by itself.
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        if thread::panicking() {
            // Best effort: the board may be what failed.
            if let Ok(Some(_)) = self.qemu.try_wait() {
                eprintln!("the board is down; its logs: {}", self.folder.display());
            } else {
                let log = self
                    .agent
                    .try_run("cat /run/camera.log; dmesg | tail -n 60");
                let _ = fs::write(self.folder.join("failed.log"), log);
                let path = self.folder.join("failed.ppm");
                if self.qmp.try_screendump(&path)
                    && let Some(screen) = fs::read(&path).ok().and_then(|b| look::ppm(&b))
                {
                    let _ = screen.save(self.folder.join("failed.png"));
                    let _ = fs::remove_file(&path);
                }
                eprintln!("logs and the screen: {}", self.folder.display());
            }
        }
        self.end();
    }
}
