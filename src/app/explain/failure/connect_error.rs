//! Why connect failed: the call, the address, the cause, a fix, and the rows to blame.

use crate::app::explain::failure::bind_error::{no_descriptor, not_ours, privileged};
use crate::app::explain::failure::unreachable;
use crate::app::model::LabStage;
use crate::app::query::names::listener_name;
use crate::app::query::port_holders::holders;
use crate::app::table::TableRow;
use crate::app::{State, format};
use crate::tcp::address::endpoint::is_of_a_link;
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, Host, Port, PortRange, Protocol, SocketId, SourcePort,
    SyscallError, TcpState,
};

/// Explains why connect failed.
pub(crate) fn connect_failed(
    state: &State,
    spec: &ConnectSpec,
    to: Option<Endpoint>,
    why: SyscallError,
) -> (String, Vec<SocketId>) {
    let who = caller(state, spec);
    let whom = to.map_or_else(|| spec.to.to_string(), |to| to.to_string());
    if spec.host != Host::THIS && state.lab.stage != LabStage::Up {
        let text = format!(
            "{who} does not connect to {whom}: the lab and its computers are being taken down."
        );
        return (text, vec![]);
    }
    if let Some(own) = why.of_our_own() {
        let helps = match (why.call, why.errno) {
            (Call::Remote(_), _) => "Start with --allow-remote to connect to it.",
            (Call::Reserve, _) => "Try closing some connections; 0d closes all.",
            (_, Errno::EAFNOSUPPORT) => "Change one of them (C).",
            _ => "Write the address itself (C).",
        };
        return (format!("{who} cannot connect to {whom}: {own}. {helps}"), vec![]);
    }
    let (reason, rows) = if why.call == Call::Bind {
        bind_refused(state, spec, why.errno)
    } else {
        connect_refused(state, spec, to, why)
    };
    (
        format!(
            "{who} cannot connect to {whom}: {} failed: {}. {reason} Press y for details.",
            why.call, why.errno
        ),
        rows,
    )
}

/// The name of the computer that connects.
fn caller<'a>(state: &'a State, spec: &ConnectSpec) -> &'a str {
    let caller = state.clients.caller(spec.host, spec.from);
    &state.clients.computers[caller].name
}

/// The client could not bind its source address or port.
fn bind_refused(state: &State, spec: &ConnectSpec, errno: Errno) -> (String, Vec<SocketId>) {
    match errno {
        Errno::EADDRINUSE => source_taken(state, spec),
        Errno::EADDRNOTAVAIL => {
            let from =
                spec.from.map(|ip| not_ours(state, spec.host, Endpoint { ip, port: Port::ANY }));
            (from.unwrap_or_default(), vec![])
        }
        Errno::EACCES | Errno::EPERM => {
            (privileged(state, spec.asked_port().unwrap_or(spec.to.port)), vec![])
        }
        _ => ("C changes the source address and port.".to_owned(), vec![]),
    }
}

fn connect_refused(
    state: &State,
    spec: &ConnectSpec,
    to: Option<Endpoint>,
    why: SyscallError,
) -> (String, Vec<SocketId>) {
    let reason = match (why.call, why.errno) {
        (_, Errno::EADDRNOTAVAIL) => return no_port_left(state, spec, to),
        (Call::Connect, Errno::EAGAIN) if spec.protocol == Protocol::Udp => {
            return no_port_left(state, spec, to);
        }
        (Call::Socket, Errno::EAGAIN) => {
            "Too many connects are pending. Try a count: 100c connects a hundred times."
        }
        (_, Errno::ECONNREFUSED) => return unreachable::listens(state, spec, to),
        (_, Errno::ETIMEDOUT) => return no_answer(state, spec, to),
        (_, Errno::EMFILE | Errno::ENFILE) => return (no_descriptor(state), vec![]),
        (_, Errno::ECONNRESET) => "The other end answered, and then sent RST.",
        (_, Errno::EINVAL) if spec.from.is_some_and(|ip| ip.is_loopback()) => {
            "A loopback source address reaches only this machine. Try letting the kernel choose it (C)."
        }
        (Call::Connect, Errno::EINVAL) if to.is_some_and(is_of_a_link) => {
            "A link-local address needs its interface, as in [fe80::1%eth0]:5000 (C)."
        }
        (_, Errno::EHOSTUNREACH) => return (unreachable::on_the_link(state, to), vec![]),
        (_, Errno::ENETUNREACH) if to.is_some_and(|to| state.lab.host_of(to.ip).is_some()) => {
            return (unreachable::own_link(state, spec), vec![]);
        }
        (_, Errno::ENETUNREACH) if state.lab.is_up() => {
            "That computer has no route there: the lab's computers reach only each other."
        }
        (_, Errno::ENETUNREACH | Errno::ENETDOWN) => "This machine has no route there; is lo up?",
        _ => "C changes the connect options.",
    };
    (reason.to_owned(), vec![])
}

/// bind() of a client's port failed.
fn source_taken(state: &State, spec: &ConnectSpec) -> (String, Vec<SocketId>) {
    let Some(port) = spec.asked_port() else {
        return ("Every port of the range is in use at that address.".to_owned(), vec![]);
    };
    let ip = spec.from.unwrap_or(std::net::Ipv4Addr::UNSPECIFIED.into());
    let rows = holders(state, spec.host, Endpoint { ip, port }, spec.protocol);
    let first = rows.first().and_then(|name| state.sockets.get(*name));
    if let Some(line) = first.filter(|line| line.row.state == TcpState::Listen) {
        let who = listener_name(state, line);
        let text = format!(
            "Port {port} of {ip} is in use: {who} listens on it. Try another port (C), another computer (select it in the Computers pane, then c), or SO_REUSEPORT on both sockets. SO_REUSEADDR does not help."
        );
        return (text, rows);
    }
    let wait = first
        .filter(|line| line.row.state == TcpState::TimeWait)
        .and_then(|line| line.time_left(state.now));
    let who = match wait {
        Some(left) => {
            format!("an earlier connection is in TIME_WAIT, {} s left", left.as_secs())
        }
        None => "this bind() asked for exclusive use".to_owned(),
    };
    let text = format!(
        "Port {port} of {ip} is in use: {who}. Try SO_REUSEADDR on both (C) with another destination, another port, or another computer (select it in the Computers pane, then c)."
    );
    (text, rows)
}

/// No answer arrived. Only a listener with a full accept queue is to blame, not a connection.
fn no_answer(state: &State, spec: &ConnectSpec, to: Option<Endpoint>) -> (String, Vec<SocketId>) {
    if let Some(why) = state.lab.why_silent() {
        return (format!("No answer arrived: {why}."), vec![]);
    }
    let is_full = |name: &SocketId| {
        let line = state.sockets.get(*name);
        line.is_some_and(|line| {
            line.row.state == TcpState::Listen && line.row.queues.recv > line.row.queues.send
        })
    };
    // /proc does not show the backlog.
    let is_known = state.sockets.source != "procfs";
    let mut rows = to.map_or_else(Vec::new, |to| {
        let host = state.lab.host_called(spec.host, to.ip);
        holders(state, host, to, Protocol::Tcp)
    });
    rows.retain(|name| is_known && is_full(name));
    let text = if rows.is_empty() {
        "No answer arrived: the accept queue may be full, or no host has the address."
    } else {
        "No answer arrived: the accept queue is full, so the kernel drops each SYN. Try accept() (a, A)."
    };
    (text.to_owned(), rows)
}

/// connect() found no free port: every possible 5-tuple exists already.
fn no_port_left(
    state: &State,
    spec: &ConnectSpec,
    to: Option<Endpoint>,
) -> (String, Vec<SocketId>) {
    let (range, text) = match spec.source_port {
        SourcePort::Toy(range) => (range, None),
        SourcePort::KernelPicks => (state.machine.ephemeral, None),
        SourcePort::Fixed(port) => (
            PortRange::only(port),
            Some(format!("A connection with the same 5-tuple exists, from port {port}.")),
        ),
        SourcePort::SameAsServer => (
            PortRange::only(spec.to.port),
            Some("A connection with the same 5-tuple exists.".to_owned()),
        ),
    };
    let (to, from) = (to.map(Endpoint::canonical), spec.from.map(|ip| ip.to_canonical()));
    let takes = |line: &&TableRow| {
        let tuple = line.row.tuple.canonical();
        line.gone.is_none()
            && line.row.host == spec.host
            && tuple.protocol == spec.protocol
            && Some(tuple.remote) == to
            && range.contains(tuple.local.port)
            && from.is_none_or(|ip| ip == tuple.local.ip)
    };
    let rows: Vec<SocketId> =
        state.sockets.in_order().filter(takes).map(|line| line.row.name()).collect();
    let all_taken = || {
        format!(
            "All {} ports of {range} are in use for this destination. Try another destination, another computer (select it in the Computers pane, then c), or closing one (d). The server has no such limit.",
            format::number(range.len() as u64)
        )
    };
    (text.unwrap_or_else(all_taken), rows)
}
