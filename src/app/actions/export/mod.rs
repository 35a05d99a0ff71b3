//! A small program in C and Python that creates the rows of the table: the recorded system calls of our open sockets.

mod c;
mod plan;
mod python;

use crate::app::actions::export::plan::Plan;
use crate::app::{Effect, State};

/// Writes the program in both languages.
pub(crate) fn write(state: &mut State) -> Vec<Effect> {
    let plan = Plan::of(state);
    if plan.listeners.is_empty() && plan.clients.is_empty() {
        state.say("Nothing to write: no socket of ours is open. Press l, then c, then W.");
        return vec![];
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
    let port = if state.server.is_listening() { " once l has freed the port here" } else { "" };
    let files = files.join(" and ");
    let what = if state.lab.is_up() {
        let pid = state.machine.pid;
        format!(
            "the same calls with the lab's addresses. Run it with `fivetuple lab --join {pid} -- ...`{port}; the server then holds both ends"
        )
    } else {
        format!("each creates the same rows{port}")
    };
    state.only_say(format!("Wrote {files} to the current directory: {what}."))
}
