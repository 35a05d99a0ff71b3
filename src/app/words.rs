//! Sentences: what happened, in the reader's words.

use std::time::Duration;

use crate::app::State;
use crate::app::passage::Passage;
use crate::tcp::{
    Call, Crossing, Flags, OwnSocket, Protocol, Refusal, RowName, Segment, SourcePort,
};

/// A number with commas: 28,232.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 connection`, `2 connections`.
pub fn many(n: u64, one: &str, more: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { more })
}

/// So many connections; UDP has none, only sockets.
pub(crate) fn sockets(n: u64, protocol: Protocol) -> String {
    match protocol {
        Protocol::Tcp => many(n, "connection", "connections"),
        Protocol::Udp => many(n, "UDP socket", "UDP sockets"),
    }
}

/// That another table is read, as the kernel does not let us ask it.
pub fn instead(why: &str) -> String {
    format!("{why}; /proc/net/tcp is read instead, which takes longer and shows no backlog")
}

/// How often something is done: once, 2 times.
pub(crate) fn times(n: &str) -> String {
    if n == "1" { "once".to_owned() } else { format!("{n} times") }
}

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
    if state.listener.held {
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
pub(crate) fn half_made(state: &State, client: RowName) -> Option<String> {
    let there =
        if state.is_our_server(client.tuple.remote) { "the server" } else { "the other end" };
    match state.passage(client, Flags::ACK) {
        Passage::AtOnce => None,
        Passage::Slow => Some(format!(
            "connect() has returned; {there} stays in SYN_RECV until the ACK has crossed the wire: half a connection."
        )),
        Passage::Lost => Some(format!(
            "connect() has returned, but the ACK is lost: {there} stays in SYN_RECV, and sends its SYN+ACK again."
        )),
    }
}

/// That the last ACK of a connection that was half made has come.
pub(crate) fn whole(state: &State, client: RowName) -> String {
    let who = client_name(state, client);
    let there =
        if state.is_our_server(client.tuple.remote) { "the server's end" } else { "the other end" };
    format!("{who}'s ACK has come: {there} is ESTABLISHED, too.")
}

/// What became of the address that was called, where no row shows it: nobody has `0.0.0.0` (RFC 1122, section 3.2.1.3).
fn reached_this_machine(state: &State, socket: &OwnSocket) -> String {
    let called = state.clients.target(state.listener.callable()).endpoint();
    match called.map(|called| called.ip) {
        Some(ip) if ip.is_unspecified() && !state.lab.is_up() => format!(
            " {ip} is nobody's address: Linux takes it for this machine itself, so the row says {}.",
            socket.name.tuple.remote.ip
        ),
        _ => String::new(),
    }
}

/// A time that somebody chose: 100 ms, 2 s.
pub fn brief(time: std::time::Duration) -> String {
    match time.as_millis() {
        millis if millis >= 1000 && millis % 1000 == 0 => format!("{} s", millis / 1000),
        millis @ 0..1000 => format!("{millis} ms"),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}

/// 0.42 s, 12 s.
pub(crate) fn seconds(time: Duration) -> String {
    let s = time.as_secs_f64();
    match s {
        s if s < 0.001 => "less than 1 ms".to_owned(),
        s if s < 0.1 => format!("{:.0} ms", s * 1e3),
        s if s < 10.0 => format!("{s:.2} s"),
        s => format!("{s:.0} s"),
    }
}

/// accept() brought nobody, or somebody who had to be turned away.
pub fn accept_failed(why: Refusal, pause: Duration) -> String {
    let errno = why.errno;
    if !pause.is_zero() {
        let pause = seconds(pause);
        return format!("cannot accept a connection: {errno}; tried again in {pause}");
    }
    if why.call == Call::Reserve {
        format!("a caller was turned away with \"busy\": {why}")
    } else {
        format!("a caller was gone before accept() returned: {errno}; it goes on at once")
    }
}

/// A segment by its flags and who sent it: `laptop's SYN`.
pub(crate) fn segment(state: &State, crossing: &Crossing) -> String {
    let segment = &crossing.segment;
    let again = if crossing.again { ", sent again," } else { "" };
    let what = match segment.tuple.protocol {
        Protocol::Tcp => segment.flags.to_string(),
        Protocol::Udp if segment.is_refusal => format!("ICMP \"{}\"", Segment::REFUSES),
        Protocol::Udp if segment.is_fragment => String::from("first fragment of a datagram"),
        Protocol::Udp => String::from("datagram"),
    };
    format!("{}'s {what}{again}", state.computer_name(segment.from))
}

/// The name of the computer at the local end, or its address.
pub(crate) fn client_name(state: &State, end: RowName) -> String {
    let ip = end.tuple.local.ip;
    let holder = state.clients.whose(end).map(|computer| computer.name.clone());
    let named = holder.or_else(|| state.clients.name_of(ip).map(str::to_owned));
    named.unwrap_or_else(|| {
        if state.listener.ends.contains(end) { "the server".to_owned() } else { ip.to_string() }
    })
}
