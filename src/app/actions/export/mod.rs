//! A small program in C and Python that creates the rows of the table: the recorded system calls of our open sockets.

mod c;
mod plan;
mod python;

use crate::app::actions::export::plan::Plan;
use crate::app::actions::only_say;
use crate::app::model::Statement;
use crate::app::{Effect, State};

/// Writes the program in both languages.
pub(crate) fn write(state: &mut State) -> Vec<Effect> {
    let plan = Plan::of(state);
    if plan.listeners.is_empty() && plan.clients.is_empty() {
        return only_say(state, "no-program");
    }
    let name = format!("fivetuple-{}", plan.port);
    let texts = vec![("c", c::text(&plan, &name)), ("py", python::text(&plan))];
    vec![Effect::Save { name, texts }]
}

/// Whether these files are such programs.
pub(crate) fn is_program(files: &[String]) -> bool {
    files.iter().any(|file| file.rsplit('.').next() == Some("c"))
}

/// Says where the programs are, and how to run them.
pub(crate) fn saved(state: &mut State, files: &[String]) -> Vec<Effect> {
    let what = Statement::new("program-saved")
        .with("files", files.join(" and "))
        .with("pid", state.machine.pid)
        .when("Lab", state.lab.is_up())
        .when("Listening", state.server.is_listening());
    only_say(state, what)
}
