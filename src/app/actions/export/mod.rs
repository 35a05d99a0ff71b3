//! Files to save: the ladder as text, and a small program in C and Python that creates the rows of the table by the recorded system calls
//! of our open sockets.

mod c;
mod plan;
mod python;

use crate::app::actions::export::plan::Plan;
use crate::app::history::ladder::{self, as_text};
use crate::app::{Effect, State};

pub(crate) fn ladder(state: &mut State) -> Vec<Effect> {
    let Some(ladder) = ladder::of(state) else {
        return state.only_say("No connection to save a ladder of. Press l, then c.");
    };
    let texts = vec![("txt", as_text(&ladder))];
    vec![Effect::Save { name: String::from("fivetuple-ladder"), texts }]
}

pub(crate) fn program(state: &mut State) -> Vec<Effect> {
    let plan = Plan::of(state);
    if plan.listeners.is_empty() && plan.clients.is_empty() {
        let text = "Nothing to write: no socket of ours is open. Press l, then c, then W.";
        return state.only_say(text);
    }
    let name = format!("fivetuple-{}", plan.port);
    let texts = vec![("c", c::text(&plan, &name)), ("py", python::text(&plan))];
    vec![Effect::Save { name, texts }]
}

/// Says where the files are, and how to run programs; or why there are none.
pub(crate) fn saved(state: &mut State, saved: Result<Vec<String>, String>) {
    let files = match saved {
        Ok(files) => files,
        Err(why) => return state.warn(format!("Cannot save the file: {why}.")),
    };
    let is_program = files.iter().any(|file| file.rsplit('.').next() == Some("c"));
    let files = files.join(" and ");
    let port = if state.server.is_listening() { " once l has freed the port here" } else { "" };
    let pid = state.machine.pid;
    state.say(match (is_program, state.lab.is_up()) {
        (false, _) => format!("Saved the ladder as {files} in the current directory."),
        (true, false) => format!(
            "Wrote {files} to the current directory: each creates the same rows{port}."
        ),
        (true, true) => format!(
            "Wrote {files} to the current directory: the same calls with the lab's addresses. Run it with `fivetuple lab --join {pid} -- ...`{port}; the server then holds both ends."
        ),
    });
}
