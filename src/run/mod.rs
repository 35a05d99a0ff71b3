//! The shell: what each subcommand does; the only layer that uses all others.

mod clock;
mod dashboard;
mod exit;
mod fault;
mod headless;
mod kept;
mod lab;
mod lesson;
mod manual;
mod output;
mod save;
mod signals;
mod time_zone;
mod world;

pub use crate::run::clock::Clock;
pub use crate::run::exit::{Exit, reason};
pub use crate::run::headless::connect::connect;
pub use crate::run::headless::listen::listen;
pub use crate::run::headless::netstat_line::NetstatLine;
pub use crate::run::headless::table::table;
pub use crate::run::headless::{answer, asked_to_end};
pub use crate::run::output::{Output, complain};

use clap::CommandFactory;

use crate::cli::{Cli, Subcommands};
use crate::kernel::raise_descriptor_limit;
use crate::run::dashboard::open::open_dashboard;
use crate::run::headless::{lab_command, print, runtime};

/// Runs the subcommand of the command line.
///
/// # Errors
/// When it fails; the error says what failed, on what, and why.
pub fn run(cli: &Cli) -> anyhow::Result<Exit> {
    match &cli.command {
        None => open_dashboard(&cli.dashboard, vec![]),
        Some(Subcommands::Exercise(args)) => lesson::exercise(args),
        Some(Subcommands::Lesson(args)) => lesson::lesson(args),
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

/// Runs a subcommand, and does not wait for what cannot be stopped: the resolver may take a minute until its timeout.
fn without_a_screen(work: impl Future<Output = anyhow::Result<Exit>>) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    let ended = runtime.block_on(work);
    runtime.shutdown_background();
    ended
}
