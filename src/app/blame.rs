//! Why the kernel refused: which call, on what, why, what helps, and which rows are to blame.

use crate::app::{Line, State, words};
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, ListenSpec, Port, Protocol, Refusal, RowName, SourcePort,
    TcpState,
};

/// Explains why nothing listens.
pub(crate) fn listen_failed(
    state: &State,
    spec: &ListenSpec,
    why: Refusal,
) -> (String, Vec<RowName>) {
    let at = spec.at;
    let (reason, rows) = match (why.call, why.errno) {
        (Call::Bind | Call::Listen, Errno::EADDRINUSE) => {
            let rows = holders(state, at, Protocol::Tcp);
            (in_use(state, at, &rows), rows)
        }
        (_, Errno::EADDRNOTAVAIL) => (not_ours(state, at), vec![]),
        (_, Errno::EACCES | Errno::EPERM) => (privileged(state, at.port), vec![]),
        (_, Errno::EMFILE | Errno::ENFILE) => (no_descriptor(state), vec![]),
        (_, Errno::EAFNOSUPPORT) => (
            "This kernel has no IPv6; listen at an IPv4 address (L).".to_owned(),
            vec![],
        ),
        _ => ("L changes how to listen.".to_owned(), vec![]),
    };
    (
        format!(
            "cannot listen at {at}: {} said {}. {reason}",
            why.call, why.errno
        ),
        rows,
    )
}

/// Whether all is known of the rows that a refusal blames: which they are, and who holds the one that listens.
pub(crate) fn is_settled(state: &State, rows: &[RowName]) -> bool {
    let first = rows.first().and_then(|name| state.sockets.get(*name));
    first.is_some_and(|line| {
        line.row.state != TcpState::Listen || state.sockets.owners.contains_key(&line.row.inode)
    })
}

/// Explains why a client is not connected.
pub(crate) fn connect_failed(
    state: &State,
    spec: &ConnectSpec,
    to: Option<Endpoint>,
    why: Refusal,
) -> (String, Vec<RowName>) {
    let who = spec
        .from
        .and_then(|ip| state.clients.name_of(ip))
        .unwrap_or("the client");
    let whom = to.map_or_else(|| spec.to.to_string(), |to| to.to_string());
    if let Call::Remote(_) = why.call {
        let text = format!(
            "{who} does not call {whom}: it is neither on this machine nor on a private network. Start with --allow-remote to call it."
        );
        return (text, vec![]);
    }
    let (reason, rows) = if why.call == Call::Bind {
        bind_refused(state, spec, why.errno)
    } else {
        connect_refused(state, spec, to, why)
    };
    (
        format!(
            "{who} cannot connect to {whom}: {} said {}. {reason}",
            why.call, why.errno
        ),
        rows,
    )
}

/// A client could not have the source address or port that was asked for.
fn bind_refused(state: &State, spec: &ConnectSpec, errno: Errno) -> (String, Vec<RowName>) {
    match errno {
        Errno::EADDRINUSE => source_taken(state, spec),
        Errno::EADDRNOTAVAIL => {
            let from = spec.from.map(|ip| {
                not_ours(
                    state,
                    Endpoint {
                        ip,
                        port: Port::ANY,
                    },
                )
            });
            (from.unwrap_or_default(), vec![])
        }
        Errno::EACCES | Errno::EPERM => (
            privileged(state, source_port(spec).unwrap_or(spec.to.port)),
            vec![],
        ),
        _ => ("C changes from where to connect.".to_owned(), vec![]),
    }
}

fn connect_refused(
    state: &State,
    spec: &ConnectSpec,
    to: Option<Endpoint>,
    why: Refusal,
) -> (String, Vec<RowName>) {
    let reason = match (why.call, why.errno) {
        (_, Errno::EADDRNOTAVAIL) => return no_port_left(state, spec, to),
        (_, Errno::ECONNREFUSED) => return nobody_listens(state, to, spec.protocol),
        (_, Errno::ETIMEDOUT) => {
            let rows = to.map_or_else(Vec::new, |to| holders(state, to, Protocol::Tcp));
            return (
                "No answer came: the accept queue may be full, or nobody is there.".to_owned(),
                rows,
            );
        }
        (_, Errno::EMFILE | Errno::ENFILE) => return (no_descriptor(state), vec![]),
        (Call::Socket, Errno::EAGAIN) => {
            "Too many orders to connect are under way; a count makes them one: 100c connects a hundred times."
        }
        (Call::Resolve, _) => "No address is known for that name; write the address itself (C).",
        (_, Errno::ECONNRESET) => "The other end refused with RST after it had answered.",
        (_, Errno::EINVAL) if spec.from.is_some_and(|ip| ip.is_loopback()) => {
            "A loopback source address reaches only this machine; let the kernel choose it (C)."
        }
        (_, Errno::ENETUNREACH | Errno::EHOSTUNREACH | Errno::ENETDOWN) => {
            "No interface of this machine leads there; is lo up?"
        }
        _ => "C changes how to connect.",
    };
    (reason.to_owned(), vec![])
}

/// The source port that was asked for, if one was.
fn source_port(spec: &ConnectSpec) -> Option<Port> {
    match spec.source_port {
        SourcePort::Fixed(port) => Some(port),
        SourcePort::SameAsServer => Some(spec.to.port),
        SourcePort::KernelPicks | SourcePort::Toy(_) => None,
    }
}

/// The rows that keep `at` from being bound: those with the same port, at the same address or at all of them.
fn holders(state: &State, at: Endpoint, protocol: Protocol) -> Vec<RowName> {
    let at = at.canonical();
    let overlaps = |line: &&Line| {
        let local = line.row.tuple.local.canonical();
        let same_address = local.ip == at.ip || local.ip.is_unspecified() || at.ip.is_unspecified();
        line.gone.is_none()
            && line.row.tuple.protocol == protocol
            && local.port == at.port
            && same_address
    };
    let mut lines: Vec<&Line> = state.sockets.in_order().filter(overlaps).collect();
    lines.sort_by_key(|line| line.row.state != TcpState::Listen);
    lines.into_iter().map(|line| line.row.name()).collect()
}

fn in_use(state: &State, at: Endpoint, rows: &[RowName]) -> String {
    let Some(line) = rows.first().and_then(|name| state.sockets.get(*name)) else {
        return format!("Another socket has port {}; try another port (L).", at.port);
    };
    let others = match rows.len() {
        1 => String::new(),
        n => format!(" ({} rows in all)", words::number(n as u64)),
    };
    match line.row.state {
        TcpState::Listen => {
            let owner = state.sockets.owners.get(&line.row.inode);
            let who = owner.map_or_else(
                || "another program".to_owned(),
                |owner| format!("{} (pid {})", owner.program, owner.pid),
            );
            format!(
                "{who} listens at {}{others}. Helps: another port or address (L), or SO_REUSEPORT in both programs. SO_REUSEADDR does not help.",
                line.row.tuple.local
            )
        }
        TcpState::TimeWait => {
            let left = line.time_left(state.now).map_or(60, |left| left.as_secs());
            format!(
                "{} has it{others}: TIME_WAIT, {left} s left, because the server closed first. Helps: wait, or SO_REUSEADDR on both runs (L).",
                line.row.tuple.local
            )
        }
        TcpState::SynSent
        | TcpState::SynReceived
        | TcpState::Established
        | TcpState::FinWait1
        | TcpState::FinWait2
        | TcpState::CloseWait
        | TcpState::Closing
        | TcpState::LastAck
        | TcpState::Closed => format!(
            "A connection of an earlier listener has it{others}: {} with {}. Helps: close it, or SO_REUSEADDR on both runs (L).",
            line.row.state, line.row.tuple.remote
        ),
    }
}

fn not_ours(state: &State, at: Endpoint) -> String {
    let own: Vec<String> = state
        .machine
        .addresses
        .iter()
        .take(6)
        .map(ToString::to_string)
        .collect();
    format!(
        "{} is not an address of this machine (it has {}, and all of 127.0.0.0/8).",
        at.ip,
        own.join(", ")
    )
}

fn privileged(state: &State, port: Port) -> String {
    format!(
        "Ports below {} need root or CAP_NET_BIND_SERVICE here (net.ipv4.ip_unprivileged_port_start), and {port} is one. Helps: a higher port, 8080 for example.",
        state.machine.unprivileged_from
    )
}

fn no_descriptor(state: &State) -> String {
    format!(
        "This program may hold {} descriptors (the soft limit was raised to the hard one). Helps: close some connections; 0d closes all.",
        words::number(state.machine.descriptors)
    )
}

/// bind() of a client's port failed.
fn source_taken(state: &State, spec: &ConnectSpec) -> (String, Vec<RowName>) {
    let Some(port) = source_port(spec) else {
        return (
            "Every port of the range is taken at that address.".to_owned(),
            vec![],
        );
    };
    let ip = spec.from.unwrap_or(std::net::Ipv4Addr::UNSPECIFIED.into());
    let rows = holders(state, Endpoint { ip, port }, spec.protocol);
    let text = format!(
        "Port {port} of {ip} is taken: one computer has each port once. Helps: another source port (C), or another computer (j, then c)."
    );
    (text, rows)
}

/// connect() found no port.
fn no_port_left(state: &State, spec: &ConnectSpec, to: Option<Endpoint>) -> (String, Vec<RowName>) {
    let range = match spec.source_port {
        SourcePort::Toy(range) => range,
        SourcePort::KernelPicks => state.machine.ephemeral,
        SourcePort::Fixed(port) => {
            let text = format!(
                "All five numbers would be equal to a connection that exists, from port {port}."
            );
            return (text, vec![]);
        }
        SourcePort::SameAsServer => {
            return (
                "All five numbers would be equal to a connection that exists.".to_owned(),
                vec![],
            );
        }
    };
    let takes = |line: &&Line| {
        let tuple = line.row.tuple.canonical();
        line.gone.is_none()
            && Some(tuple.remote) == to
            && range.contains(tuple.local.port)
            && spec.from.is_none_or(|ip| ip == tuple.local.ip)
    };
    let rows: Vec<RowName> = state
        .sockets
        .in_order()
        .filter(takes)
        .map(|line| line.row.name())
        .collect();
    let text = format!(
        "All {} ports of {range} are taken towards this destination. Helps: another destination, another computer (j, then c), or closing one (d). The server's side has no such limit.",
        words::number(range.len() as u64)
    );
    (text, rows)
}

fn nobody_listens(
    state: &State,
    to: Option<Endpoint>,
    protocol: Protocol,
) -> (String, Vec<RowName>) {
    let Some(to) = to else {
        return ("Nobody listens there.".to_owned(), vec![]);
    };
    if protocol == Protocol::Udp {
        return (
            format!(
                "Nobody has UDP port {}; the TCP port of that number is another one.",
                to.port
            ),
            vec![],
        );
    }
    let near = |line: &&Line| {
        line.row.state == TcpState::Listen
            && line.gone.is_none()
            && line.row.tuple.local.port == to.port
    };
    let rows: Vec<RowName> = state
        .sockets
        .in_order()
        .filter(near)
        .map(|line| line.row.name())
        .collect();
    let text = match rows.first() {
        Some(row) => format!(
            "The kernel answered with RST: nobody listens at {to}; the nearest LISTEN is at {}.",
            row.tuple.local
        ),
        None => "The kernel answered with RST: nobody listens there. Press l to listen.".to_owned(),
    };
    (text, rows)
}
