//! The roles of rows, and the names of computers, peers and tables.

use std::fmt;
use std::net::IpAddr;

use crate::app::{State, TableRow};
use crate::tcp::{Host, SocketId, SocketRow, TcpState};

pub(crate) fn listener_name(state: &State, line: &TableRow) -> String {
    match state.sockets.owner(line.row.inode) {
        Some(owner) if owner.pid == state.machine.pid => String::from("this program"),
        Some(owner) => {
            format!("{} (pid {}{})", owner.program, owner.pid, owner.and_others())
        }
        None => String::from("another program"),
    }
}

/// The name of the computer at the local address, or the address.
pub(crate) fn client_name(state: &State, end: SocketId) -> String {
    let ip = end.tuple.local.ip;
    let holder = state.clients.whose(end).map(|computer| computer.name.clone());
    let named = holder.or_else(|| state.clients.name_of(ip).map(str::to_owned));
    named.unwrap_or_else(|| {
        if state.server.ends.contains(end) { "the server".to_owned() } else { ip.to_string() }
    })
}

impl State {
    /// Display name of the peer: our computer, else the program, else the address.
    pub fn peer_name(&self, ip: IpAddr, end: SocketId) -> String {
        if let Some(computer) = self.clients.holder_of(self.other_end(end)) {
            return computer.name.clone();
        }
        let other = self.sockets.mirror(end);
        let other = other.or_else(|| self.seen().mirror(end));
        let owner = other.and_then(|line| self.sockets.owners.get(&line.held));
        let known = self.server.ends.get(end).and_then(|end| end.program.as_ref());
        let ours = owner.map_or(known.is_none(), |owner| owner.pid == self.machine.pid);
        let held = self.clients.whose(self.other_end(end));
        let held = held.map(|computer| computer.name.as_str());
        match held.or(self.clients.name_of(ip)).filter(|_| ours) {
            Some(name) => name.to_owned(),
            None => owner
                .map(|owner| &owner.program)
                .or(known)
                .map_or_else(|| ip.to_canonical().to_string(), String::clone),
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
        let listener = &state.server;
        // A socket without an owner keeps the role of its last owner.
        let held = match row.inode {
            0 => state.seen().get(name).map_or(0, |line| line.held),
            inode => inode,
        };
        let owner = state.sockets.owners.get(&held);
        let program = owner.map(|owner| owner.program.clone());
        let may_be_ours = owner.is_none_or(|owner| owner.pid == state.machine.pid);
        let ours = listener.ends.contains(name)
            || (may_be_ours && listener.serves(name))
            || (owner.is_none() && listener.may_have_served(name));
        if row.state == TcpState::Listen || !row.tuple.is_connected() {
            let listening = row.state == TcpState::Listen;
            let own = listener.sockets.iter().any(|socket| socket.name == name);
            // A closed socket of ours is in no list: its row in the past is known by its owner.
            let was_own = listening && owner.is_some_and(|owner| owner.pid == state.machine.pid);
            return match program {
                _ if own || was_own => Role::Listener,
                Some(program) if listening => Role::OtherListener(program),
                Some(program) => Role::Other(program),
                None => Role::Unknown,
            };
        }
        if ours && !state.seen().is_client(name) {
            return Role::ServerEnd(state.peer_name(row.tuple.remote.ip, name));
        }
        // Without an owner the address decides.
        let is_ours = program.as_deref().is_none_or(|program| program == "fivetuple");
        let holds_it =
            state.clients.whose(name).filter(|_| is_ours).map(|computer| computer.name.clone());
        let calls_us =
            state.clients.called.contains(&row.tuple.remote.port) || state.is_with_our_server(name);
        let address = state.clients.name_of(row.tuple.local.ip).filter(|_| calls_us && is_ours);
        match holds_it.or_else(|| address.map(str::to_owned)) {
            Some(computer) => Role::Client(computer),
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
