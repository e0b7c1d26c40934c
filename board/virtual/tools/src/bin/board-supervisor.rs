//! What a service manager with a hardware watchdog does, on the virtual board: it starts a
//! command and feeds /dev/watchdog as long as the command says that it is alive (sd_notify(3)).
//! Should it fall silent, the kernel's watchdog resets the board.
//!
//! ```text
//! board-supervisor SECONDS COMMAND [ARGUMENT...]
//! ```

use std::{
    error::Error,
    fs::{self, File, Permissions},
    io::Write,
    os::unix::{fs::PermissionsExt, net::UnixDatagram},
    process::Command,
};

const SOCKET: &str = "/run/notify";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [seconds, command, rest @ ..] = arguments.as_slice() else {
        return Err("usage: board-supervisor SECONDS COMMAND [ARGUMENT...]".into());
    };
    let seconds: u64 = seconds.parse()?;
    let socket = UnixDatagram::bind(SOCKET)?;
    // The command runs as another user.
    fs::set_permissions(SOCKET, Permissions::from_mode(0o666))?;
    Command::new(command)
        .args(rest)
        .env("NOTIFY_SOCKET", SOCKET)
        .env("WATCHDOG_USEC", (seconds * 1_000_000).to_string())
        .spawn()?;
    let mut watchdog = None;
    let mut message = [0; 1024];
    loop {
        let length = socket.recv(&mut message)?;
        let text = String::from_utf8_lossy(&message[..length]);
        for line in text.lines() {
            println!("supervisor: {line}");
            match line {
                // From here on somebody watches.
                "READY=1" => watchdog = Some(File::options().write(true).open("/dev/watchdog")?),
                "WATCHDOG=1" => {
                    if let Some(watchdog) = &mut watchdog {
                        watchdog.write_all(b"1")?;
                    }
                }
                _ => {}
            }
        }
    }
}
