//! Whether a cue has come.

use crate::app::script::Script;
use crate::app::script::cue::{Cue, Side};
use crate::app::{Doing, Ends, State};
use crate::tcp::{Crossing, Fate, Flags, RowName};

impl Script {
    /// The client's end, once it has called.
    pub(super) fn client(&self, state: &State) -> Option<RowName> {
        let mut computers = state.clients.computers.iter();
        let computer = computers.find(|computer| computer.host == self.client);
        let called = || computer?.ends.first_since(self.before);
        // Once it has closed, its end is no longer among those that are open.
        self.end.or_else(called)
    }

    pub(super) fn end_at(&self, state: &State, side: Side) -> Option<RowName> {
        let client = self.client(state)?;
        Some(match side {
            Side::Client => client,
            Side::Server => state.other_end(client),
        })
    }

    pub(super) fn is_there(&self, state: &State, cue: Cue) -> bool {
        let listener = &state.listener;
        let accepted = |ends: &Ends| {
            let end = self.end_at(state, Side::Server);
            end.is_some_and(|end| ends.contains(end))
        };
        match cue {
            Cue::Plain => state.lab.wire.is_plain(),
            Cue::WireHeld => state.lab.wire.held,
            Cue::Listens => listener.is_listening(),
            Cue::Accepts => !listener.held,
            Cue::AcceptHeld => listener.held,
            Cue::Called => self.client(state).is_some(),
            Cue::Connected => self.did(state, Side::Client, |did| did == Doing::Connected),
            Cue::Accepted => accepted(&listener.ends),
            Cue::HungUp(side) => self.did(state, side, |did| did == Doing::HalfClosed),
            Cue::ClientClosed => {
                self.did(state, Side::Client, |did| matches!(did, Doing::Closed(_)))
            }
            Cue::ServerClosed => !accepted(&listener.ends),
            Cue::Sent(side, flags) => self.segment(state, side, flags).is_some(),
            Cue::Crossed(side, flags) => self
                .segment(state, side, flags)
                .is_some_and(|crossing| matches!(crossing.fate, Fate::Arrived(_))),
        }
    }

    /// Whether an end of the connection did this.
    fn did(&self, state: &State, side: Side, what: impl Fn(Doing) -> bool) -> bool {
        let Some(end) = self.end_at(state, side) else {
            return false;
        };
        let mut doings = state.sockets.doings.of(end.tuple.connection(), state.now);
        doings.any(|(at, name, did)| at >= self.began && name == end && what(did))
    }

    /// The newest segment of an end that has these flags.
    pub(super) fn segment<'a>(
        &self,
        state: &'a State,
        side: Side,
        flags: Flags,
    ) -> Option<&'a Crossing> {
        let tuple = self.end_at(state, side)?.tuple;
        let mut newest = state.lab.crossings.iter().rev();
        newest.find(|Crossing { segment, sent, .. }| {
            segment.tuple == tuple && segment.flags.has(flags) && *sent >= self.began
        })
    }
}
