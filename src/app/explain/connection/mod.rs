//! One connection, or one socket without a peer, in words.

pub(crate) mod commands;
pub(crate) mod end;
pub(crate) mod last_transition;
pub(crate) mod queues;

use crate::app::query::server_side;
use crate::app::{GoneReason, Role, State, TableRow};
use crate::tcp::{Protocol, TcpState};

/// What the socket is; who connected, and who closed first.
pub(crate) fn sentences(state: &State, line: &TableRow, mirror: Option<&TableRow>) -> Vec<String> {
    let port = line.row.tuple.local.port;
    if !line.row.tuple.is_connected() {
        return vec![match (line.row.state, line.gone) {
            (_, Some(_)) => String::from("This row is gone: the socket no longer listens."),
            (TcpState::Listen, None) => format!(
                "A listening socket has no peer. It accepts connections to port {port} and stays unchanged when a client connects."
            ),
            _ => format!("Bound to port {port}, without a peer."),
        }];
    }
    let connected = who_connected(state, line, mirror);
    let closed = who_closed(state, line, mirror);
    let second = if closed.is_empty() { connected } else { format!("{connected} {closed}") };
    vec![String::from(what_it_is(state, line, mirror)), second]
}

fn what_it_is(state: &State, line: &TableRow, mirror: Option<&TableRow>) -> &'static str {
    if line.gone.is_some() {
        let alive = mirror.filter(|line| line.gone.is_none());
        return match alive.map(|line| line.row.state) {
            Some(TcpState::TimeWait) => {
                "This row is gone. The other end reserves the 5-tuple, in TIME_WAIT."
            }
            Some(_) => "This row is gone. The other end is still in the table.",
            None => "This row is gone, and its 5-tuple is free again.",
        };
    }
    if line.row.state == TcpState::TimeWait {
        "No process owns it any more. The kernel reserves the 5-tuple, so that late segments cannot reach a new connection."
    } else if line.row.state == TcpState::SynReceived {
        "The server's kernel sent SYN+ACK without the program. It has not received the final ACK yet."
    } else if state.seen().is_half_open(line) {
        "Half-open (RFC 9293, 3.5.1): the other end is gone, but this end has received neither FIN nor RST."
    } else if server_side::is_unaccepted(state, line) {
        "The kernel completed this connection without the program. It is waiting in the accept queue."
    } else if line.row.tuple.protocol == Protocol::Udp {
        "UDP makes no connection: this socket only stores the destination of its datagrams."
    } else {
        "This 5-tuple identifies the connection."
    }
}

fn who_connected(state: &State, line: &TableRow, mirror: Option<&TableRow>) -> String {
    let is_client = |line: &&TableRow| state.seen().is_client(line.row.name());
    let client = [Some(line), mirror].into_iter().flatten().find(is_client);
    let tuple = client.map_or(line.row.tuple.mirrored(), |line| line.row.tuple);
    let who = match client.map(|line| Role::of(state, &line.row)) {
        Some(Role::Client(name) | Role::Other(name)) => format!("{name} ({})", tuple.local.ip),
        Some(Role::Listener | Role::ServerEnd(_) | Role::OtherListener(_) | Role::Unknown)
        | None => tuple.local.ip.to_string(),
    };
    let verb = match line.row.tuple.protocol {
        Protocol::Tcp if line.row.state == TcpState::SynSent => "is connecting to",
        Protocol::Tcp => "connected to",
        Protocol::Udp => "sends to",
    };
    if tuple.is_to_itself() {
        return format!("{who} {verb} itself on port {}.", tuple.local.port);
    }
    format!("{who} {verb} {} from port {}.", tuple.remote, tuple.local.port)
}

fn who_closed(state: &State, line: &TableRow, mirror: Option<&TableRow>) -> &'static str {
    const BOTH: &str = "Both ends closed at the same time.";
    let sockets = state.seen();
    if line.row.tuple.protocol == Protocol::Udp {
        return "";
    }
    if sockets.is_half_open(line) {
        return match sockets.other_line(line.row.name()) {
            Some(other) if other.closed_unread() => {
                "The other end was closed with data unread, so its kernel sent RST."
            }
            Some(_) => "The other end was aborted.",
            None => "An RST ended the other end.",
        };
    }
    let reset = |line: &TableRow| line.gone.is_some_and(|gone| gone.why == GoneReason::Reset);
    if reset(line) || mirror.is_some_and(reset) {
        return "An RST ended it.";
    }
    if line.row.tuple.is_to_itself() && line.closed_first() {
        return "Its FIN came back to the same socket, so both ends closed at once.";
    }
    let other = mirror.is_some_and(TableRow::closed_first) || line.was(TcpState::CloseWait);
    match (line.closed_first(), other) {
        _ if sockets.closed_at_once(line) => BOTH,
        (true, true) => BOTH,
        (false, false) if line.gone.is_some() => "",
        (false, false) => "Neither end has closed.",
        (this, _) if this == sockets.is_client(line.row.name()) => "The client closed first.",
        _ => "The server closed first.",
    }
}
