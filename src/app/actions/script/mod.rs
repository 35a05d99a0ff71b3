//! Plays scripts: after each event the next step is ordered, or found done.

pub(crate) mod progress;

use crate::app::actions::{connect, held_states, myth, verbs, wire};
use crate::app::model::{Script, ScriptEnd, ScriptGoal, ScriptStep, Statement, Tone};
use crate::app::{Effect, State};
use crate::tcp::{Command, ConnectSpec, Delivery, ServerCloses, SocketId};

/// Plays the script as far as it can; it is dropped when its goal is reached, or cannot be.
pub(crate) fn play(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![];
    while let Some(mut script) = state.script.take() {
        script.end = script.client_end(state);
        let step = script.steps.get(script.next).copied();
        let order = step.and_then(|step| script.number_of(state, step));
        match step {
            None => {
                effects.extend(script.finish(state));
                break;
            }
            Some(step) if script.is_done(state, step) => {
                script.next += 1;
                script.ordered = None;
            }
            Some(step) if order.is_some() && order != script.ordered => {
                effects.extend(script.order(state, step));
                script.ordered = order;
            }
            // The failure has its own sentence.
            Some(step) if is_refused(state, step) => break,
            Some(step) => {
                script.wait(state, step.waits_for());
                break;
            }
        }
        state.script = Some(script);
    }
    effects
}

impl Script {
    /// The number of the order that a step needs, so that it is given once: a segment's where one is to be delivered.
    fn number_of(&self, state: &State, step: ScriptStep) -> Option<u64> {
        match step {
            ScriptStep::Connected | ScriptStep::Accepted | ScriptStep::Sent(..) => None,
            ScriptStep::Delivered(side, flags) => {
                // No further than the first one: retransmissions are not needed, and an answer may wait behind it.
                let mut segments = self.segments(state, side, flags);
                let first = segments.find(|crossing| crossing.fate == Delivery::OnTheWay)?;
                let oldest = state.lab.oldest_waiting()?.segment.number;
                Some(oldest).filter(|oldest| *oldest <= first.segment.number)
            }
            ScriptStep::ServerClosed => {
                let end = self.end_at(state, ScriptEnd::Server)?;
                let closes = state.server.promise(end).closes;
                (closes != ServerCloses::WithClient).then_some(0)
            }
            ScriptStep::WirePlain
            | ScriptStep::WireHeld
            | ScriptStep::Listening
            | ScriptStep::Accepting
            | ScriptStep::AcceptHeld
            | ScriptStep::Called
            | ScriptStep::HalfClosed(_)
            | ScriptStep::ClientClosed
            | ScriptStep::MythCall(_) => Some(0),
        }
    }

    /// The effects that bring a step about.
    fn order(&self, state: &mut State, step: ScriptStep) -> Vec<Effect> {
        let run = |command| vec![Effect::Run(command)];
        let end = |side, command: fn(SocketId) -> Command| {
            let end = self.end_at(state, side);
            Vec::from_iter(end.map(|end| Effect::Run(command(end))))
        };
        match step {
            ScriptStep::WirePlain => {
                state.notices.say(state.now, Tone::Plain, "wire-delay-removed");
                wire::reset(state)
            }
            ScriptStep::WireHeld => vec![wire::hold(state)],
            ScriptStep::Listening => {
                let spec = state.server.spec.clone();
                verbs::start_listening(state, spec)
            }
            ScriptStep::Accepting => run(Command::ResumeAccept),
            ScriptStep::AcceptHeld => run(Command::HoldAccept),
            ScriptStep::Called => {
                // It sends no data, and stays open.
                let to = state.clients.reachable(state.server.callable());
                let spec = ConnectSpec { host: self.client, ..ConnectSpec::to(to.into()) };
                connect::call(state, spec).1
            }
            ScriptStep::HalfClosed(side) => end(side, Command::HalfClose),
            ScriptStep::ClientClosed => end(ScriptEnd::Client, Command::Close),
            ScriptStep::ServerClosed => end(ScriptEnd::Server, Command::Close),
            ScriptStep::Delivered(..) => vec![wire::deliver_oldest(state)],
            ScriptStep::MythCall(n) => myth::call(state, n),
            ScriptStep::Connected | ScriptStep::Accepted | ScriptStep::Sent(..) => vec![],
        }
    }

    /// Every step is done.
    fn finish(self, state: &mut State) -> Vec<Effect> {
        match self.goal {
            ScriptGoal::HeldState(held, at) => held_states::reached(state, self, held, at),
            ScriptGoal::Myth => myth::finish(state),
        }
    }

    /// Keeps the script for the next event, unless it has taken too long.
    pub(crate) fn wait(self, state: &mut State, what: &str) {
        match (self.goal, self.goal.limit()) {
            (ScriptGoal::HeldState(held, _), Some(limit))
                if state.now.since(self.began) >= limit =>
            {
                let limit = limit.as_secs();
                let what = Statement::new("state-not-reached")
                    .with("state", held)
                    .with("seconds", limit)
                    .with("waits_for", what);
                state.notices.say(state.now, Tone::Warning, what);
            }
            _ => state.script = Some(self),
        }
    }
}

/// Whether the order of the step failed.
fn is_refused(state: &State, step: ScriptStep) -> bool {
    (step == ScriptStep::Listening && state.server.ordered == 0)
        || (step == ScriptStep::Called && state.clients.awaited() == 0)
}
