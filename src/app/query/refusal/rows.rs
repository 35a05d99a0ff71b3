//! The rows that keep a connect() from succeeding.

use std::net::Ipv4Addr;

use crate::app::query::port_holders::holders;
use crate::app::{State, TableRow};
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, Host, Moment, PortRange, Protocol, SocketId, SocketRow,
    SourcePort, SyscallError, TcpState,
};

pub(super) fn blocking_rows(
    state: &State,
    at: Moment,
    (spec, to): (&ConnectSpec, Option<Endpoint>),
    why: SyscallError,
) -> Vec<SocketId> {
    let is_udp = spec.protocol == Protocol::Udp;
    let names = |lines: Vec<&TableRow>| lines.iter().map(|line| line.row.name()).collect();
    match (why.call, why.errno, to) {
        (Call::Bind, Errno::EADDRINUSE, _) => spec.asked_port().map_or_else(Vec::new, |port| {
            let ip = spec.from.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
            holders(state, spec.host, Endpoint { ip, port }, spec.protocol)
        }),
        (Call::Bind, _, _) => vec![],
        (_, Errno::EADDRNOTAVAIL, Some(to)) => same_destination(state, spec, to),
        (Call::Connect, Errno::EAGAIN, Some(to)) if is_udp => same_destination(state, spec, to),
        (_, Errno::ECONNREFUSED, Some(to)) if !is_udp && !is_own_loopback(state, spec, to) => {
            let near = at_that_port(state, spec.host, to);
            // A listener that came later is not the cause.
            let was_there = |line: &&TableRow| !takes(&line.row, to) && line.born <= at;
            names(near.filter(was_there).collect())
        }
        (_, Errno::ETIMEDOUT, Some(to)) if !state.lab.wire.cut && !state.lab.wire.held => {
            // /proc does not show the backlog.
            let is_known = state.sockets.source != "procfs";
            let host = state.lab.host_called(spec.host, to.ip);
            let mut rows = holders(state, host, to, Protocol::Tcp);
            rows.retain(|name| is_known && state.sockets.get(*name).is_some_and(is_full));
            rows
        }
        _ => vec![],
    }
}

/// Whether more connections wait for accept() than the backlog allows.
fn is_full(line: &TableRow) -> bool {
    line.row.state == TcpState::Listen && line.row.queues.recv > line.row.queues.send
}

/// The connections that have a port of the range for that destination.
fn same_destination(state: &State, spec: &ConnectSpec, to: Endpoint) -> Vec<SocketId> {
    let range = match (spec.source_port, spec.asked_port()) {
        (_, Some(port)) => PortRange::only(port),
        (SourcePort::Range(range), _) => range,
        _ => state.machine.ephemeral,
    };
    let from = spec.from.map(|ip| ip.to_canonical());
    let takes = |line: &&TableRow| {
        let tuple = line.row.tuple.canonical();
        line.gone.is_none()
            && line.row.host == spec.host
            && tuple.protocol == spec.protocol
            && tuple.remote == to.canonical()
            && range.contains(tuple.local.port)
            && from.is_none_or(|ip| ip == tuple.local.ip)
    };
    state.sockets.in_order().filter(takes).map(|line| line.row.name()).collect()
}

fn at_that_port(state: &State, caller: Host, to: Endpoint) -> impl Iterator<Item = &TableRow> {
    let host = state.lab.host_called(caller, to.ip);
    let listens = move |line: &&TableRow| {
        line.row.state == TcpState::Listen
            && line.gone.is_none()
            && line.row.host == host
            && line.row.tuple.local.port == to.port
    };
    state.sockets.in_order().filter(listens)
}

/// Whether a listener takes connections to `to`, as far as rows show: IPV6_V6ONLY is in none, nor by which interface a SYN arrives.
fn takes(listener: &SocketRow, to: Endpoint) -> bool {
    let (at, to) = (listener.tuple.local.ip.to_canonical(), to.ip.to_canonical());
    let is_at = at == to || (at.is_unspecified() && at.is_ipv4() == to.is_ipv4());
    is_at && listener.interface == 0
}

/// Whether a socket is listening now that would take the connection refused then.
pub(super) fn something_listens(state: &State, then: Moment, caller: Host, to: Endpoint) -> bool {
    at_that_port(state, caller, to).any(|line| {
        let at = line.row.tuple.local;
        // IPV6_V6ONLY is known of our own listener only.
        let own = state.server.running.as_ref();
        let only_v6 = own.is_some_and(|own| own.at == at && own.only_v6);
        let is_everywhere = at.ip.is_unspecified() && line.row.interface == 0;
        let is_dual = at.ip.is_ipv6() && is_everywhere && !only_v6;
        takes(&line.row, to) || (is_dual && line.born > then)
    })
}

/// In the lab each computer has its own loopback: 127.0.0.1 is the client itself.
pub(super) fn is_own_loopback(state: &State, spec: &ConnectSpec, to: Endpoint) -> bool {
    let is_elsewhere = state.lab.server().is_some_and(|server| server.host != spec.host);
    is_elsewhere && to.ip.to_canonical().is_loopback()
}
