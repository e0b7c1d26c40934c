//! Commands on stdin, one a line: the bench, scripts, the virtual board.

use std::{
    io::{self, BufRead, IsTerminal, Read, Write},
    sync::mpsc::Sender,
};

use super::{Action, InputEvent};
use crate::model::Task;

/// What is understood, for the answer to what is not.
pub const COMMANDS: &str = "capture, next, previous, map PN|UL|ON|MG|ML|SW|AT|BCC, save, \
    discard, help, back, touch X Y (0 to 1), quit";

/// A longer line is no command.
const LONGEST_LINE: u64 = 1024;

/// Whether reading stdin would stop us: a terminal belongs to another program while we run
/// in the background.
pub(super) fn is_ours() -> bool {
    if !io::stdin().is_terminal() {
        return true;
    }
    // SAFETY: both calls take and give numbers only.
    unsafe { libc::tcgetpgrp(libc::STDIN_FILENO) == libc::getpgrp() }
}

/// Reads commands until the input ends or nobody listens any more. An unknown word is
/// answered with the list.
pub(super) fn run(mut input: impl BufRead, answers: &mut impl Write, events: &Sender<InputEvent>) {
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) => {
                log::debug!("stdin has ended; the device goes on");
                return;
            }
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => {
                log::warn!("stdin cannot be read any more: {e}");
                return;
            }
        }
        let text = String::from_utf8_lossy(&line);
        if text.trim().is_empty() {
            continue;
        }
        match parse(&text) {
            Ok(event) => {
                if events.send(event).is_err() {
                    return;
                }
            }
            Err(why) => {
                if let Err(e) = writeln!(answers, "{why}") {
                    log::debug!("no answer to a wrong command: {e}");
                }
            }
        }
    }
}

/// Reads one command.
///
/// # Errors
/// A sentence that ends with what is understood.
pub fn parse(line: &str) -> Result<InputEvent, String> {
    let unknown = || {
        let start: String = line.trim().chars().take(40).collect();
        format!("{start:?} is no command. Commands: {COMMANDS}")
    };
    let words: Vec<&str> = line.split_whitespace().take(4).collect();
    let action = match words[..] {
        ["capture"] => Action::Capture,
        ["next"] => Action::NextMap,
        ["previous"] => Action::PreviousMap,
        ["map", code] => Action::ShowMap(Task::from_code(code).ok_or_else(unknown)?),
        ["save"] => Action::Save,
        ["discard"] => Action::Discard,
        ["help"] => Action::Help,
        ["back"] => Action::Back,
        ["quit"] => return Ok(InputEvent::Quit),
        ["touch", x, y] => {
            let fraction = |word: &str| {
                word.parse::<f32>()
                    .ok()
                    .filter(|f| (0.0..=1.0).contains(f))
                    .ok_or_else(unknown)
            };
            return Ok(InputEvent::Touch {
                x: fraction(x)?,
                y: fraction(y)?,
            });
        }
        _ => return Err(unknown()),
    };
    Ok(InputEvent::Action(action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::mpsc;

    fn read(text: &[u8]) -> (Vec<InputEvent>, String) {
        let (sender, receiver) = mpsc::channel();
        let mut answers = Vec::new();
        run(text, &mut answers, &sender);
        drop(sender);
        (
            receiver.iter().collect(),
            String::from_utf8(answers).unwrap(),
        )
    }

    #[test]
    fn every_command_is_understood() {
        let text = b"capture\n next \nprevious\nmap ul\nmap BCC\nsave\ndiscard\nhelp\nback\n\
            touch 0.5 0.9\n\nquit";
        let (events, answers) = read(text);
        let action = InputEvent::Action;
        assert_eq!(
            events,
            [
                action(Action::Capture),
                action(Action::NextMap),
                action(Action::PreviousMap),
                action(Action::ShowMap(Task::Ulceration)),
                action(Action::ShowMap(Task::Bcc)),
                action(Action::Save),
                action(Action::Discard),
                action(Action::Help),
                action(Action::Back),
                InputEvent::Touch { x: 0.5, y: 0.9 },
                InputEvent::Quit,
            ]
        );
        assert_eq!(answers, "");
    }

    #[test]
    fn what_is_not_understood_is_answered_with_the_list_and_the_rest_goes_on() {
        for line in [
            "shoot",
            "map XX",
            "touch 1.5 0",
            "touch nan 0",
            "save now",
            "touch 1",
        ] {
            let (events, answers) = read(format!("{line}\nback\n").as_bytes());
            assert_eq!(events, [InputEvent::Action(Action::Back)], "{line}");
            assert!(
                answers.contains(line) && answers.contains(COMMANDS),
                "{answers}"
            );
        }
    }

    #[test]
    fn the_end_of_stdin_is_no_command_to_quit() {
        assert_eq!(read(b"").0, []);
    }

    #[test]
    fn a_line_without_end_is_answered_in_pieces_of_bounded_length() {
        let (events, answers) = read(&[b'x'; 10_000]);
        assert!(events.is_empty());
        assert_eq!(answers.lines().count(), 10);
    }

    #[test]
    fn a_receiver_that_is_gone_ends_the_reading() {
        let (sender, receiver) = mpsc::channel();
        drop(receiver);
        let mut answers = Vec::new();
        run(&b"capture\nnonsense\n"[..], &mut answers, &sender);
        assert!(answers.is_empty());
    }

    proptest! {
        #[test]
        fn no_line_breaks_it(line in "\\PC{0,80}") {
            let _ = parse(&line);
        }
    }
}
