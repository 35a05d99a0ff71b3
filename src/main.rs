//! Parses the command line, runs what it asks for, and turns the result into an exit code.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use fivetuple::cli::Cli;
use fivetuple::run;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run::run(&cli) {
        Ok(ended) => ExitCode::from(ended.code()),
        Err(error) => {
            // In one piece: others may write there as well.
            let text = format!("fivetuple: {}\n", run::reason(&error));
            let _ = std::io::stderr().write_all(text.as_bytes());
            ExitCode::from(1)
        }
    }
}
