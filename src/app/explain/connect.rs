//! Sentences: what happened, in the reader's words.

use crate::app::State;
use crate::app::query::Transit;
use crate::app::query::names::client_name;
use crate::tcp::{Flags, OwnSocket, Protocol, SocketId, SourcePort};

/// What is said of a connection that waits in the accept queue.
const KERNEL_ALONE: &str = "The kernel did it alone: accept() was not called yet.";

/// What is said of one that found the accept queue full at the last step.
const CLIENT_BELIEVES: &str = "Only the client believes so: the accept queue is full, so the server's kernel dropped its last ACK.";

/// That a client has connected, as it was told, now that a look has shown that the server knows nothing of it.
pub(crate) fn connected_alone(told: &str) -> String {
    told.replace(KERNEL_ALONE, CLIENT_BELIEVES)
}

/// One computer has connected.
pub(crate) fn connected(state: &State, socket: &OwnSocket) -> String {
    let tuple = socket.name.tuple;
    let who = client_name(state, socket.name);
    let port = tuple.local.port;
    if tuple.protocol == Protocol::Udp {
        return format!(
            "{who} has a UDP socket at port {port}, connected to {}: no handshake took place, the kernel only remembers whom it is for.",
            tuple.remote
        );
    }
    if tuple.is_to_itself() {
        return format!(
            "{who} connected to itself: its SYN came back to port {port}, from which it was sent. One socket is both ends, so there is one row, and no listener."
        );
    }
    let reached = reached_this_machine(state, socket);
    let is_ours = state.is_our_server(tuple.remote);
    let picked = match state.clients.spec.source_port {
        SourcePort::KernelPicks => format!("the kernel picked port {port}"),
        SourcePort::Toy(range) => format!("the kernel picked port {port} from {range}"),
        SourcePort::Fixed(_) => format!("from port {port}, as asked"),
        SourcePort::SameAsServer if is_ours => {
            format!("from port {port}, the same number as the server's")
        }
        SourcePort::SameAsServer => format!("from port {port}, the same number as it calls"),
    };
    if let Some(half) = half_made(state, socket.name) {
        return format!("{who} connected: {picked}. {half}");
    }
    let server = tuple.remote.port;
    if !is_ours {
        return format!("{who} connected to {}: {picked}.{reached}", tuple.remote);
    }
    if state.server.held {
        let how =
            if state.is_alone_in_believing(socket.name) { CLIENT_BELIEVES } else { KERNEL_ALONE };
        return format!("{who} connected: {picked}. {how}{reached}");
    }
    let open = state.connections_with(tuple.remote);
    match open {
        0 | 1 => format!(
            "{who} connected: {picked}. The LISTEN row did not change; one connection, seen from both ends.{reached}"
        ),
        n => format!(
            "{who} connected: {picked}. The LISTEN row did not change; port {server} now has {n} connections, told apart by the other end.{reached}"
        ),
    }
}

/// What is said of a connection whose last ACK has not come to the other end yet.
pub(crate) fn half_made(state: &State, client: SocketId) -> Option<String> {
    let there =
        if state.is_our_server(client.tuple.remote) { "the server" } else { "the other end" };
    match state.passage(client, Flags::ACK) {
        Transit::AtOnce => None,
        Transit::Slow => Some(format!(
            "connect() has returned; {there} stays in SYN_RECV until the ACK has crossed the wire: half a connection."
        )),
        Transit::Lost => Some(format!(
            "connect() has returned, but the ACK is lost: {there} stays in SYN_RECV, and sends its SYN+ACK again."
        )),
    }
}

/// That the last ACK of a connection that was half made has come.
pub(crate) fn whole(state: &State, client: SocketId) -> String {
    let who = client_name(state, client);
    let there =
        if state.is_our_server(client.tuple.remote) { "the server's end" } else { "the other end" };
    format!("{who}'s ACK has come: {there} is ESTABLISHED, too.")
}

/// What became of the address that was called, where no row shows it: nobody has `0.0.0.0` (RFC 1122, section 3.2.1.3).
fn reached_this_machine(state: &State, socket: &OwnSocket) -> String {
    let called = state.clients.target(state.server.callable()).endpoint();
    match called.map(|called| called.ip) {
        Some(ip) if ip.is_unspecified() && !state.lab.is_up() => format!(
            " {ip} is nobody's address: Linux takes it for this machine itself, so the row says {}.",
            socket.name.tuple.remote.ip
        ),
        _ => String::new(),
    }
}
