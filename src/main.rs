//! The `bccscope` program. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    bccscope::cli::main()
}
