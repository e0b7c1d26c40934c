//! The worker's own side: opens an engine and answers until its parent is gone.

use std::{
    io::{self, ErrorKind},
    os::{fd::AsFd, unix::net::UnixStream},
};

use super::{
    input::InputReader,
    protocol::{Opening, Ready, Reply, Request, Which, receive, send},
};
use crate::engine::{
    Engine, EngineError, Local, Outputs,
    edgetpu::{Session, usb},
};

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
    let input = InputReader::take(&socket)?;
    let mut opened: Option<Opened> = None;
    let mut content = Vec::new();
    loop {
        let kind = receive(&mut socket, &mut content)?;
        let reply = match (Request::decode(kind, &content)?, &mut opened) {
            (Request::Open(opening, model), _) => {
                let mut steps = socket.try_clone()?;
                let step = |words: &'static str| {
                    // A parent that is gone is noticed at the next read.
                    let _ = Reply::Step(words.into())
                        .encode()
                        .and_then(|message| send(&mut steps, &message));
                };
                match Opened::open(opening, model.to_vec(), step) {
                    Ok(engine) => {
                        let ready = engine.ready();
                        opened = Some(engine);
                        Reply::Ready(ready)
                    }
                    Err(reply) => reply,
                }
            }
            (Request::Infer, Some(engine)) => match engine.infer(input.tensor()) {
                Ok(outputs) => Reply::Outputs(outputs),
                Err(e) => Reply::Failed(e.to_string()),
            },
            (Request::Ping, Some(engine)) => Reply::Pong(engine.devices().len() as u32),
            (Request::Infer | Request::Ping, None) => {
                Reply::Failed("the engine is not open".into())
            }
        };
        send(&mut socket, &reply.encode()?)?;
    }
}

/// The engine of this process.
enum Opened {
    EdgeTpu(Session),
    Cpu(Local),
}

impl Opened {
    /// Opens it, or gives the answer that says why not.
    fn open(
        opening: Opening,
        model: Vec<u8>,
        mut step: impl FnMut(&'static str),
    ) -> Result<Opened, Reply> {
        match opening.which {
            Which::EdgeTpu { library } => Session::open(&library, model, opening.shape, step)
                .map(Opened::EdgeTpu)
                .map_err(Reply::Refused),
            Which::Cpu { threads } => {
                step("opening the model");
                Local::open(model, opening.shape, threads)
                    .map(Opened::Cpu)
                    .map_err(|e| Reply::Failed(e.to_string()))
            }
        }
    }

    fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
        match self {
            Opened::EdgeTpu(session) => session.infer(input),
            Opened::Cpu(local) => local.infer(input),
        }
    }

    /// The accelerators seen now.
    fn devices(&self) -> Vec<String> {
        match self {
            Opened::EdgeTpu(session) => session.devices(),
            Opened::Cpu(_) => Vec::new(),
        }
    }

    fn ready(&self) -> Ready {
        match self {
            Opened::EdgeTpu(session) => ready(session),
            Opened::Cpu(local) => Ready {
                runtime: local.info().runtime.clone(),
                ..Ready::default()
            },
        }
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
