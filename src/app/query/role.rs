//! The role of a row in the demonstration.

use std::fmt;

use crate::app::State;
use crate::tcp::{SocketRow, TcpState};

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
        let is_ours = program_is_ours(program.as_deref());
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

/// Whether the owner is this program; without an owner the address decides.
fn program_is_ours(program: Option<&str>) -> bool {
    program.is_none_or(|program| program == "fivetuple")
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
