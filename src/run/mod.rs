//! The shell: what each subcommand does; the only layer that uses all others.

mod clock;
mod dashboard;
mod exit;
mod fault;
mod headless;
mod lab;
mod manual;
mod output;
mod save;
mod signals;
mod time_zone;

pub use crate::run::clock::Clock;
pub use crate::run::exit::{Exit, reason};
pub use crate::run::headless::asked_to_end;
pub use crate::run::headless::connect::connect;
pub use crate::run::headless::listen::listen;
pub use crate::run::headless::netstat_line::NetstatLine;
pub use crate::run::headless::table::table;
pub use crate::run::output::{Output, complain};

use std::io::{IsTerminal, Write};

use anyhow::Context;
use clap::CommandFactory;

use crate::cli::{Cli, Subcommands};
use crate::kernel::raise_descriptor_limit;
use crate::run::dashboard::{job, screen};
use crate::run::headless::{NO_OUTPUT, ignore_broken_pipe, lab_command, runtime};
use crate::tcp::LabSpec;

/// Runs the subcommand of the command line.
///
/// # Errors
/// When it fails; the error says what failed, on what, and why.
pub fn run(cli: &Cli) -> anyhow::Result<Exit> {
    match &cli.command {
        None => open_dashboard(cli),
        Some(Subcommands::Listen(args)) => without_a_screen(async {
            listen(args, raise_descriptor_limit(), &mut Output::stdout(), asked_to_end()?).await
        }),
        Some(Subcommands::Connect(args)) => without_a_screen(async {
            connect(args, raise_descriptor_limit(), &mut Output::stdout(), asked_to_end()?).await
        }),
        Some(Subcommands::Table(args)) => table(args),
        Some(Subcommands::Lab(args)) => lab_command::lab(args),
        Some(Subcommands::Helper(spec)) => {
            crate::lab::help(spec.lab())?;
            Ok(Exit::Done)
        }
        Some(Subcommands::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "fivetuple", &mut script);
            print(&script)
        }
        Some(Subcommands::Man) => {
            let mut page = Vec::new();
            manual::write(&mut page)?;
            print(&page)
        }
    }
}

/// Prints what is said in place of a subcommand: the help that was asked for, or what is wrong with the command line.
///
/// # Errors
/// When help cannot be written.
pub fn answer(answer: &clap::Error) -> anyhow::Result<Exit> {
    let printed = answer.print().context(NO_OUTPUT);
    if answer.use_stderr() {
        return Ok(Exit::WrongUsage);
    }
    ignore_broken_pipe(printed.map(|()| Exit::Done))
}

/// Writes a text to standard output; a closed pipe, as with `head`, is no error.
fn print(text: &[u8]) -> anyhow::Result<Exit> {
    let written = Output::stdout().write_all(text);
    ignore_broken_pipe(written.map(|()| Exit::Done).context(NO_OUTPUT))
}

/// Runs a subcommand, and does not wait for what cannot be stopped: the resolver may take a minute until its timeout.
fn without_a_screen(work: impl Future<Output = anyhow::Result<Exit>>) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    let ended = runtime.block_on(work);
    runtime.shutdown_background();
    ended
}

fn open_dashboard(cli: &Cli) -> anyhow::Result<Exit> {
    let most = LabSpec::MOST_CLIENTS;
    if cli.dashboard.lab.lab && cli.dashboard.computers > Some(most) {
        let wrong = format!("with --lab, --computers is at most {most}");
        return answer(&Cli::command().error(clap::error::ErrorKind::ValueValidation, wrong));
    }
    let term = std::env::var_os("TERM").unwrap_or_default();
    let wrong = if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        "the dashboard needs a terminal for input and output. Without one, try fivetuple table, fivetuple listen or fivetuple connect."
    } else if term.is_empty() {
        "TERM is not set, so the type of this terminal is unknown. Try TERM=xterm fivetuple, or fivetuple table --watch."
    } else if term == "dumb" {
        "this terminal (TERM=dumb) cannot show the dashboard. Try fivetuple table --watch."
    } else if job::starts_in_background() {
        "the dashboard cannot read its terminal from the background. Start it in the foreground, or try fivetuple table --watch."
    } else {
        ""
    };
    if !wrong.is_empty() {
        complain(wrong);
        return Ok(Exit::WrongUsage);
    }
    screen::guard_panics();
    let runtime = runtime()?;
    let ended = runtime.block_on(dashboard::dashboard(&cli.dashboard));
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    ended
}
