//! Whether a cue has come.

use crate::app::State;
use crate::app::actions::{Cue, Script, Side};
use crate::app::model::{Doing, Ends};
use crate::tcp::{Crossing, Fate, Flags, RowName};

impl Script {
    /// The client's end, once it has called.
    pub(crate) fn client(&self, state: &State) -> Option<RowName> {
        let mut computers = state.clients.computers.iter();
        let computer = computers.find(|computer| computer.host == self.client);
        let called = || computer?.ends.first_since(self.before);
        // Once it has closed, its end is no longer among those that are open.
        self.end.or_else(called)
    }

    pub(crate) fn end_at(&self, state: &State, side: Side) -> Option<RowName> {
        let client = self.client(state)?;
        Some(match side {
            Side::Client => client,
            Side::Server => state.other_end(client),
        })
    }

    pub(crate) fn is_there(&self, state: &State, cue: Cue) -> bool {
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
            Cue::Sent(side, flags) => self.segments(state, side, flags).next().is_some(),
            Cue::Crossed(side, flags) => {
                let mut segments = self.segments(state, side, flags);
                segments.any(|crossing| matches!(crossing.fate, Fate::Arrived(_)))
            }
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

    /// The segments of an end that have these flags, the oldest first: more than one where it was sent again.
    pub(crate) fn segments<'a>(
        &self,
        state: &'a State,
        side: Side,
        flags: Flags,
    ) -> impl Iterator<Item = &'a Crossing> {
        let (end, began) = (self.end_at(state, side), self.began);
        let crossings = state.lab.crossings.iter();
        crossings.filter(move |Crossing { segment, sent, .. }| {
            let is_its = end.is_some_and(|end| segment.tuple == end.tuple);
            is_its && segment.flags.has(flags) && *sent >= began
        })
    }
}
