//! The log on stderr: with times for people, and as the journal wants it where systemd has
//! connected stderr to the journal (which has times of its own).

use std::{
    env, fs,
    io::{self, Write},
    panic,
    path::Path,
    thread,
};

use log::{Level, LevelFilter};

use crate::config::DEFAULT_PATH;

/// Starts the log; `verbose` as often as it was asked for.
pub(super) fn init(verbose: u8) {
    let level = match verbose {
        0 => LevelFilter::Warn,
        1 => LevelFilter::Info,
        _ => LevelFilter::Debug,
    };
    let mut builder = env_logger::Builder::new();
    builder.filter_level(level).parse_default_env();
    if journal_reads_stderr() {
        builder.format(|out, record| {
            let lines = for_journal(record.level(), &record.args().to_string());
            out.write_all(lines.as_bytes())
        });
        panic::set_hook(Box::new(|panic| {
            let thread = thread::current();
            log::error!("thread {} {panic}", thread.name().unwrap_or("of no name"));
        }));
    }
    builder.init();
}

/// The first line: which program, on which kernel, with which settings. Whoever gets only the log
/// knows then what it is of.
pub(super) fn say_what_runs(config: Option<&Path>) {
    let version = env!("CARGO_PKG_VERSION");
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease");
    let kernel = kernel.as_deref().map_or("of unknown release", str::trim);
    let settings = match config {
        Some(path) => path.display().to_string(),
        None if Path::new(DEFAULT_PATH).exists() => DEFAULT_PATH.to_owned(),
        None => format!("the defaults, there is no {DEFAULT_PATH}"),
    };
    log::info!("bccscope {version}, kernel {kernel}, settings: {settings}");
}

/// The last words of a command as they go to stderr, with the end of the line.
pub(super) fn last_words(text: &str) -> String {
    if journal_reads_stderr() {
        for_journal(Level::Error, text)
    } else {
        format!("{text}\n")
    }
}

/// Whether what is written to stderr goes to the journal.
fn journal_reads_stderr() -> bool {
    let Ok(stream) = env::var("JOURNAL_STREAM") else {
        return false;
    };
    rustix::fs::fstat(io::stderr()).is_ok_and(|stderr| is(&stream, stderr.st_dev, stderr.st_ino))
}

/// Whether `JOURNAL_STREAM` (systemd.exec(5)) names this file. It is inherited by processes whose
/// stderr goes elsewhere.
fn is(stream: &str, device: u64, inode: u64) -> bool {
    stream == format!("{device}:{inode}")
}

/// Each line with its priority before it (sd-daemon(3)), so that `journalctl -p warning` finds it.
fn for_journal(level: Level, text: &str) -> String {
    let priority = match level {
        Level::Error => 3,
        Level::Warn => 4,
        Level::Info => 6,
        Level::Debug | Level::Trace => 7,
    };
    let lines = text.lines().map(|line| format!("<{priority}>{line}\n"));
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_for_the_journal_has_its_priority_and_no_time() {
        for (level, priority) in [
            (Level::Error, "<3>"),
            (Level::Warn, "<4>"),
            (Level::Info, "<6>"),
            (Level::Debug, "<7>"),
        ] {
            assert_eq!(
                for_journal(level, "no display works: a\n  b"),
                format!("{priority}no display works: a\n{priority}  b\n")
            );
        }
    }

    #[test]
    fn only_the_file_that_journal_stream_names_is_the_journal() {
        assert!(is("9:21377", 9, 21377));
        for other in ["9:21378", "8:21377", "9", "", "9:21377:1"] {
            assert!(!is(other, 9, 21377), "{other:?}");
        }
    }
}
