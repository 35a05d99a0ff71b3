//! Whether a cue has come.

use crate::app::State;
use crate::app::actions::{Script, ScriptEnd, ScriptStep};
use crate::app::model::{LoggedEvent, OpenEnds};
use crate::tcp::{Delivery, Flags, SocketId, WireSegment};

impl Script {
    /// The client's end, once it has called.
    pub(crate) fn client(&self, state: &State) -> Option<SocketId> {
        let mut computers = state.clients.computers.iter();
        let computer = computers.find(|computer| computer.host == self.client);
        let called = || computer?.ends.first_since(self.before);
        // Once it has closed, its end is no longer among those that are open.
        self.end.or_else(called)
    }

    pub(crate) fn end_at(&self, state: &State, side: ScriptEnd) -> Option<SocketId> {
        let client = self.client(state)?;
        Some(match side {
            ScriptEnd::Client => client,
            ScriptEnd::Server => state.other_end(client),
        })
    }

    pub(crate) fn is_there(&self, state: &State, cue: ScriptStep) -> bool {
        let listener = &state.server;
        let accepted = |ends: &OpenEnds| {
            let end = self.end_at(state, ScriptEnd::Server);
            end.is_some_and(|end| ends.contains(end))
        };
        match cue {
            ScriptStep::Plain => state.lab.wire.is_plain(),
            ScriptStep::WireHeld => state.lab.wire.held,
            ScriptStep::Listens => listener.is_listening(),
            ScriptStep::Accepts => !listener.held,
            ScriptStep::AcceptHeld => listener.held,
            ScriptStep::Called => self.client(state).is_some(),
            ScriptStep::Connected => {
                self.did(state, ScriptEnd::Client, |did| did == LoggedEvent::Connected)
            }
            ScriptStep::Accepted => accepted(&listener.ends),
            ScriptStep::HungUp(side) => self.did(state, side, |did| did == LoggedEvent::HalfClosed),
            ScriptStep::ClientClosed => {
                self.did(state, ScriptEnd::Client, |did| matches!(did, LoggedEvent::Closed(_)))
            }
            ScriptStep::ServerClosed => !accepted(&listener.ends),
            ScriptStep::Sent(side, flags) => self.segments(state, side, flags).next().is_some(),
            ScriptStep::Crossed(side, flags) => {
                let mut segments = self.segments(state, side, flags);
                segments.any(|crossing| matches!(crossing.fate, Delivery::Arrived(_)))
            }
        }
    }

    /// Whether an end of the connection did this.
    fn did(&self, state: &State, side: ScriptEnd, what: impl Fn(LoggedEvent) -> bool) -> bool {
        let Some(end) = self.end_at(state, side) else {
            return false;
        };
        let mut events = state.sockets.log.of(end.tuple.connection(), state.now);
        events.any(|(at, name, did)| at >= self.began && name == end && what(did))
    }

    /// The segments of an end that have these flags, the oldest first: more than one where it was sent again.
    pub(crate) fn segments<'a>(
        &self,
        state: &'a State,
        side: ScriptEnd,
        flags: Flags,
    ) -> impl Iterator<Item = &'a WireSegment> {
        let (end, began) = (self.end_at(state, side), self.began);
        let crossings = state.lab.crossings.iter();
        crossings.filter(move |WireSegment { segment, sent, .. }| {
            let is_its = end.is_some_and(|end| segment.tuple == end.tuple);
            is_its && segment.flags.has(flags) && *sent >= began
        })
    }
}
