//! Whether a step of a script is done.

use crate::app::State;
use crate::app::model::{LoggedEvent, Script, ScriptEnd, ScriptStep};
use crate::tcp::{Delivery, Flags, SocketId, WireSegment};

impl Script {
    /// The client's socket, once it has called connect(); it is kept after it has closed.
    pub(crate) fn client_end(&self, state: &State) -> Option<SocketId> {
        let mut computers = state.clients.computers.iter();
        let computer = computers.find(|computer| computer.host == self.client);
        self.end.or_else(|| Some(computer?.ends.since(self.opened_before).next()?.socket.name))
    }

    pub(crate) fn end_at(&self, state: &State, side: ScriptEnd) -> Option<SocketId> {
        let client = self.client_end(state)?;
        Some(match side {
            ScriptEnd::Client => client,
            ScriptEnd::Server => state.other_end(client),
        })
    }

    pub(crate) fn is_done(&self, state: &State, step: ScriptStep) -> bool {
        let server = &state.server;
        let is_accepted =
            || self.end_at(state, ScriptEnd::Server).is_some_and(|end| server.ends.contains(end));
        match step {
            ScriptStep::WirePlain => state.lab.wire.is_plain(),
            ScriptStep::WireHeld => state.lab.wire.held,
            ScriptStep::Listening => server.is_listening(),
            ScriptStep::Accepting => !server.held,
            ScriptStep::AcceptHeld => server.held,
            ScriptStep::Called => self.client_end(state).is_some(),
            ScriptStep::Connected => {
                self.has_done(state, ScriptEnd::Client, |did| did == LoggedEvent::Connected)
            }
            ScriptStep::Accepted => is_accepted(),
            ScriptStep::HalfClosed(side) => {
                self.has_done(state, side, |did| did == LoggedEvent::HalfClosed)
            }
            ScriptStep::ClientClosed => {
                self.has_done(state, ScriptEnd::Client, |did| matches!(did, LoggedEvent::Closed(_)))
            }
            ScriptStep::ServerClosed => !is_accepted(),
            ScriptStep::Sent(side, flags) => self.segments(state, side, flags).next().is_some(),
            ScriptStep::Delivered(side, flags) => {
                let mut segments = self.segments(state, side, flags);
                segments.any(|crossing| matches!(crossing.fate, Delivery::Arrived(_)))
            }
            ScriptStep::MythCall(n) => {
                state.ui.myth.as_ref().is_none_or(|myth| myth.calls[n].answer.is_some())
            }
        }
    }

    fn has_done(&self, state: &State, side: ScriptEnd, what: impl Fn(LoggedEvent) -> bool) -> bool {
        let Some(end) = self.end_at(state, side) else {
            return false;
        };
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
}
