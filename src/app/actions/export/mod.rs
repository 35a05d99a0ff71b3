//! Files to save: the ladder as text, and a small program in C and Python that creates the rows of the table by the recorded system calls
//! of our open sockets.

mod c;
mod plan;
mod python;

use crate::app::actions::export::plan::Plan;
use crate::app::history::ladder::{self, as_text};
use crate::app::{Effect, State, Statement};

pub(crate) fn ladder(state: &mut State) -> Vec<Effect> {
    let Some(ladder) = ladder::of(state) else { return state.only_say("no-ladder") };
    let texts = vec![("txt", as_text(&ladder))];
    let which = ladder.port.map_or_else(|| String::from("all"), |port| port.to_string());
    vec![Effect::Save { name: format!("fivetuple-ladder-{which}"), texts }]
}

pub(crate) fn program(state: &mut State) -> Vec<Effect> {
    let plan = Plan::of(state);
    if plan.listeners.is_empty() && plan.clients.is_empty() {
        return state.only_say("no-program");
    }
    let name = format!("fivetuple-{}", plan.port);
    let texts = vec![("c", c::text(&plan, &name)), ("py", python::text(&plan))];
    vec![Effect::Save { name, texts }]
}

/// Says where the files are, and how to run programs; or why there are none.
pub(crate) fn saved(state: &mut State, saved: Result<Vec<String>, String>) {
    let files = match saved {
        Ok(files) => files,
        Err(why) => return state.warn(Statement::new("not-saved").with("why", why)),
    };
    let is_program = files.iter().any(|file| file.rsplit('.').next() == Some("c"));
    let what = Statement::new(if is_program { "program-saved" } else { "ladder-saved" })
        .with("files", files.join(" and "))
        .with("pid", state.machine.pid)
        .when("Lab", state.lab.is_up())
        .when("Listening", state.server().is_listening());
    state.say(what);
}
