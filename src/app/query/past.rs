//! The moment that the screen shows: now, or one in the past.

use crate::app::{Server, State, Table};
use crate::tcp::{Delivery, Moment, WireSettings};

impl State {
    /// The moment that is shown: now, unless the past is.
    pub fn then(&self) -> Moment {
        self.sockets.past().map_or(self.now, |past| past.at)
    }

    /// Whether a server of ours listened at the moment that is shown.
    pub fn listened(&self) -> bool {
        self.then_listening().next().is_some()
    }

    /// The servers that listened at the moment that is shown, the selected one first.
    pub fn then_listening(&self) -> impl Iterator<Item = &Server> {
        let selected = self.server();
        let others = self.servers.all.iter().filter(|other| other.spec.id != selected.spec.id);
        let all = std::iter::once(selected).chain(others);
        all.filter(|server| match self.sockets.past() {
            Some(past) => past.table.ports.is_listening(server.at().port),
            None => server.is_listening(),
        })
    }

    /// Whether the past is shown, or the table is frozen.
    pub fn is_past(&self) -> bool {
        self.sockets.past().is_some()
    }

    /// The table that is shown: live, or of the past.
    pub fn seen(&self) -> &Table {
        self.sockets.shown()
    }

    /// The wire's settings at the moment that is shown.
    pub fn wire_then(&self) -> WireSettings {
        if !self.is_past() {
            return self.lab.wire;
        }
        let then = self.then();
        let mut wires = self.lab.wires.iter().rev();
        let wire = wires.find(|(since, _)| *since <= then);
        wire.map(|(_, wire)| *wire).unwrap_or_default()
    }

    /// The number of segments on the wire at the moment that is shown.
    pub fn waiting_then(&self) -> usize {
        if !self.is_past() {
            return self.lab.waiting();
        }
        let then = self.then();
        let sent = self.lab.crossings.iter();
        let sent = sent.take_while(|crossing| crossing.sent <= then);
        sent.filter(|crossing| crossing.fate_by(then) == Delivery::OnTheWay).count()
    }
}
