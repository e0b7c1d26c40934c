//! How a command ends when it does not end well.

use std::{fmt, process::ExitCode};

use super::out::complain;

/// Wrong use (exit code 2) or failure (exit code 1), each with one clear sentence:
/// what, where, what to do.
#[derive(Debug)]
pub enum CliError {
    /// Arguments or configuration are wrong.
    WrongUse(String),
    /// The thing itself failed.
    Failed(String),
    /// Failed, and everything was already said (a line an image in `analyze`).
    AlreadySaid,
    /// Whoever read our output has seen enough (`| head`). No failure.
    ReaderGone,
}

impl CliError {
    /// Prints the sentence and gives the exit code.
    pub fn report(&self) -> ExitCode {
        match self {
            CliError::WrongUse(sentence) => {
                complain(sentence);
                ExitCode::from(2)
            }
            CliError::Failed(sentence) => {
                complain(sentence);
                ExitCode::from(1)
            }
            CliError::AlreadySaid => ExitCode::from(1),
            CliError::ReaderGone => ExitCode::SUCCESS,
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CliError::WrongUse(sentence) | CliError::Failed(sentence) => f.write_str(sentence),
            CliError::AlreadySaid | CliError::ReaderGone => Ok(()),
        }
    }
}

/// Turns an error into a failure (exit code 1), causes joined by colons.
pub trait OrFail<T> {
    /// The error's own words.
    fn or_fail(self) -> Result<T, CliError>;
}

/// Turns an error into wrong use (exit code 2).
pub trait OrWrongUse<T> {
    /// The error's own words.
    fn or_wrong_use(self) -> Result<T, CliError>;
}

impl<T, E: Into<anyhow::Error>> OrFail<T> for Result<T, E> {
    fn or_fail(self) -> Result<T, CliError> {
        self.map_err(|e| CliError::Failed(format!("{:#}", e.into())))
    }
}

impl<T, E: Into<anyhow::Error>> OrWrongUse<T> for Result<T, E> {
    fn or_wrong_use(self) -> Result<T, CliError> {
        self.map_err(|e| CliError::WrongUse(format!("{:#}", e.into())))
    }
}
