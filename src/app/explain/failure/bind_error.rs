//! Why listen failed, and what both sides' failures share: the call, the address, the cause, a fix, and the rows to blame.

use crate::app::query::names::listener_name;
use crate::app::query::port_holders::holders;
use crate::app::query::{PortUse, Role};
use crate::app::{State, format};
use crate::tcp::address::endpoint::is_of_a_link;
use crate::tcp::{
    Call, Endpoint, Errno, Host, ListenSpec, Port, Protocol, SocketId, SocketRow, SyscallError,
    TcpState,
};

/// Explains why listen failed.
pub(crate) fn listen_failed(
    state: &State,
    spec: &ListenSpec,
    why: SyscallError,
) -> (String, Vec<SocketId>) {
    let at = spec.at;
    if let Some(own) = why.of_our_own() {
        return (format!("Cannot listen on {at}: {own}. Try closing some (0d, r)."), vec![]);
    }
    let (reason, rows) = match (why.call, why.errno) {
        (Call::Bind | Call::Listen, Errno::EADDRINUSE) => {
            let rows = holders(state, spec.host, at, Protocol::Tcp);
            (in_use(state, at, &rows), rows)
        }
        (_, Errno::EADDRNOTAVAIL) => (not_ours(state, spec.host, at), vec![]),
        (_, Errno::EACCES | Errno::EPERM) => (privileged(state, at.port), vec![]),
        (_, Errno::EMFILE | Errno::ENFILE) => (no_descriptor(state), vec![]),
        (_, Errno::EAFNOSUPPORT) => (
            "This kernel has no IPv6. Try an IPv4 address (L).".to_owned(),
            vec![],
        ),
        (Call::Bind, Errno::EINVAL) if is_of_a_link(at) => (
            "A link-local address needs its interface, which cannot be given here. Try [::], which includes it (L)."
                .to_owned(),
            vec![],
        ),
        _ => ("L changes the listen options.".to_owned(), vec![]),
    };
    (
        format!(
            "Cannot listen on {at}: {} failed: {}. {reason} Press y for details.",
            why.call, why.errno
        ),
        rows,
    )
}

/// Whether the blamed rows are fully known, including the owner of a listening one.
pub(crate) fn is_settled(state: &State, rows: &[SocketId]) -> bool {
    let first = rows.first().and_then(|name| state.sockets.get(*name));
    first.is_some_and(|line| {
        line.row.state != TcpState::Listen || state.sockets.owners.contains_key(&line.row.inode)
    })
}

fn in_use(state: &State, at: Endpoint, rows: &[SocketId]) -> String {
    let Some(line) = rows.first().and_then(|name| state.sockets.get(*name)) else {
        return format!("Another socket uses port {}. Try another port (L).", at.port);
    };
    let others = match rows.len() {
        1 => String::new(),
        n => format!(" ({} rows in all)", format::number(n as u64)),
    };
    match PortUse::of(line.row.state) {
        PortUse::Listening => {
            let who = listener_name(state, line);
            format!(
                "{who} listens on {}{others}. Try another port or address (L), or SO_REUSEPORT in both programs. SO_REUSEADDR does not help.",
                line.row.tuple.local
            )
        }
        PortUse::Waiting => {
            let row = &line.row;
            let left = line.time_left(state.now).map_or(60, |left| left.as_secs());
            let client = client(state, row);
            let both = state.sockets.closed_at_once(line);
            let [who, on] = match client.as_deref() {
                _ if row.tuple.is_to_itself() => {
                    ["a socket connected to itself was both ends, and", BOTH_KINDS]
                }
                Some(who) => [who, BOTH_KINDS],
                None => ["the server", "both runs (L)"],
            };
            let why = if both && !row.tuple.is_to_itself() {
                String::from("both ends closed at once")
            } else {
                format!("{who} closed first")
            };
            format!(
                "{} is in TIME_WAIT{others}, {left} s left, because {why}. Wait, or set SO_REUSEADDR on {on}.",
                row.tuple.local
            )
        }
        PortUse::Connected => {
            let row = &line.row;
            client(state, row).map_or_else(
                || {
                    format!(
                        "A connection of an earlier listener uses the port{others}: {} with {}. Try closing it, or SO_REUSEADDR on both runs (L).",
                        row.state, row.tuple.remote
                    )
                },
                |who| {
                    format!(
                        "{who} is connected to {} from this port{others}: {}. Try closing that, another port (L), or SO_REUSEADDR on {BOTH_KINDS}.",
                        row.tuple.remote, row.state
                    )
                },
            )
        }
    }
}

/// Where to set the option when a client uses the port.
const BOTH_KINDS: &str = "both (C before connecting, and L)";

/// The name of the client, if the row is a client's end.
fn client(state: &State, row: &SocketRow) -> Option<String> {
    let is_client = state.sockets.is_client(row.name());
    match Role::of(state, row) {
        Role::Client(name) | Role::Other(name) if is_client => Some(name),
        Role::Client(_)
        | Role::Other(_)
        | Role::Listener
        | Role::ServerEnd(_)
        | Role::OtherListener(_)
        | Role::Unknown => None,
    }
}

pub(crate) fn not_ours(state: &State, host: Host, at: Endpoint) -> String {
    if let Some(own) = state.lab.address_of(host) {
        let who = state.computer_name(host);
        return format!("{} is not {who}'s address, which is {own}.", at.ip);
    }
    if at.ip.is_ipv6() && !state.machine.has_ipv6 {
        return "This machine has no IPv6. Try an IPv4 address (L).".to_owned();
    }
    if at.ip.is_loopback() && at.ip.is_ipv4() {
        return format!(
            "{} belongs to lo, which is down or has lost its addresses (ip link set lo up).",
            at.ip
        );
    }
    // Only addresses of the same IP version.
    let own = state.machine.addresses.iter();
    let own = own.filter(|own| own.is_ipv4() == at.ip.is_ipv4());
    let own: Vec<String> = own.take(6).map(ToString::to_string).collect();
    let loopback = if at.ip.is_ipv4() { ", and all of 127.0.0.0/8" } else { "" };
    format!("{} is not an address of this machine (it has {}{loopback}).", at.ip, own.join(", "))
}

pub(crate) fn privileged(state: &State, port: Port) -> String {
    format!(
        "Ports below {} need root or CAP_NET_BIND_SERVICE here (net.ipv4.ip_unprivileged_port_start), and {port} is one. Try a higher port, 8080 for example.",
        state.machine.unprivileged_from
    )
}

pub(crate) fn no_descriptor(state: &State) -> String {
    format!(
        "This program is limited to {} file descriptors (the hard limit). Try closing some connections; 0d closes all.",
        format::number(state.machine.descriptors)
    )
}
