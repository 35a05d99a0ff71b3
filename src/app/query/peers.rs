//! Both ends of a connection: what this program knows of those that it holds, and whose the others are.

use crate::app::{OpenEnd, State, TableRow};
use crate::tcp::SocketId;

impl State {
    /// The socket at the other end: in the lab it is on another computer, and the client of a dual-stack server is an IPv4 socket.
    pub fn other_end(&self, name: SocketId) -> SocketId {
        let tuple = name.tuple.mirrored().canonical();
        // An address that a computer of the lab was given later is known from its row only.
        let row = || self.sockets.mirror(name).filter(|_| self.lab.is_up());
        let host = self.lab.host_of(tuple.local.ip).or_else(|| row().map(|line| line.row.host));
        SocketId { host: host.unwrap_or(name.host), tuple, ..name }
    }

    /// The data of a socket that this program holds open.
    pub fn own_end(&self, end: SocketId) -> Option<&OpenEnd> {
        let clients = self.clients.holder_of(end).and_then(|computer| computer.ends.get(end));
        clients.or_else(|| self.server.ends.get(end))
    }

    pub(crate) fn note(&mut self, end: SocketId, change: impl Fn(&mut OpenEnd)) {
        let clients = self.clients.computers.iter_mut().map(|computer| &mut computer.ends);
        let mut all = clients.chain([&mut self.server.ends]);
        all.any(|ends| ends.change(end, &change));
    }

    /// Whether our server has accepted this client, even if it has closed the connection since.
    pub(crate) fn was_accepted(&self, client: SocketId) -> bool {
        self.server.ends.contains(self.other_end(client))
            || self.own_end(client).is_some_and(|end| end.other_ended.is_some())
    }

    pub(crate) fn peer_has_closed(&self, end: SocketId) -> bool {
        self.own_end(end).is_some_and(|end| end.peer_closed)
    }

    /// Whether `S` holds that row or the other end of its connection.
    pub fn is_held(&self, row: SocketId) -> bool {
        let other = || self.other_end(row);
        let mut names = self.held_sockets.iter().map(|socket| socket.name);
        names.any(|name| name == row || (row.tuple.is_connected() && name == other()))
    }

    /// Whether this socket of ours is half-open: the peer has sent RST and its row is gone.
    pub(crate) fn is_half_open(&self, end: SocketId) -> bool {
        let other = self.sockets.other_line(end);
        let is_reset = other.is_some_and(|other| other.gone.is_some() && other.sent_rst());
        self.lab.is_up() && is_reset && self.own_end(end).is_some()
    }
}

/// Whether the other end of an accepted connection belongs to another program or machine.
pub(crate) fn is_stranger(state: &State, end: SocketId) -> bool {
    let is_computers = state.clients.index_of(end.tuple.remote.ip).is_some();
    if is_computers && state.lab.is_up() {
        // On a computer of the lab every program has the same address.
        return state.own_end(end).is_some_and(|end| end.is_strangers);
    }
    !is_computers && is_foreign_peer(state, end)
}

/// Whether the other end is no client's of ours, and no connect is unanswered.
pub(crate) fn is_foreign_peer(state: &State, end: SocketId) -> bool {
    let other = state.other_end(end);
    let told = |line: &TableRow| line.ending.is_some();
    let had_it = || state.sockets.mirror(end).is_some_and(told);
    state.clients.awaited() == 0 && state.clients.whose(other).is_none() && !had_it()
}
