//! What a command says. `println!` panics when the reader has gone away (`| head`); this does
//! not, and a file name cannot steer the terminal.

use std::{
    borrow::Cow,
    fmt::{Display, Write as _},
    io::{self, ErrorKind, Write as _},
};

use super::{error::CliError, logging};

/// A line on stdout.
///
/// # Errors
/// [`CliError::ReaderGone`] when nobody reads any more, which ends the command in peace;
/// a failure otherwise (a full disk, say).
pub fn say(line: impl Display) -> Result<(), CliError> {
    writeln!(io::stdout().lock(), "{line}").map_err(|e| match e.kind() {
        ErrorKind::BrokenPipe => CliError::ReaderGone,
        _ => CliError::Failed(format!("stdout: {e}")),
    })
}

/// A line on stderr, with the program's name before it; a name from outside in it cannot steer
/// the terminal. Where stderr is gone too there is nobody left to tell.
pub fn complain(sentence: impl Display) {
    let safe = format!("bccscope: {}", printable_lines(sentence));
    let _ = io::stderr()
        .lock()
        .write_all(logging::last_words(&safe).as_bytes());
}

/// As [`printable`], for text of several lines.
pub fn printable_lines(text: impl Display) -> String {
    let text = text.to_string();
    let lines: Vec<_> = text.split('\n').map(printable).collect();
    lines.join("\n")
}

/// Text from outside (a file name) for a terminal: control characters as escapes.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_control() {
            let _ = write!(safe, "{}", c.escape_default());
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_steer_the_terminal() {
        assert_eq!(printable("läsion 1.jpg"), "läsion 1.jpg");
        assert_eq!(printable("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\n");
        assert_eq!(printable_lines("a\u{1b}\nb\r\n"), "a\\u{1b}\nb\\r\n");
    }
}
