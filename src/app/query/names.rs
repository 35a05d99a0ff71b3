//! The roles of rows, and the names of computers, peers and tables.

use std::fmt;

use crate::app::query::peers::is_stranger;
use crate::app::{State, TableRow};
use crate::tcp::{Endpoint, Host, Owner, SocketId, SocketRow, TcpState};

pub(crate) fn listener_name(state: &State, line: &TableRow) -> String {
    match state.sockets.owner(line.row.inode) {
        Some(owner) if state.is_own(owner) => String::from("this program"),
        Some(owner) => {
            format!("{} (pid {}{})", owner.program, owner.pid, owner.and_others())
        }
        None => String::from("another program"),
    }
}

/// The name of the computer that a client's socket belongs to, or its address.
pub(crate) fn client_name(state: &State, client: SocketId) -> String {
    let name = state.client_at(client);
    name.map_or_else(|| client.tuple.local.ip.to_string(), str::to_owned)
}

/// How the program at an end is called: a computer of ours, the server, another program with its address, or the address.
pub(crate) fn end_name(state: &State, end: SocketId) -> String {
    let other = state.other_end(end);
    let is_servers = state.ends.server_holds(end)
        || (state.ends.last_holder(end).is_none() && state.is_with_our_server(other));
    if is_servers {
        return state.server_name(end.tuple.local);
    }
    let owner = state.sockets.get(end).and_then(|line| state.sockets.last_owner(line));
    let is_others = owner.is_some_and(|owner| !state.is_own(owner))
        || (state.ends.server_holds(other) && is_stranger(state, other));
    match state.client_at(end).filter(|_| !is_others) {
        Some(ours) => ours.to_owned(),
        None => program_name(state, end),
    }
}

/// The name of the program at an end, or of its computer, with the address.
pub(crate) fn program_name(state: &State, end: SocketId) -> String {
    let at = end.tuple.local.canonical();
    match state.peer_name(state.other_end(end)) {
        name if name == at.ip.to_string() => at.to_string(),
        name => format!("{name} ({at})"),
    }
}

impl State {
    /// How the server at that address is called: with it where there are several.
    pub(crate) fn server_name(&self, at: Endpoint) -> String {
        match self.one_of_several(at) {
            Some(at) => format!("the server ({at})"),
            None => String::from("the server"),
        }
    }

    /// An address of a server, where there are several.
    pub(crate) fn one_of_several(&self, at: Endpoint) -> Option<Endpoint> {
        Some(at.canonical()).filter(|_| self.servers.are_several())
    }

    /// Whether the owner of a socket is this program.
    pub(crate) fn is_own(&self, owner: &Owner) -> bool {
        owner.pid == self.machine.pid
    }

    /// Display name of the peer: our computer, else the program, else the address.
    pub fn peer_name(&self, end: SocketId) -> String {
        let other = self.other_end(end);
        if self.ends.client_holds(other) {
            return client_name(self, other);
        }
        let line = self.sockets.mirror(end).or_else(|| self.seen().mirror(end));
        let owner = line.and_then(|line| self.sockets.last_owner(line));
        let known = self.ends.get(end).and_then(|end| end.program.as_ref());
        let ours = owner.map_or(known.is_none(), |owner| self.is_own(owner));
        match self.client_at(other).filter(|_| ours) {
            Some(name) => name.to_owned(),
            None => owner
                .map(|owner| &owner.program)
                .or(known)
                .map_or_else(|| other.tuple.local.ip.to_string(), String::clone),
        }
    }

    pub(crate) fn computer_name(&self, host: Host) -> String {
        let mut computers = self.clients.computers.iter();
        let client = computers.find(|computer| self.lab.is_up() && computer.host == host);
        client.map_or_else(|| String::from("the server"), |computer| computer.name.clone())
    }

    pub(crate) fn table_name(&self, host: Host) -> String {
        if self.lab.is_up() {
            format!("{}'s table", self.computer_name(host))
        } else {
            String::from("the kernel's table")
        }
    }
}

/// The role of a row in the demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// The listening socket of our server.
    Listener,
    /// The server's socket of a connection, and the peer.
    ServerEnd(String),
    /// A client's socket, and its computer.
    Client(String),
    /// A listening socket of another program.
    OtherListener(String),
    /// Any other socket of another program, by its name.
    Other(String),
    /// A socket without an owner, or with an unknown one.
    Unknown,
}

impl Role {
    /// The role of `row`, by ports, addresses and owners.
    pub fn of(state: &State, row: &SocketRow) -> Role {
        let name = row.name();
        let servers = &state.servers;
        // A socket without an owner keeps the role of its last owner.
        let owner = match row.inode {
            0 => state.seen().get(name).and_then(|line| state.sockets.last_owner(line)),
            inode => state.sockets.owner(inode),
        };
        let program = owner.map(|owner| owner.program.clone());
        let may_be_ours = owner.is_none_or(|owner| state.is_own(owner));
        let ours = state.ends.server_holds(name)
            || (may_be_ours && servers.serves(name))
            || (owner.is_none() && servers.may_have_served(name));
        if row.state == TcpState::Listen || !row.tuple.is_connected() {
            let listening = row.state == TcpState::Listen;
            let own = servers.with(name).is_some();
            // A closed socket of ours is in no list: its row in the past is known by its owner.
            let was_own = listening && owner.is_some_and(|owner| state.is_own(owner));
            return match program {
                _ if own || was_own => Role::Listener,
                Some(program) if listening => Role::OtherListener(program),
                Some(program) => Role::Other(program),
                None => Role::Unknown,
            };
        }
        if ours && !state.seen().is_client(name) {
            return Role::ServerEnd(state.peer_name(name));
        }
        // Without an owner the address decides.
        let is_known = state.clients.called.contains(&row.tuple.remote.port)
            || state.is_with_our_server(name)
            || state.holder_name(name).is_some();
        match state.client_at(name).filter(|_| may_be_ours && is_known) {
            Some(computer) => Role::Client(computer.to_owned()),
            None => program.map_or(Role::Unknown, Role::Other),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Role::Listener => f.pad("listener"),
            Role::ServerEnd(peer) => f.pad(&format!("server end of {peer}")),
            Role::Client(computer) => f.pad(computer),
            Role::OtherListener(program) => f.pad(&format!("{program} listens")),
            Role::Other(program) => f.pad(program),
            Role::Unknown => f.pad("-"),
        }
    }
}
