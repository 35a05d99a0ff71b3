//! Plays scripts: after each event the next step is ordered, or found done.

use std::time::Duration;

use crate::app::actions::{connect, held_states, myth, verbs, wire};
use crate::app::model::{Script, ScriptEnd, ScriptGoal, ScriptStep, Statement};
use crate::app::{Effect, Holder, LoggedEvent, Server, State};
use crate::tcp::{Command, ConnectSpec, Delivery, Flags, ServerCloses, SocketId, WireSegment};

const LIMIT: Duration = Duration::from_secs(10);

const WIRE: &str = "the wire has not changed yet";
const ACCEPT: &str = "accept() has not changed yet";
const ANSWER: &str = "connect() has not been answered yet";

/// Plays the script as far as it can; it is dropped when its goal is reached, or cannot be.
pub(crate) fn play(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![];
    while let Some(mut script) = state.script.take() {
        script.end = script.client_end(state);
        let Some(step) = script.steps.get(script.next).copied() else {
            if state.episodes.is_connecting() {
                // Its own connections are reported before its result.
                state.script = Some(script);
                break;
            }
            effects.extend(script.finish(state));
            break;
        };
        let order = script.number_of(state, step);
        let Some(missing) = script.missing(state, step) else {
            (script.next, script.ordered) = (script.next + 1, None);
            state.awaited.answered = state.now;
            state.script = Some(script);
            continue;
        };
        if order.is_none() || order == script.ordered {
            // A failure has its own sentence.
            if !script.is_refused(state, step) {
                script.wait(state, missing);
            }
            break;
        }
        effects.extend(script.order(state, step));
        script.ordered = order;
        state.script = Some(script);
    }
    effects
}

impl Script {
    /// The number of the order that a step needs, so that it is given once: a segment's where one is to be delivered, else 0.
    fn number_of(&self, state: &State, step: ScriptStep) -> Option<u64> {
        if let ScriptStep::Delivered(side, flags) = step {
            // No further than the first one: retransmissions are not needed, and an answer may wait behind it.
            let mut segments = self.segments(state, side, flags);
            let first = segments.find(|crossing| crossing.fate == Delivery::OnTheWay)?;
            let oldest = state.lab.oldest_waiting()?.segment.number;
            return Some(oldest).filter(|oldest| *oldest <= first.segment.number);
        }
        if step == ScriptStep::ServerClosed {
            let closes = state.policy(self.end_at(state, ScriptEnd::Server)?).closes;
            return (closes != ServerCloses::WithClient).then_some(0);
        }
        Some(0)
    }

    fn order(&self, state: &mut State, step: ScriptStep) -> Vec<Effect> {
        let run = |command| vec![Effect::Run(command)];
        let end = |side, command: fn(SocketId) -> Command| {
            let end = self.end_at(state, side);
            Vec::from_iter(end.map(|end| Effect::Run(command(end))))
        };
        match step {
            ScriptStep::WirePlain => {
                let wire = state.lab.wire;
                let what = Statement::new("wire-reset-first").when("Held", wire.held);
                state.say(what.when("Delayed", !wire.delay.is_zero()));
                wire::reset(state)
            }
            ScriptStep::WireHeld => vec![wire::hold(state)],
            ScriptStep::Listening => {
                let spec = self.server(state).spec.clone();
                verbs::start_listening(state, spec)
            }
            ScriptStep::Accepting => run(Command::ResumeAccept(self.listener)),
            ScriptStep::AcceptHeld => run(Command::HoldAccept(self.listener)),
            ScriptStep::Called => {
                // It sends no data, and stays open.
                let to = state.clients.reachable(self.server(state).connect_address());
                let host = state.clients.computers[self.client].host;
                let spec = ConnectSpec { host, ..ConnectSpec::to(to.into()) };
                connect::call(state, spec).1
            }
            ScriptStep::HalfClosed(side) => end(side, Command::HalfClose),
            ScriptStep::ClientClosed => end(ScriptEnd::Client, Command::Close),
            ScriptStep::ServerClosed => end(ScriptEnd::Server, Command::Close),
            ScriptStep::Delivered(..) => vec![wire::deliver_oldest(state)],
            ScriptStep::MythCall(n) => {
                let to = self.server(state).connect_address();
                myth::call(state, n, to)
            }
            ScriptStep::Connected | ScriptStep::Accepted | ScriptStep::Sent(..) => vec![],
        }
    }

    fn finish(self, state: &mut State) -> Vec<Effect> {
        match self.goal {
            ScriptGoal::HeldState(held, at) => held_states::reached(state, self, held, at),
            ScriptGoal::Myth => myth::finish(state),
        }
    }

    /// Keeps the script for the next event, unless it has taken too long; the myth waits for its answers.
    pub(crate) fn wait(self, state: &mut State, what: &str) {
        match self.goal {
            ScriptGoal::HeldState(held, _) if state.now.since(self.began) >= LIMIT => {
                let limit = LIMIT.as_secs();
                state.warn(
                    Statement::new("state-not-reached")
                        .with("state", held)
                        .with("seconds", limit)
                        .with("waits_for", what),
                );
            }
            ScriptGoal::HeldState(..) | ScriptGoal::Myth => state.script = Some(self),
        }
    }

    /// The client's socket, once it has called connect(); it is kept after it has closed.
    pub(crate) fn client_end(&self, state: &State) -> Option<SocketId> {
        let ends = state.ends.of(Holder::Client(self.client)).map(|end| end.socket);
        let next = || ends.take_while(|end| end.order > Some(self.after)).last();
        self.end.or_else(|| Some(next()?.name))
    }

    pub(crate) fn end_at(&self, state: &State, side: ScriptEnd) -> Option<SocketId> {
        let client = self.client_end(state)?;
        Some(match side {
            ScriptEnd::Client => client,
            ScriptEnd::Server => state.other_end(client),
        })
    }

    /// Its server; the selected one where that has left the list.
    fn server<'a>(&self, state: &'a State) -> &'a Server {
        state.servers.get(self.listener).unwrap_or(state.server())
    }

    /// What the step is still waiting for; `None` once it is done.
    fn missing(&self, state: &State, step: ScriptStep) -> Option<&'static str> {
        let server = self.server(state);
        let is_accepted = || {
            self.end_at(state, ScriptEnd::Server).is_some_and(|end| state.ends.server_holds(end))
        };
        let (is_done, waits_for) = match step {
            ScriptStep::WirePlain => (state.lab.wire.is_plain(), WIRE),
            ScriptStep::WireHeld => (state.lab.wire.held, WIRE),
            ScriptStep::Listening => (server.is_listening(), "the server is not listening yet"),
            ScriptStep::Accepting => (!server.held, ACCEPT),
            ScriptStep::AcceptHeld => (server.held, ACCEPT),
            ScriptStep::Called => {
                (self.client_end(state).is_some(), "connect() has not been called yet")
            }
            ScriptStep::Connected => {
                let connected = |did| did == LoggedEvent::Connected;
                (self.has_done(state, ScriptEnd::Client, connected), ANSWER)
            }
            ScriptStep::Accepted => (is_accepted(), "accept() has not returned the connection yet"),
            ScriptStep::HalfClosed(side) => {
                let half_closed = |did| did == LoggedEvent::HalfClosed;
                (self.has_done(state, side, half_closed), "neither end has closed yet")
            }
            ScriptStep::ClientClosed => {
                let closed = |did| matches!(did, LoggedEvent::Closed(_));
                let is_done = self.has_done(state, ScriptEnd::Client, closed);
                (is_done, "the client has not closed yet")
            }
            ScriptStep::ServerClosed => (!is_accepted(), "the server has not closed yet"),
            ScriptStep::Sent(side, flags) => {
                let is_sent = self.segments(state, side, flags).next().is_some();
                (is_sent, "the segment is not on the wire yet")
            }
            ScriptStep::Delivered(side, flags) => {
                let arrived =
                    |crossing: &WireSegment| matches!(crossing.fate, Delivery::Arrived(_));
                let is_there = self.segments(state, side, flags).any(arrived);
                (is_there, "the segment has not crossed the wire yet")
            }
            ScriptStep::MythCall(n) => {
                let myth = state.ui.myth.as_ref();
                (myth.is_none_or(|myth| myth.calls[n].answer.is_some()), ANSWER)
            }
        };
        (!is_done).then_some(waits_for)
    }

    fn has_done(&self, state: &State, side: ScriptEnd, what: impl Fn(LoggedEvent) -> bool) -> bool {
        let Some(end) = self.end_at(state, side) else { return false };
        let mut log = state.sockets.log.of(end.tuple.connection(), state.now);
        log.any(|(at, name, did)| at >= self.began && name == end && what(did))
    }

    /// The segments of an end that have these flags, the oldest first: more than one after a retransmission.
    pub(crate) fn segments<'a>(
        &self,
        state: &'a State,
        side: ScriptEnd,
        flags: Flags,
    ) -> impl Iterator<Item = &'a WireSegment> {
        let (end, began) = (self.end_at(state, side), self.began);
        state.lab.crossings.iter().filter(move |WireSegment { segment, sent, .. }| {
            end.is_some_and(|end| segment.tuple == end.tuple)
                && segment.flags.has(flags)
                && *sent >= began
        })
    }

    fn is_refused(&self, state: &State, step: ScriptStep) -> bool {
        (step == ScriptStep::Listening && self.server(state).ordered == 0)
            || (step == ScriptStep::Called && state.clients.awaited() == 0)
    }
}
