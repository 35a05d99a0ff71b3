//! Parses the command line, runs what it asks for, and turns the result into an exit code.

use std::env::var_os;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches};
use fivetuple::cli::Cli;
use fivetuple::run;

fn main() -> ExitCode {
    let ended = match command_line() {
        Ok(cli) => run::run(&cli),
        Err(answer) => run::answer(&answer),
    };
    match ended {
        Ok(ended) => ExitCode::from(ended.code()),
        Err(error) => {
            run::complain(&run::reason(&error));
            ExitCode::from(1)
        }
    }
}

/// Reads the arguments, and the variables only for the dashboard, whose options they are; an empty variable is unset.
fn command_line() -> Result<Cli, clap::Error> {
    let without = Cli::command().mut_args(|arg| arg.env(None)).try_get_matches();
    let is_dashboard = without.as_ref().is_ok_and(|read| read.subcommand().is_none());
    let read = match without {
        Ok(read) if !is_dashboard => read,
        // Only now does help name the variables.
        _ => with_variables(Cli::command(), is_dashboard)?,
    };
    Cli::from_arg_matches(&read)
}

fn with_variables(command: Command, is_dashboard: bool) -> Result<ArgMatches, clap::Error> {
    let is_empty = |arg: &Arg| arg.get_env().and_then(var_os).is_some_and(|value| value.is_empty());
    let command = command.mut_args(|arg| if is_empty(&arg) { arg.env(None) } else { arg });
    let options = command.clone();
    command.try_get_matches().map_err(|mut wrong| {
        let option = wrong.get(ContextKind::InvalidArg).map(ToString::to_string);
        let option =
            option.as_deref().and_then(|option| option.strip_prefix("--")?.split(' ').next());
        let is = |arg: &&Arg| option.is_some() && arg.get_long() == option;
        let variable = options.get_arguments().find(is).and_then(Arg::get_env);
        // Without the variables all was right.
        if let Some(variable) = variable.filter(|_| is_dashboard) {
            let name = variable.to_string_lossy().into_owned();
            wrong.insert(ContextKind::InvalidArg, ContextValue::String(name));
        }
        wrong
    })
}
