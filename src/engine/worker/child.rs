//! The worker's own side: opens the accelerator and answers until its parent is gone.

use std::{
    io::{self, ErrorKind},
    os::{fd::AsFd, unix::net::UnixStream},
};

use super::protocol::{Ready, Reply, Request, receive, send};
use crate::engine::edgetpu::{Session, usb};

/// Serves the parent at the other end of stdin, a socket.
///
/// # Errors
/// When stdin is no such socket, or the parent talks nonsense.
pub fn serve() -> io::Result<()> {
    // Where the parent dies while a library hangs, so does this process. Its own parent thread
    // lives as long as the engine.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    match answer(socket) {
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => Ok(()),
        other => other,
    }
}

fn answer(mut socket: UnixStream) -> io::Result<()> {
    let mut session: Option<Session> = None;
    loop {
        let (kind, content) = receive(&mut socket)?;
        let reply = match (Request::decode(kind, content)?, &mut session) {
            (Request::Open(opening, model), _) => {
                let mut steps = socket.try_clone()?;
                let step = |words: &'static str| {
                    // A parent that is gone is noticed at the next read.
                    let _ = Reply::Step(words.into())
                        .encode()
                        .and_then(|message| send(&mut steps, &message));
                };
                match Session::open(&opening.library, model, opening.shape, step) {
                    Ok(open) => {
                        let ready = ready(&open);
                        session = Some(open);
                        Reply::Ready(ready)
                    }
                    Err(trouble) => Reply::Refused(trouble),
                }
            }
            (Request::Infer(input), Some(open)) => match open.infer(&input) {
                Ok(outputs) => Reply::Outputs(outputs),
                Err(e) => Reply::Failed(e.to_string()),
            },
            (Request::Ping, Some(open)) => Reply::Pong(open.devices().len() as u32),
            (Request::Infer(_) | Request::Ping, None) => {
                Reply::Failed("the accelerator is not open".into())
            }
        };
        send(&mut socket, &reply.encode()?)?;
    }
}

fn ready(session: &Session) -> Ready {
    let devices = session.devices();
    let mut notes: Vec<String> = usb::look().port().map(Into::into).into_iter().collect();
    if devices.len() > 1 {
        notes.push(format!(
            "{} accelerators are plugged in, one is used: {}",
            devices.len(),
            devices.join(", ")
        ));
    }
    Ready {
        library: session.library_version(),
        runtime: session.runtime_version(),
        devices,
        notes,
    }
}
