//! The command line: one small file a command, wiring only.
//!
//! Exit codes: 0 done, 1 something failed (named on stderr), 2 wrong use (arguments or
//! configuration).

mod analyze;
mod bench;
mod cameras;
mod cases;
mod context;
mod error;
mod logging;
mod model;
mod out;
mod phantom;
mod record;
mod replay;
mod run;
mod screens;
mod selftest;
mod signals;
mod size;
mod study;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

pub use error::{CliError, OrFail, OrWrongUse};

use crate::{config::Config, engine::worker};

/// Signs of basal cell carcinoma in dermoscopic pictures: decision support, not a diagnosis.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    /// Configuration file [default: /etc/bccscope/bccscope.toml where it exists]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Say more on stderr (twice: everything)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the device: camera, display, buttons
    Run(run::RunCommand),
    /// Analyse picture files
    Analyze(analyze::AnalyzeCommand),
    /// Try every part of the device once
    Selftest(selftest::SelftestCommand),
    /// Time every step of an assessment, on the CPU and on the accelerator
    Bench(bench::BenchCommand),
    /// List the cameras and what they offer
    Cameras(cameras::CamerasCommand),
    /// List the stored cases and check that each frame is the assessed one
    Cases(cases::CasesCommand),
    /// Record what a camera delivers
    Record(record::RecordCommand),
    /// Analyse a recorded run
    Replay(replay::ReplayCommand),
    /// Check a model or look inside it
    Model(model::ModelCommand),
    /// Draw the dermoscopic test target
    Phantom(phantom::PhantomCommand),
    /// Draw every screen with sample data
    Screens(screens::ScreensCommand),
    /// The evidence: readers' consensus, evaluation, heat-map agreement
    Study(study::StudyCommand),
    /// The accelerator's own process; bccscope starts it itself
    #[command(hide = true)]
    EngineWorker,
}

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    // clap prints its own sentence and leaves with 2 on wrong use, 0 on --help.
    let cli = Cli::parse();
    logging::init(cli.verbose);
    match run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

fn run(cli: &Cli) -> Result<(), CliError> {
    // It gets everything from its parent, and no configuration.
    if let Command::EngineWorker = cli.command {
        return worker::serve().map_err(|e| {
            CliError::WrongUse(format!(
                "engine-worker: {e} (bccscope starts it itself, nobody else)"
            ))
        });
    }
    logging::say_what_runs(cli.config.as_deref());
    let config = Config::load(cli.config.as_deref()).or_wrong_use()?;
    match &cli.command {
        Command::Run(command) => run::run(command, &config),
        Command::Analyze(command) => analyze::run(command, &config),
        Command::Selftest(command) => selftest::run(command, &config),
        Command::Bench(command) => bench::run(command, &config),
        Command::Cameras(command) => cameras::run(command),
        Command::Cases(command) => cases::run(command, &config),
        Command::Record(command) => record::run(command, &config),
        Command::Replay(command) => replay::run(command, &config),
        Command::Model(command) => model::run(command, &config),
        Command::Phantom(command) => phantom::run(command),
        Command::Screens(command) => screens::run(command),
        Command::Study(command) => study::run(command, &config),
        Command::EngineWorker => Ok(()),
    }
}
