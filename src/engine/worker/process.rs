//! The parent's handle on a worker: every exchange has an end in time, and what happened to
//! it is told in words.

use std::{
    io::{self, ErrorKind, Read, Write},
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::ExitStatusExt},
    },
    path::Path,
    process::{Child, ChildStderr, Command, ExitStatus, Stdio},
    sync::PoisonError,
    thread,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

use super::{
    Failure, Probe,
    input::InputWriter,
    last_words::{self, LastWords},
    protocol::{Opening, Ready, Reply, Request, garbled, header},
};
use crate::engine::Outputs;

/// The hidden command that is a worker.
pub(super) const COMMAND: &str = "engine-worker";

/// A running worker with an open engine. Killed when dropped.
pub(super) struct Worker {
    child: Option<Child>,
    socket: UnixStream,
    input: InputWriter,
    step: String,
    last_words: LastWords,
    pub ready: Ready,
    pub heard: Instant,
}

impl Worker {
    /// Starts `program`, bccscope itself, and lets it open an engine with this model.
    pub fn start(
        program: &Path,
        opening: &Opening,
        model: &[u8],
        limit: Duration,
    ) -> Result<Worker, Failure> {
        let until = Instant::now() + limit;
        let not_started = |e: io::Error| Failure::NotStarted(e.to_string());
        let (socket, theirs) = UnixStream::pair().map_err(not_started)?;
        socket.set_nonblocking(true).map_err(not_started)?;
        let input = InputWriter::new(opening.shape.input_len(), &socket).map_err(not_started)?;
        let child = Command::new(program)
            .arg(COMMAND)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(not_started)?;
        let mut worker =
            Worker::of(child, socket, input, last_words::listen).map_err(not_started)?;
        let message = Request::open(opening, model).map_err(not_started)?;
        match worker.exchange(&message, limit, until)? {
            Reply::Ready(ready) => worker.ready = ready,
            Reply::Refused(trouble) if trouble.is_absence() => {
                return Err(Failure::Absent(trouble));
            }
            Reply::Refused(trouble) => return Err(Failure::Refused(trouble)),
            Reply::Failed(words) => return Err(Failure::Failed(words)),
            _ => return Err(Failure::Failed(garbled().to_string())),
        }
        Ok(worker)
    }

    /// Owns the process first: whatever fails from here on, it is killed.
    fn of(
        mut child: Child,
        socket: UnixStream,
        input: InputWriter,
        listen: impl FnOnce(ChildStderr, LastWords) -> io::Result<()>,
    ) -> io::Result<Worker> {
        let stderr = child.stderr.take();
        let worker = Worker {
            child: Some(child),
            socket,
            input,
            step: "its start".into(),
            last_words: LastWords::default(),
            ready: Ready::default(),
            heard: Instant::now(),
        };
        if let Some(stderr) = stderr {
            listen(stderr, worker.last_words.clone())?;
        }
        Ok(worker)
    }

    /// Of its process.
    pub fn process_id(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// One inference.
    pub fn infer(
        &mut self,
        input: &[i8],
        limit: Duration,
        until: Instant,
    ) -> Result<Outputs, Failure> {
        self.step = "an inference".into();
        // The worker has read the one before: its answer came, or this would be another worker.
        self.input
            .write(input)
            .map_err(|e| Failure::Failed(e.to_string()))?;
        match self.exchange(&Request::infer(), limit, until)? {
            Reply::Outputs(outputs) => Ok(outputs),
            Reply::Failed(words) => Err(Failure::Failed(words)),
            _ => Err(Failure::Failed(garbled().to_string())),
        }
    }

    /// Asks a question whose answer is known, and gives the largest difference of a score.
    pub fn prove(
        &mut self,
        probe: &Probe,
        most: f32,
        limit: Duration,
        until: Instant,
    ) -> Result<f32, Failure> {
        let difference = probe.difference(&self.infer(&probe.input, limit, until)?);
        if difference <= most {
            return Ok(difference);
        }
        Err(Failure::Wrong(format!(
            "a score of a known answer differs from the CPU's by {difference:.2} where {most:.2} \
             is allowed"
        )))
    }

    /// Whether it lives and still sees its accelerator.
    pub fn ping(&mut self, limit: Duration) -> Result<(), Failure> {
        self.step = "a heartbeat".into();
        match self.exchange(&Request::ping(), limit, Instant::now() + limit)? {
            Reply::Pong(0) => Err(Failure::Gone),
            Reply::Pong(_) => Ok(()),
            Reply::Failed(words) => Err(Failure::Failed(words)),
            _ => Err(Failure::Failed(garbled().to_string())),
        }
    }

    fn exchange(
        &mut self,
        message: &[u8],
        limit: Duration,
        until: Instant,
    ) -> Result<Reply, Failure> {
        let outcome = self.send(message, until).and_then(|()| {
            loop {
                match self.receive(until)? {
                    Reply::Step(step) => self.step = step,
                    reply => return Ok(reply),
                }
            }
        });
        self.heard = Instant::now();
        outcome.map_err(|e| match e.kind() {
            ErrorKind::TimedOut => Failure::Late {
                step: self.step.clone(),
                after: limit,
            },
            ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
                self.death()
            }
            _ => Failure::Failed(e.to_string()),
        })
    }

    fn send(&mut self, mut message: &[u8], until: Instant) -> io::Result<()> {
        while !message.is_empty() {
            let left = left(until)?;
            match self.socket.write(message) {
                Ok(0) => return Err(ErrorKind::BrokenPipe.into()),
                Ok(sent) => message = message.get(sent..).unwrap_or_default(),
                Err(e) => self.wait(e, PollFlags::OUT, left)?,
            }
        }
        Ok(())
    }

    fn receive(&mut self, until: Instant) -> io::Result<Reply> {
        let mut first = [0; 5];
        self.fill(&mut first, until)?;
        let (kind, length) = header(first)?;
        let mut content = vec![0; length];
        self.fill(&mut content, until)?;
        Reply::decode(kind, &content)
    }

    fn fill(&mut self, mut buffer: &mut [u8], until: Instant) -> io::Result<()> {
        while !buffer.is_empty() {
            let left = left(until)?;
            match self.socket.read(buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(got) => buffer = buffer.get_mut(got..).unwrap_or_default(),
                Err(e) => self.wait(e, PollFlags::IN, left)?,
            }
        }
        Ok(())
    }

    /// Waits until the socket may go on, or so long, where `stopped` only says that it would
    /// block. By poll: a socket's own timeout ends on the kernel's timer wheel, up to 32 ms late
    /// at 250 ms, and the verdict with it.
    fn wait(&self, stopped: io::Error, go: PollFlags, at_most: Duration) -> io::Result<()> {
        match stopped.kind() {
            ErrorKind::Interrupted => return Ok(()),
            ErrorKind::WouldBlock => {}
            _ => return Err(stopped),
        }
        let limit = Timespec::try_from(at_most).map_err(|_| ErrorKind::InvalidInput)?;
        match poll(&mut [PollFd::new(&self.socket, go)], Some(&limit)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }

    /// How it ended. Its socket is closed, so it is about to.
    fn death(&mut self) -> Failure {
        let waited = Instant::now();
        let status = loop {
            match self.child.as_mut().map(Child::try_wait) {
                Some(Ok(Some(status))) => break Some(status),
                Some(Ok(None)) if waited.elapsed() < Duration::from_millis(20) => {
                    thread::sleep(Duration::from_millis(1));
                }
                _ => break None,
            }
        };
        let words = self
            .last_words
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Failure::Died {
            how: status.map_or_else(|| "closed its socket".into(), ending),
            step: self.step.clone(),
            words: words.back().cloned().unwrap_or_default(),
        }
    }
}

impl Drop for Worker {
    /// Kills it. One that hangs in the kernel ends later: nobody waits for it here.
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let _ = child.kill();
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        let reaper = thread::Builder::new().name("reaper".into());
        if let Err(e) = reaper.spawn(move || child.wait()) {
            log::warn!("a worker that ended is not waited for: {e}");
        }
    }
}

/// How much time is left, if any.
fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(ErrorKind::TimedOut.into());
    }
    Ok(left)
}

fn ending(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => match signal {
            4 => "SIGILL".into(),
            6 => "SIGABRT".into(),
            7 => "SIGBUS".into(),
            9 => "SIGKILL".into(),
            11 => "SIGSEGV".into(),
            other => format!("signal {other}"),
        },
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "unknown".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_nobody_can_listen_to_is_killed() {
        let (socket, _theirs) = UnixStream::pair().unwrap();
        let input = InputWriter::new(4, &socket).unwrap();
        let child = Command::new("sleep")
            .arg("600")
            .stderr(Stdio::piped())
            .spawn()
            .expect("sleep is there");
        let process = format!("/proc/{}", child.id());
        let no_thread = |_, _| Err(io::Error::other("no more threads"));
        let refused = Worker::of(child, socket, input, no_thread).err();
        assert_eq!(refused.expect("an error").to_string(), "no more threads");
        // Killed and waited for: a process that only ended would still be there.
        let patience = Instant::now();
        while Path::new(&process).exists() {
            assert!(patience.elapsed() < Duration::from_secs(30), "it runs on");
            thread::sleep(Duration::from_millis(2));
        }
    }
}
