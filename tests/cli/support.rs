//! Runs the program and makes pictures for it.

use std::{
    ffi::OsStr,
    fs,
    io::Cursor,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use bccscope::{model::Task, phantom::Phantom};
use image::{ImageFormat, RgbImage};
use serde_json::Value;
use tempfile::TempDir;

/// A run that takes longer hangs.
const HANGS: Duration = Duration::from_secs(180);

/// How a run ended.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Every line of stdout as JSON.
    pub fn json(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }

    /// Demands this exit code and all these words on stderr.
    pub fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "stderr: {}", self.err);
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in: {}", self.err);
        }
    }
}

/// The repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shipped model.
pub fn shipped() -> PathBuf {
    repository().join("models/bcc8-mnv2")
}

/// The program with the defaults, whatever the machine has in /etc.
pub fn program() -> Command {
    defaults(Command::new(env!("CARGO_BIN_EXE_bccscope")))
}

/// The same as a terminal starts it: under `nohup`, as CI may be, SIGHUP is ignored, and the program
/// leaves it so.
pub fn program_at_a_terminal() -> Command {
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_bccscope")]);
    defaults(command)
}

fn defaults(mut program: Command) -> Command {
    program.arg("--config");
    program.arg(repository().join("board/bccscope.toml"));
    program
}

/// Runs the program with these arguments.
pub fn bccscope<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    ran(program().args(args))
}

/// `bccscope analyze --json` with these arguments.
pub fn analyze<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    ran(program().args(["analyze", "--json"]).args(args))
}

/// Runs a command to its end. Fails where it hangs, panics or dies of a signal.
pub fn ran(command: &mut Command) -> Ran {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let id = child.id();
    let (send, receive) = mpsc::channel();
    thread::spawn(move || send.send(child.wait_with_output()));
    let Ok(output) = receive.recv_timeout(HANGS) else {
        // It would outlive the test otherwise.
        let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
        panic!("the program hangs");
    };
    ended(&output.expect("its output"))
}

/// What an output says.
pub fn ended(output: &Output) -> Ran {
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!err.contains("panicked"), "{err}");
    let code = output.status.code();
    Ran {
        code: code.unwrap_or_else(|| panic!("died of a signal: {:?} {err}", output.status)),
        out: String::from_utf8(output.stdout.clone()).expect("stdout is UTF-8"),
        err,
    }
}

/// A folder of this test's own.
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A drawn lesion.
pub fn picture() -> RgbImage {
    Phantom {
        seed: 2,
        patterns: vec![Task::ArborizingTelangiectasia, Task::Ulceration],
        width: 400,
        height: 300,
    }
    .draw()
    .picture
}

/// A picture as a file's bytes.
pub fn encoded(picture: impl Into<image::DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture
        .into()
        .write_to(&mut bytes, format)
        .expect("a picture encodes");
    bytes.into_inner()
}

/// A lesion, as JPEG.
pub fn lesion() -> Vec<u8> {
    encoded(picture(), ImageFormat::Jpeg)
}

/// Writes a file into a folder and gives its path.
pub fn put(folder: &TempDir, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a file is written");
    path
}

/// Coral's own files, where they lie beside this checkout or its worktrees.
pub fn coral(name: &str) -> Option<Vec<u8>> {
    let found = ["../shared", "../../shared"].iter().find_map(|shared| {
        let folder = repository().join(shared).join("models/coral");
        fs::read(folder.join(name)).ok()
    });
    if found.is_none() {
        println!("skipped: no shared/models/coral/{name}");
    }
    found
}
