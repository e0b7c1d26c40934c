//! The line to the guest's first process (`board/virtual/init`), over a virtio port.

use std::{
    io::{BufRead, BufReader, ErrorKind, Write},
    os::unix::net::UnixStream,
    path::Path,
    thread,
    time::{Duration, Instant},
};

/// What a command in the guest did.
#[derive(Debug)]
pub struct Output {
    /// Its exit code.
    pub code: i32,
    /// What it printed, on stdout and stderr together.
    pub text: String,
}

/// The line.
pub struct Agent {
    reader: BufReader<UnixStream>,
    number: u64,
}

/// Connects to a socket QEMU is about to make.
pub fn connect(path: &Path, patience: Duration) -> UnixStream {
    let started = Instant::now();
    loop {
        match UnixStream::connect(path) {
            Ok(stream) => return stream,
            Err(e) => assert!(
                started.elapsed() < patience,
                "QEMU does not answer at {}: {e}",
                path.display()
            ),
        }
        thread::sleep(Duration::from_millis(20));
    }
}

impl Agent {
    /// Connects to the port.
    pub fn connect(path: &Path, patience: Duration) -> Agent {
        Agent {
            reader: BufReader::new(connect(path, patience)),
            number: 0,
        }
    }

    /// Waits for the guest's first word.
    pub fn wait_for_up(&mut self, patience: Duration) {
        let said = self.read_until("@@ up", patience);
        assert!(said.is_ok(), "the board did not boot: see serial.log");
    }

    /// Runs a command.
    pub fn run(&mut self, command: &str, patience: Duration) -> Output {
        match self.exchange(command, patience) {
            Ok(output) => output,
            Err(why) => panic!("on the board, {command}: {why}"),
        }
    }

    /// What a command printed, or why it could not be run.
    pub fn try_run(&mut self, command: &str) -> String {
        self.exchange(command, Duration::from_secs(10))
            .map_or_else(|why| why, |output| output.text)
    }

    fn exchange(&mut self, command: &str, patience: Duration) -> Result<Output, String> {
        assert!(!command.contains('\n'), "a command is one line: {command}");
        self.number += 1;
        writeln!(self.reader.get_mut(), "{} {command}", self.number).map_err(|e| e.to_string())?;
        let end = format!("@@ {} ", self.number);
        let (mut text, code) = self.read_until(&end, patience)?;
        // The agent puts a line break of its own before its mark.
        text.pop();
        let code = code
            .trim()
            .parse()
            .map_err(|_| format!("exit code {code}"))?;
        Ok(Output { code, text })
    }

    /// Everything up to the line that begins with `mark`, and the rest of that line.
    fn read_until(&mut self, mark: &str, patience: Duration) -> Result<(String, String), String> {
        let started = Instant::now();
        let mut text = Vec::new();
        let mut line = Vec::new();
        self.reader
            .get_ref()
            .set_read_timeout(Some(Duration::from_millis(200)))
            .map_err(|e| e.to_string())?;
        loop {
            match self.reader.read_until(b'\n', &mut line) {
                Ok(0) => return Err("the line is closed".into()),
                Ok(_) if line.ends_with(b"\n") => {
                    if let Some(rest) = line.strip_prefix(mark.as_bytes()) {
                        let rest = String::from_utf8_lossy(rest).into_owned();
                        return Ok((String::from_utf8_lossy(&text).into_owned(), rest));
                    }
                    text.append(&mut line);
                }
                Ok(_) => {}
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(e) => return Err(e.to_string()),
            }
            if started.elapsed() > patience {
                return Err(format!("no answer within {} s", patience.as_secs()));
            }
        }
    }
}
