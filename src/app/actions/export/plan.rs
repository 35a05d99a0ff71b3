//! What the program has to do, taken from the recorded calls of our sockets.

use crate::app::model::ListenAddress;
use crate::app::query::names;
use crate::app::{State, SyscallEntry};
use crate::tcp::{
    Endpoint, Protocol, Purpose, SockOpt, SocketId, Syscall, SyscallRecord, TcpState,
};

/// The calls of one socket, and its name in the program.
pub(super) struct Piece {
    pub(super) row: SocketId,
    pub(super) about: String,
    pub(super) name: String,
    pub(super) calls: Vec<SyscallRecord>,
    /// Who may have to accept it: the names of the listening sockets.
    pub(super) accepted_by: Vec<String>,
    /// Whether connect() has no answer, so that the program must not wait for one.
    pub(super) is_calling: bool,
    /// Whether the socket is closed by now: only its connections are left.
    pub(super) is_closed: bool,
}

pub(super) struct Plan {
    pub(super) listeners: Vec<Piece>,
    pub(super) clients: Vec<Piece>,
    pub(super) more: usize,
    pub(super) port: u16,
}

impl Plan {
    /// The calls of the sockets that are open now, and of the listeners that accepted them.
    pub(super) fn of(state: &State) -> Plan {
        let mut listeners: Vec<Piece> = Vec::new();
        let mut clients: Vec<Piece> = Vec::new();
        for entry in &state.calls.entries {
            let makes = |call: &SyscallRecord| matches!(call.asked, Syscall::Socket { .. });
            let Some(row) = entry.record.row.filter(|_| entry.record.calls.iter().any(makes))
            else {
                continue;
            };
            let purpose = entry.record.purpose;
            if purpose == Purpose::Listen {
                listeners.push(listener(state, entry, row, listeners.len() + 1));
            } else if purpose == Purpose::Connect && state.ends.client_holds(row) {
                clients.push(client(state, entry, row, clients.len() + 1));
            }
        }
        for client in &mut clients {
            if state.ends.server_holds(state.other_end(client.row)) {
                client.accepted_by = listeners_for(&listeners, client.row);
            }
        }
        let needed = |listener: &Piece| {
            let accepts = |client: &Piece| client.accepted_by.contains(&listener.name);
            !listener.is_closed || clients.iter().any(accepts)
        };
        listeners.retain(needed);
        let first = listeners.first().map(|listener| listener.row.tuple.local.port);
        let called = clients.first().map(|client| client.row.tuple.remote.port);
        Plan {
            more: state.ends.of_clients().count().saturating_sub(clients.len()),
            port: first.or(called).map_or(0, |port| port.0),
            listeners,
            clients,
        }
    }
}

pub(super) fn look(plan: &Plan) -> String {
    format!("netstat -atn | grep ':{} '", plan.port)
}

/// `"127.0.0.1", 5000`, which both languages understand.
pub(super) fn arguments(end: Endpoint) -> String {
    format!("\"{}\", {}", end.ip, end.port.0)
}

fn listener(state: &State, entry: &SyscallEntry, row: SocketId, number: usize) -> Piece {
    let at = row.tuple.local;
    let mut piece = piece(entry, row, format!("the listener on {at}"), format!("listener{number}"));
    // Where the kernel chose the port, the program asks for the one that it chose.
    for call in &mut piece.calls {
        if let Syscall::Bind(asked) = &mut call.asked {
            *asked = at;
        }
    }
    piece.is_closed = state.servers.with(row).is_none();
    piece
}

fn client(state: &State, entry: &SyscallEntry, row: SocketId, number: usize) -> Piece {
    let (who, tuple) = (names::client_name(state, row), row.tuple);
    let about = format!("{who}, here {} to {}", tuple.local, tuple.remote);
    let line = state.sockets.get(row);
    let is_calling = line.is_some_and(|line| line.row.state == TcpState::SynSent);
    Piece { is_calling, ..piece(entry, row, about, format!("client{number}")) }
}

fn piece(entry: &SyscallEntry, row: SocketId, about: String, name: String) -> Piece {
    let (calls, accepted_by) = (done(entry), Vec::new());
    Piece { row, about, name, calls, accepted_by, is_calling: false, is_closed: false }
}

/// The calls that succeeded and that the program needs.
fn done(entry: &SyscallEntry) -> Vec<SyscallRecord> {
    let matters = |call: &&SyscallRecord| {
        let only_asks = matches!(
            call.asked,
            Syscall::GetSockName | Syscall::ConnectAnswer | Syscall::SetSockOpt(SockOpt::NoLinger)
        );
        !only_asks && !call.is_refused()
    };
    entry.record.calls.iter().filter(matters).copied().collect()
}

/// The listening sockets that a client may have reached: those that are open, else the last one that was.
fn listeners_for(listeners: &[Piece], client: SocketId) -> Vec<String> {
    let reached = listeners.iter().filter(|listener| answers(listener, client));
    let (closed, mut those): (Vec<&Piece>, Vec<&Piece>) = reached.partition(|at| at.is_closed);
    if those.is_empty() {
        those.extend(closed.last());
    }
    those.into_iter().map(|listener| listener.name.clone()).collect()
}

/// Whether connect() to the client's destination reaches that listener.
fn answers(listener: &Piece, client: SocketId) -> bool {
    let at = ListenAddress::of_socket(listener.row, false);
    client.tuple.protocol == Protocol::Tcp && at.takes_calls_to(client.tuple.remote)
}

/// The lines of one socket: its calls, each as `lines` writes it, and accept() at the other end.
pub(super) fn socket(
    piece: &Piece,
    (name, indent): (&str, &str),
    lines: fn(&SyscallRecord, &str, bool) -> String,
    accept: fn(&[String]) -> String,
) -> String {
    let calls = piece.calls.iter().map(|call| lines(call, name, piece.is_calling));
    let all = calls.chain([accept(&piece.accepted_by)]);
    all.flat_map(|text| text.lines().map(|line| format!("{indent}{line}\n")).collect::<Vec<_>>())
        .collect()
}
