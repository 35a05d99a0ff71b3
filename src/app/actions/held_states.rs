//! Holding a connection in a state of TCP.

use crate::app::model::script::{Script, ScriptEnd, ScriptGoal, steps_to};
use crate::app::{Effect, State, Statement};
use crate::tcp::{Command, TcpState};

/// Brings a connection into that state: in the lab with its wire, on loopback by system calls alone.
pub(crate) fn hold(state: &mut State, held: TcpState) -> Vec<Effect> {
    state.ui.overlay = None;
    if !state.lab.is_up() {
        return vec![Effect::Run(Command::HoldState(held, state.clients.computer().ip))];
    }
    if state.clients.awaited() > 0 {
        return state.only_say("connects-in-progress");
    }
    let (steps, at) = steps_to(held);
    let goal = ScriptGoal::HeldState(held, at);
    state.script = Some(Script::new(goal, steps, state.now, (&state.servers, &state.clients)));
    vec![]
}

/// Says that the state is reached, once the kernel's table shows it.
pub(crate) fn reached(
    state: &mut State,
    script: Script,
    held: TcpState,
    at: ScriptEnd,
) -> Vec<Effect> {
    let main = script.end_at(state, at);
    let line = main.and_then(|name| state.sockets.get(name));
    let is_held = line.is_some_and(|line| line.gone.is_none() && line.row.state == held);
    let Some(main) = main.filter(|_| is_held) else {
        let seen = line.map_or_else(
            || String::from("the table shows no such row"),
            |line| format!("the table shows {}", line.row.state),
        );
        let names = main.map(|main| vec![main, state.other_end(main)]);
        script.wait(state, &seen);
        return Vec::from_iter(names.map(Effect::Lookup));
    };
    state.ui.selected = Some(main);
    let what = Statement::new("held-state")
        .when("Lab", true)
        .when(held.name(), true)
        .with("state", held)
        .with("at", main.tuple.local);
    state.say(what);
    vec![]
}
