//! Parses the command line, runs what it asks for, and turns the result into an exit code.

use std::process::ExitCode;

use clap::Parser;
use fivetuple::cli::Cli;
use fivetuple::run;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run::run(&cli) {
        Ok(ended) => ExitCode::from(ended.code()),
        Err(error) => {
            run::complain(&run::reason(&error));
            ExitCode::from(1)
        }
    }
}
