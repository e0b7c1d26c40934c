//! uvcsim: the dermatoscope of the virtual board. A USB camera in user space, plugged into
//! this very kernel, whose own `uvcvideo` drives it.
//!
//! ```text
//! uvcsim run  [--speed high|super] [--serial TEXT] [--unplugged] SOCKET SCENES
//! uvcsim tell SOCKET COMMAND...
//! ```
//!
//! `run` is the camera; it looks at the scenes in the folder SCENES (made by
//! `board/virtual/pictures.rs`) and takes commands on the Unix socket SOCKET. `tell` sends one,
//! prints the answer, and leaves with 1 where it was refused. The commands are in
//! `commands.rs`. `run` needs root (`attach` is writable by root only) and the modules
//! vhci-hcd and uvcvideo.

mod behaviour;
mod camera;
mod commands;
mod descriptors;
mod pictures;
mod usbip;
mod vhci;

use std::{
    error::Error,
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use commands::Device;
use descriptors::{Identity, Speed};
use pictures::Scenes;

const USAGE: &str =
    "usage: uvcsim run [--speed high|super] [--serial TEXT] [--unplugged] SOCKET SCENES
       uvcsim tell SOCKET COMMAND...";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let done = match arguments.next().as_deref() {
        Some("run") => run(arguments),
        Some("tell") => tell(arguments),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uvcsim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let mut identity = Identity {
        speed: Speed::Super,
        serial: "SIM0001".into(),
    };
    let mut plugged = true;
    let mut places = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--speed" => {
                identity.speed = match arguments.next().as_deref() {
                    Some("high") => Speed::High,
                    Some("super") => Speed::Super,
                    _ => return Err("--speed is high or super".into()),
                }
            }
            "--serial" => identity.serial = arguments.next().ok_or("--serial needs a text")?,
            "--unplugged" => plugged = false,
            _ => places.push(argument),
        }
    }
    let [socket, scenes] = places.as_slice() else {
        return Err(USAGE.into());
    };
    let scenes = Arc::new(Scenes::read(Path::new(scenes))?);
    // One left behind by a run that was killed.
    let _ = fs::remove_file(socket);
    let listener = UnixListener::bind(socket).map_err(|e| format!("{socket}: {e}"))?;
    let mut device = Device::new(identity, scenes);
    if plugged {
        println!("uvcsim: {}", device.obey("plug")?);
    }
    for connection in listener.incoming() {
        let mut connection = connection?;
        let mut line = String::new();
        BufReader::new(&connection).read_line(&mut line)?;
        let answer = match device.obey(line.trim()) {
            Ok(answer) => format!("ok {answer}\n"),
            Err(error) => format!("refused {error}\n"),
        };
        println!("uvcsim: {}: {}", line.trim(), answer.trim());
        // Whoever asked may be gone by now.
        let _ = connection.write_all(answer.as_bytes());
        if line.trim() == "quit" {
            break;
        }
    }
    let _ = fs::remove_file(socket);
    Ok(())
}

fn tell(mut arguments: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let socket = arguments.next().ok_or(USAGE)?;
    let command = arguments.collect::<Vec<_>>().join(" ");
    let mut connection = UnixStream::connect(&socket).map_err(|e| format!("{socket}: {e}"))?;
    writeln!(connection, "{command}")?;
    let mut answer = String::new();
    BufReader::new(&connection).read_line(&mut answer)?;
    match answer.trim().split_once(' ').unwrap_or((answer.trim(), "")) {
        ("ok", text) => {
            println!("{text}");
            Ok(())
        }
        ("refused", text) => Err(text.into()),
        _ => Err("the camera gave no answer".into()),
    }
}
