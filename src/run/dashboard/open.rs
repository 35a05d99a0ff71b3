use std::io::IsTerminal;

use clap::CommandFactory;

use crate::app::Event;
use crate::cli::{Cli, DashboardArgs};
use crate::run::dashboard::{dashboard, job, screen};
use crate::run::headless::{answer, block_on};
use crate::run::{Exit, complain};
use crate::tcp::LabSpec;

/// Runs the dashboard, which these events begin.
pub(in crate::run) fn open_dashboard(
    args: &DashboardArgs,
    first: Vec<Event>,
) -> anyhow::Result<Exit> {
    let most = LabSpec::MOST_CLIENTS;
    if args.lab.lab && args.computers > Some(most) {
        let wrong = format!("with --lab, --computers is at most {most}");
        return answer(&Cli::command().error(clap::error::ErrorKind::ValueValidation, wrong));
    }
    let wrong = why_no_screen();
    if !wrong.is_empty() {
        complain(wrong);
        return Ok(Exit::WrongUsage);
    }
    screen::guard_panics();
    block_on(dashboard(args, first))
}

/// Why nothing can be drawn here, if so.
pub(super) fn why_no_screen() -> &'static str {
    let term = std::env::var_os("TERM").unwrap_or_default();
    if !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
        "the dashboard needs a terminal for input and output. Without one, try fivetuple table, fivetuple listen or fivetuple connect."
    } else if term.is_empty() {
        "TERM is not set, so the type of this terminal is unknown. Try TERM=xterm fivetuple, or fivetuple table --watch."
    } else if term == "dumb" {
        "this terminal (TERM=dumb) cannot show the dashboard. Try fivetuple table --watch."
    } else if job::starts_in_background() {
        "the dashboard cannot read its terminal from the background. Start it in the foreground, or try fivetuple table --watch."
    } else {
        ""
    }
}
