//! How a connection of the lab is put into a state: with what a person could do by keys, each as soon as what it waits for has come.

pub(crate) mod cue;
pub(crate) mod progress;

use std::time::Duration;

use crate::app::actions::{ScriptEnd, ScriptStep, StepLists, connect, verbs, wire};
use crate::app::explain::held_state;
use crate::app::model::Tone;
use crate::app::{Effect, State};
use crate::tcp::{
    Command, ConnectSpec, Delivery, Host, Moment, ServerCloses, SocketId, Syscall, SyscallRecord,
    SyscallTrace, TcpState,
};

/// A state that is being reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    held: TcpState,
    cues: StepLists,
    /// How many of them have come.
    place: usize,
    /// The computer that calls, and how many ends it had had before.
    client: Host,
    before: u64,
    /// The client's end, once it has called.
    end: Option<SocketId>,
    began: Moment,
    /// What was ordered for the cue that is waited for: the number of the segment that was let through, or 0.
    ordered: Option<u64>,
}

/// Begins; a script that was under way is given up.
pub(crate) fn begin(state: &mut State, held: TcpState) {
    if state.clients.awaited() > 0 {
        let text =
            "calls are under way: a state can be held once they are answered; r gives them up";
        state.notices.say(state.now, Tone::Plain, text);
        return;
    }
    let computer = state.clients.computer();
    state.lab.script = Some(Script {
        held,
        cues: StepLists::to(held),
        place: 0,
        client: computer.host,
        before: computer.ends.ever(),
        end: None,
        began: state.now,
        ordered: None,
    });
}

/// Goes on as far as it can: gives the next orders, and tells when the state is reached, or that it was not.
pub(crate) fn go_on(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![];
    while let Some(script) = state.lab.script {
        let Some(cue) = script.cues.get(script.place) else {
            effects.extend(script.end(state));
            break;
        };
        if script.is_there(state, cue) {
            state.lab.script = Some(Script {
                place: script.place + 1,
                end: script.client(state),
                ordered: None,
                ..script
            });
            continue;
        }
        let order = script.number_of(state, cue);
        if order.is_some() && order != script.ordered {
            effects.extend(script.order(state, cue));
            state.lab.script = Some(Script { ordered: order, ..script });
            continue;
        }
        script.give_up_if_in_vain(state, cue);
        break;
    }
    effects
}

impl Script {
    /// How long a state may take to be reached.
    const PATIENCE: Duration = Duration::from_secs(10);

    /// Under which number something is to be ordered for a cue, so that it is ordered once: a segment's where one is to be let through.
    fn number_of(&self, state: &State, cue: ScriptStep) -> Option<u64> {
        match cue {
            ScriptStep::Connected | ScriptStep::Accepted | ScriptStep::Sent(..) => None,
            ScriptStep::Crossed(side, flags) => {
                // As far as the first one, and no further: what is sent again is not needed, and behind it an answer may wait.
                let mut segments = self.segments(state, side, flags);
                let meant = segments.find(|crossing| crossing.fate == Delivery::OnTheWay)?;
                let meant = meant.segment.number;
                let oldest = state.lab.oldest_waiting();
                oldest.map(|crossing| crossing.segment.number).filter(|oldest| *oldest <= meant)
            }
            ScriptStep::ServerClosed => {
                let end = self.end_at(state, ScriptEnd::Server)?;
                let closes = state.server.promise(end).closes;
                (closes != ServerCloses::WithClient).then_some(0)
            }
            ScriptStep::Plain
            | ScriptStep::WireHeld
            | ScriptStep::Listens
            | ScriptStep::Accepts
            | ScriptStep::AcceptHeld
            | ScriptStep::Called
            | ScriptStep::HungUp(_)
            | ScriptStep::ClientClosed => Some(0),
        }
    }

    fn order(&self, state: &mut State, cue: ScriptStep) -> Vec<Effect> {
        let run = |command| vec![Effect::Run(command)];
        let end = |side, command: fn(SocketId) -> Command| {
            let end = self.end_at(state, side);
            Vec::from_iter(end.map(|end| Effect::Run(command(end))))
        };
        match cue {
            ScriptStep::Plain => {
                let text = "the wire is made as quick as a cable first";
                state.notices.say(state.now, Tone::Plain, text);
                wire::make_plain(state)
            }
            ScriptStep::WireHeld => vec![wire::keep(state)],
            ScriptStep::Listens => {
                let spec = state.server.spec.clone();
                verbs::start_listening(state, spec)
            }
            ScriptStep::Accepts => run(Command::ResumeAccept),
            ScriptStep::AcceptHeld => run(Command::HoldAccept),
            ScriptStep::Called => call(state, self.client),
            ScriptStep::HungUp(side) => end(side, Command::HalfClose),
            ScriptStep::ClientClosed => end(ScriptEnd::Client, Command::Close),
            ScriptStep::ServerClosed => end(ScriptEnd::Server, Command::Close),
            ScriptStep::Crossed(..) => vec![wire::let_one_through(state)],
            ScriptStep::Connected | ScriptStep::Accepted | ScriptStep::Sent(..) => vec![],
        }
    }

    /// Tells that the state is reached, once the kernel's table shows it.
    fn end(&self, state: &mut State) -> Vec<Effect> {
        let main = self.end_at(state, self.cues.at);
        let shows = |name: &SocketId| {
            let line = state.sockets.get(*name);
            line.is_some_and(|line| line.gone.is_none() && line.row.state == self.held)
        };
        let Some(main) = main.filter(shows) else {
            let seen = main.and_then(|name| state.sockets.get(name));
            let seen = seen.map_or_else(
                || String::from("the table shows no such row"),
                |line| format!("the table shows {}", line.row.state),
            );
            self.give_up_after(state, &seen);
            let names = main.map(|main| vec![main, state.other_end(main)]);
            return Vec::from_iter(names.map(Effect::Lookup));
        };
        state.lab.script = None;
        state.ui.selected = Some(main);
        let text = format!(
            "{} at {}: {}. The calls: {}. {}",
            self.held,
            main.tuple.local,
            held_state::held_in_lab(self.held),
            self.calls(state),
            held_state::let_go_in_lab(self.held),
        );
        state.notices.say(state.now, Tone::Plain, text);
        vec![]
    }

    /// The calls that moved both ends from state to state.
    fn calls(&self, state: &State) -> String {
        let ends = [ScriptEnd::Client, ScriptEnd::Server].map(|side| self.end_at(state, side));
        let entries = state.calls.entries();
        let entries = entries.filter(|entry| entry.at >= self.began);
        let records = entries.map(|entry| &entry.record);
        let theirs = records.filter(|record| ends.contains(&record.row));
        let moves = |call: &&SyscallRecord| {
            let SyscallRecord { asked, .. } = call;
            matches!(
                asked,
                Syscall::Connect(_) | Syscall::Accept | Syscall::Shutdown | Syscall::Close
            )
        };
        let calls = theirs.flat_map(|SyscallTrace { calls, .. }| calls);
        let calls: Vec<String> = calls.filter(moves).map(ToString::to_string).collect();
        calls.join("; ")
    }

    fn give_up_if_in_vain(&self, state: &mut State, cue: ScriptStep) {
        let listener = &state.server;
        let is_refused = (cue == ScriptStep::Listens && listener.ordered == 0)
            || (cue == ScriptStep::Called && state.clients.awaited() == 0);
        if is_refused {
            // The refusal itself says why.
            state.lab.script = None;
        } else {
            self.give_up_after(state, cue.waits_for());
        }
    }

    /// Says that the state was not reached, when it has taken too long.
    fn give_up_after(&self, state: &mut State, what: &str) {
        if state.now.since(self.began) < Script::PATIENCE {
            return;
        }
        state.lab.script = None;
        let text = format!(
            "{} was not reached within {} s: {what}",
            self.held,
            Script::PATIENCE.as_secs()
        );
        state.notices.say(state.now, Tone::Warning, text);
    }
}

/// One call of that computer to the server, that says nothing and stays.
fn call(state: &mut State, host: Host) -> Vec<Effect> {
    let to = state.clients.reachable(state.server.callable());
    let spec = ConnectSpec { host, ..ConnectSpec::to(to.into()) };
    connect::call(state, spec).1
}
