//! Sentences: what happened, in the reader's words.

use std::time::Duration;

use crate::app::passage::Passage;
use crate::app::{Line, State, goodbye, itself};
use crate::tcp::{
    Call, Crossing, Flags, Host, ListenSpec, OwnSocket, Protocol, Refusal, RowName, ServerCloses,
    SourcePort,
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

/// That another table is read, as the kernel does not let us ask it.
pub fn instead(why: &str) -> String {
    format!("{why}; /proc/net/tcp is read instead, which takes longer and shows no backlog")
}

pub(crate) fn listening(spec: &ListenSpec, sockets: usize) -> String {
    let at = spec.at;
    let who = match sockets {
        1 => "one socket waits for calls".to_owned(),
        n => format!("{n} sockets share the address (SO_REUSEPORT)"),
    };
    let held = match spec.accepting {
        crate::tcp::Accepting::AtOnce => "",
        crate::tcp::Accepting::Held => " accept() is held.",
    };
    let in_lab = spec.host != Host::THIS;
    let reach = if in_lab && at.ip.to_canonical().is_loopback() {
        " Only the server's own computer gets in: each has a loopback of its own."
    } else {
        ""
    };
    format!(
        "listening on {at}: {who}. LISTEN is a claim on the port, not a connection.{reach}{held}"
    )
}

pub(crate) fn stopped_listening(sockets: usize, open: usize, waiting: u32) -> String {
    let (the_rows, go) = match sockets {
        0 | 1 => ("the LISTEN row".to_owned(), "goes"),
        n => (format!("the {n} LISTEN rows"), "go"),
    };
    let reset = match waiting {
        0 => String::new(),
        n => format!(
            " {} in the accept queue: nobody can accept any more, so RST is sent.",
            many(u64::from(n), "waited", "waited")
        ),
    };
    match open {
        0 => format!("stopped listening: {the_rows} {go}, and nobody can connect any more.{reset}"),
        n => format!(
            "stopped listening: only {the_rows} {go}. {} accepted before {} on.{reset}",
            many(n as u64, "connection", "connections"),
            if n == 1 { "lives" } else { "live" },
        ),
    }
}

/// How often something is done: once, 2 times.
pub(crate) fn times(n: &str) -> String {
    if n == "1" {
        "once".to_owned()
    } else {
        format!("{n} times")
    }
}

/// What the kernel does for a caller while accept() is held.
const DONE_ALONE: &str = "The kernel did it alone: accept() was not called yet.";

/// That a client has connected, as it was told, now that a look has shown that the server knows nothing of it.
pub(crate) fn connected_alone(told: &str) -> String {
    let better = "But it is alone in believing that: the accept queue is full, so the server's kernel dropped its ACK.";
    told.replace(DONE_ALONE, better)
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
        return itself::connected(&who, port);
    }
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
    let server = tuple.remote.port;
    if !is_ours {
        return format!("{who} connected to {}: {picked}.", tuple.remote);
    }
    if state.listener.held {
        return format!("{who} connected: {picked}. {DONE_ALONE}");
    }
    let open = state.connections_with(tuple.remote);
    match open {
        0 | 1 => format!(
            "{who} connected: {picked}. The LISTEN row did not change; one connection, seen from both ends."
        ),
        n => format!(
            "{who} connected: {picked}. The LISTEN row did not change; port {server} now has {n} connections, told apart by the other end."
        ),
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

/// Everything is closed, to start over.
pub(crate) fn reset(open: usize, waiting: u32) -> String {
    let closed = match open {
        0 => "nothing was open".to_owned(),
        n => format!(
            "{} closed with RST, which leaves no TIME_WAIT",
            many(n as u64, "open end was", "open ends were")
        ),
    };
    match waiting {
        0 => format!("reset: {closed}. Nothing listens, and the options are those of the start."),
        n => format!(
            "reset: {closed}. {} of before in TIME_WAIT still. Nothing listens, and the options are those of the start.",
            many(u64::from(n), "row is", "rows are")
        ),
    }
}

/// accept() was called once, and returned a connection that had been waiting.
pub(crate) fn accepted_while_held(state: &State, socket: &OwnSocket) -> String {
    let tuple = socket.name.tuple;
    let who = state.peer_name(tuple.remote.ip, socket.name);
    let own = state.sockets.get(socket.name);
    let other = state.sockets.other_line(socket.name);
    if own.is_some_and(|line| line.gone.is_some()) || other.is_some_and(Line::was_reset) {
        return format!(
            "accept() returned the connection with {who} at port {}, which was reset while it waited: its row is gone. Descriptor {} holds it all the same; read() says ECONNRESET.",
            tuple.remote.port, socket.fd
        );
    }
    format!(
        "accept() returned the connection with {who} at port {}: the row is the same, but descriptor {} holds it now.",
        tuple.remote.port, socket.fd
    )
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

/// One end has sent its FIN and still reads.
pub(crate) fn half_closed(state: &State, end: RowName) -> String {
    let who = client_name(state, end);
    let other = state.other_end(end);
    let closes = state.listener.promise(other).closes;
    let passage = state.passage(end, Flags::FIN);
    let is_to_itself = end.tuple.is_to_itself();
    if state.peer_has_closed(end) && !is_to_itself {
        return format!(
            "{who} half-closed: its FIN is sent, too. Both ends have hung up: LAST_ACK, until it is answered, and then this row goes."
        );
    }
    let client = state.clients.holder_of(other);
    let then = if is_to_itself {
        itself::HALF_CLOSED
    } else if passage == Passage::Lost {
        "But the FIN is lost: it is sent again until it is answered."
    } else if state.is_half_open(end) {
        "But nobody is at the other end any more (half-open): the answer is RST, and this row goes."
    } else if passage == Passage::Slow {
        "The other end hears of it when the FIN has crossed the wire."
    } else if let Some(client) = client {
        let name = &client.name;
        &format!("{name} reads the end of the data and closes, too: TIME_WAIT will be here.")
    } else if state.was_accepted(end)
        && closes == ServerCloses::WithClient
        && goodbye::has_unread(state, other)
    {
        "The server closes with data unread, so the kernel sends RST: both rows go, no TIME_WAIT."
    } else if state.was_accepted(end) && closes == ServerCloses::WithClient {
        "The server reads the end of the data and closes, too; with L, who closes: never, it would stay in CLOSE_WAIT."
    } else if state.is_with_our_server(end) && !state.was_accepted(end) {
        "Nobody has accepted the other end: it stays in CLOSE_WAIT."
    } else {
        "The other end is in CLOSE_WAIT until its program closes, and can still send."
    };
    format!("{who} half-closed: its FIN is sent, and it goes on reading. {then}")
}

/// A segment by its flags and who sent it: `laptop's SYN`.
pub(crate) fn segment(state: &State, crossing: &Crossing) -> String {
    let segment = &crossing.segment;
    let again = if crossing.again { ", sent again," } else { "" };
    let what = match segment.tuple.protocol {
        Protocol::Tcp => segment.flags.to_string(),
        Protocol::Udp => String::from("datagram"),
    };
    format!("{}'s {what}{again}", state.computer_name(segment.from))
}

/// The name of the computer at the local end, or its address.
pub(crate) fn client_name(state: &State, end: RowName) -> String {
    let ip = end.tuple.local.ip;
    let holder = state
        .clients
        .whose(end)
        .map(|computer| computer.name.clone());
    let named = holder.or_else(|| state.clients.name_of(ip).map(str::to_owned));
    named.unwrap_or_else(|| {
        if state.listener.ends.contains(end) {
            "the server".to_owned()
        } else {
            ip.to_string()
        }
    })
}
