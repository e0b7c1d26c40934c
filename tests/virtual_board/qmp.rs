//! QEMU's machine protocol, as much as a screen and a keyboard need.

use std::{
    io::{BufRead, BufReader, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use serde_json::Value;

use crate::agent;

/// The connection.
pub struct Qmp {
    reader: BufReader<UnixStream>,
}

impl Qmp {
    /// Connects and leaves the negotiation behind.
    pub fn connect(path: &Path, patience: Duration) -> Qmp {
        let stream = agent::connect(path, patience);
        stream
            .set_read_timeout(Some(patience))
            .expect("a read timeout can be set");
        let mut qmp = Qmp {
            reader: BufReader::new(stream),
        };
        qmp.execute(r#"{"execute":"qmp_capabilities"}"#);
        qmp
    }

    /// One command that must succeed; what it returns.
    pub fn execute(&mut self, command: &str) -> Value {
        match self.try_execute(command) {
            Ok(value) => value,
            Err(why) => panic!("QEMU, {command}: {why}"),
        }
    }

    fn try_execute(&mut self, command: &str) -> Result<Value, String> {
        writeln!(self.reader.get_mut(), "{command}").map_err(|e| e.to_string())?;
        loop {
            let mut line = String::new();
            match self.reader.read_line(&mut line) {
                Ok(0) => return Err("QEMU has ended".into()),
                Ok(_) => {}
                Err(e) => return Err(e.to_string()),
            }
            let mut answer: Value = serde_json::from_str(&line).map_err(|e| e.to_string())?;
            if let Some(value) = answer.get_mut("return") {
                return Ok(value.take());
            }
            if let Some(error) = answer.get("error") {
                return Err(error.to_string());
            }
            // The greeting, or an event.
        }
    }

    /// Writes what the display scans out as PPM.
    pub fn screendump(&mut self, path: &Path) {
        self.execute(&screendump(path));
    }

    /// The same where it may fail.
    pub fn try_screendump(&mut self, path: &Path) -> bool {
        self.try_execute(&screendump(path)).is_ok()
    }
}

fn screendump(path: &Path) -> String {
    serde_json::json!({
        "execute": "screendump",
        "arguments": {"filename": path, "format": "ppm"}
    })
    .to_string()
}
