//! Both ends of a connection: what this program knows of those that it holds, and whose the others are.

use crate::app::{Holder, State, TableRow};
use crate::tcp::{Endpoint, SocketId};

impl State {
    /// The socket at the other end: in the lab it is on another computer, and the client of a dual-stack server is an IPv4 socket.
    pub fn other_end(&self, name: SocketId) -> SocketId {
        let tuple = name.tuple.mirrored().canonical();
        if !self.lab.is_up() {
            return SocketId { tuple, ..name };
        }
        // A computer may have further addresses, which its row tells.
        let by_row = || self.sockets.other_line(name).map(|line| line.row.host);
        let host = self.lab.host_of(tuple.local.ip).or_else(by_row).unwrap_or(name.host);
        SocketId { host, tuple, ..name }
    }

    /// Whose an end is: our server's, wherever its address stands, or a computer's of ours; `None` where it is another program's.
    pub fn whose(&self, end: SocketId) -> Option<Holder> {
        if let Some(holder) = self.ends.last_holder(end) {
            return Some(holder);
        }
        let is_servers = self.servers.serves(end) || self.servers.may_have_served(end);
        // A server that listens on every address seems to have each one's port.
        if is_servers && !self.seen().is_client(end) {
            return Some(Holder::SERVERS);
        }
        let line = self.seen().get(end);
        let owner = line.and_then(|line| self.sockets.last_owner(line));
        // On a computer of the lab every program has the same address.
        let is_ours = self.lab.is_up() || owner.is_none_or(|owner| self.is_own(owner));
        self.clients.index_of(end.tuple.local.ip).filter(|_| is_ours).map(Holder::Client)
    }

    /// Whose the near end of a row is, and whose the far end.
    pub fn whose_ends(&self, row: SocketId) -> [Option<Holder>; 2] {
        let is_connected = row.tuple.is_connected();
        let far = is_connected.then(|| self.other_end(row)).and_then(|far| self.whose(far));
        [self.whose(row), far]
    }

    /// Whom a word of a sentence names: a computer, or an address of its own or of the server.
    pub(crate) fn whom(&self, word: &str) -> Option<Holder> {
        let name = word.strip_suffix("'s").unwrap_or(word);
        let by_name = self.clients.computers.iter().position(|computer| computer.name == name);
        if by_name.is_some() || !word.contains(['.', ':']) {
            return by_name.map(Holder::Client);
        }
        let end = word.parse::<Endpoint>().ok();
        if end.is_some_and(|end| self.servers.are_at(end)) {
            return Some(Holder::SERVERS);
        }
        let ip = end.map(|end| end.ip).or_else(|| word.parse().ok())?;
        self.clients.index_of(ip).map(Holder::Client)
    }

    /// The name of the client computer that holds this socket, or held it until it was closed.
    pub(crate) fn holder_name(&self, end: SocketId) -> Option<&str> {
        let Holder::Client(n) = self.ends.last_holder(end)? else { return None };
        Some(&self.clients.computers.get(n)?.name)
    }

    /// The same, else that of the computer with its address.
    pub(crate) fn client_at(&self, end: SocketId) -> Option<&str> {
        self.holder_name(end).or_else(|| self.clients.name_of(end.tuple.local.ip))
    }

    /// Whether our server has accepted this client, even if it has closed the connection since.
    pub(crate) fn was_accepted(&self, client: SocketId) -> bool {
        self.ends.server_holds(self.other_end(client))
            || self.ends.get(client).is_some_and(|end| end.other_ended.is_some())
    }

    pub(crate) fn peer_has_closed(&self, end: SocketId) -> bool {
        self.ends.get(end).is_some_and(|end| end.peer_closed)
    }

    /// Whether `S` holds that row or the other end of its connection.
    pub fn is_held(&self, row: SocketId) -> bool {
        let other = || self.other_end(row);
        let mut names = self.held_sockets.iter().map(|socket| socket.name);
        names.any(|name| name == row || (row.tuple.is_connected() && name == other()))
    }

    /// Whether this socket of ours is half-open: the peer has sent RST and its row is gone.
    pub(crate) fn is_half_open(&self, end: SocketId) -> bool {
        self.lab.is_up() && self.ends.get(end).is_some() && self.sockets.is_peer_reset(end)
    }
}

/// Whether the other end of an accepted connection belongs to another program or machine.
pub(crate) fn is_stranger(state: &State, end: SocketId) -> bool {
    let is_computers = state.clients.index_of(end.tuple.remote.ip).is_some();
    if is_computers && state.lab.is_up() {
        // On a computer of the lab every program has the same address.
        return state.ends.get(end).is_some_and(|end| end.is_strangers);
    }
    !is_computers && is_foreign_peer(state, end)
}

/// Whether the other end is no client's of ours, and none that may become one.
pub(crate) fn is_foreign_peer(state: &State, end: SocketId) -> bool {
    let other = state.other_end(end);
    let told = |line: &TableRow| line.ending.is_some();
    let had_it = || state.sockets.mirror(end).is_some_and(told);
    !state.clients.may_hold(other) && state.ends.last_holder(other).is_none() && !had_it()
}
