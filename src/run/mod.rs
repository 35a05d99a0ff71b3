//! The shell: what each subcommand does. The only place that knows every layer.

mod backend;
mod budget;
mod clock;
mod connect;
mod dashboard;
mod desk;
mod ended;
mod headless;
mod inputs;
mod known;
mod line;
mod listen;
mod look;
mod poller;
mod rhythm;
mod screen;
mod table;
mod watch;
mod watcher;
mod world;

pub use budget::Budget;
pub use clock::Clock;
pub use connect::connect;
pub use ended::Ended;
pub use headless::asked_to_end;
pub use known::Known;
pub use line::Line;
pub use listen::listen;
pub use poller::{Opener, Poller};
pub use table::{print_table, table, watch_table};
pub use watcher::{Glance, Order, Watcher};

use std::io::{IsTerminal, Write};

use anyhow::Context;
use clap::CommandFactory;

use crate::cli::{Cli, Subcommands};
use crate::kernel;

/// Runs what the command line asks for.
///
/// # Errors
/// When it could not be done; the error says what, to what, and why.
pub fn run(cli: &Cli) -> anyhow::Result<Ended> {
    match &cli.command {
        None => open_dashboard(cli),
        Some(Subcommands::Listen(args)) => runtime()?.block_on(async {
            let limit = kernel::raise_descriptor_limit();
            listen(args, limit, &mut std::io::stdout(), asked_to_end()?).await
        }),
        Some(Subcommands::Connect(args)) => runtime()?.block_on(async {
            let limit = kernel::raise_descriptor_limit();
            connect(args, limit, &mut std::io::stdout(), asked_to_end()?).await
        }),
        Some(Subcommands::Table(args)) => table(args),
        Some(Subcommands::Completions { shell }) => {
            clap_complete::generate(
                *shell,
                &mut Cli::command(),
                "fivetuple",
                &mut std::io::stdout(),
            );
            Ok(Ended::Done)
        }
        Some(Subcommands::Man) => {
            clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout())?;
            Ok(Ended::Done)
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.context("cannot start the threads that hold the sockets")
}

fn open_dashboard(cli: &Cli) -> anyhow::Result<Ended> {
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        complain(
            "the dashboard needs a terminal for input and output; without one try: fivetuple table, fivetuple listen, fivetuple connect",
        );
        return Ok(Ended::WrongUsage);
    }
    if std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb") {
        complain(
            "this terminal (TERM=dumb) cannot show the dashboard; try: fivetuple table --watch",
        );
        return Ok(Ended::WrongUsage);
    }
    screen::guard_panics();
    let runtime = runtime()?;
    let ended = runtime.block_on(dashboard::dashboard(&cli.dashboard));
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    ended
}

/// Says on standard error what is wrong; there may be nobody to read it.
pub(crate) fn complain(what: &str) {
    let _ = writeln!(std::io::stderr(), "fivetuple: {what}");
}

/// Ends the process in two seconds if nothing else does. Only for the case that the terminal is gone.
fn end_at_last(code: i32) -> ! {
    let (_never, forever) = std::sync::mpsc::channel::<()>();
    let _ = forever.recv_timeout(std::time::Duration::from_secs(2));
    std::process::exit(code)
}
