//! The rows that keep a connect() from succeeding.

use std::net::Ipv4Addr;

use crate::app::model::ListenAddress;
use crate::app::query::port_holders::holders;
use crate::app::query::refusal::ports::SoughtPorts;
use crate::app::{State, TableRow};
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, Host, Moment, Port, Protocol, SocketId, SocketRow,
    SyscallError, TcpState,
};

/// At most so many rows in the way are kept.
pub(super) const ROWS: usize = 100;

pub(super) fn blocking_rows(
    state: &State,
    at: Moment,
    (spec, to): (&ConnectSpec, Option<Endpoint>),
    why: SyscallError,
) -> Vec<SocketId> {
    let is_udp = spec.protocol == Protocol::Udp;
    match (why.call, why.errno, to) {
        (Call::Bind, Errno::EADDRINUSE, _) => spec.asked_port().map_or_else(Vec::new, |port| {
            let ip = spec.from.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
            holders(state, spec.host, Endpoint { ip, port }, spec.protocol)
        }),
        (Call::Bind, _, _) => vec![],
        (_, Errno::ECONNREFUSED, Some(to)) if !is_udp && !is_own_loopback(state, spec, to) => {
            let near = at_that_port(state, spec.host, to);
            // A listener that came later is not the cause.
            let was_there = |line: &&TableRow| line.born <= at && !takes(state, line, to, at);
            near.filter(was_there).map(|line| line.row.name()).collect()
        }
        (_, Errno::ETIMEDOUT, Some(to)) if !state.lab.wire.cut && !state.lab.wire.held => {
            let host = state.lab.host_called(spec.host, to.ip);
            let is_full = |line: &TableRow| state.has_full_queue(line);
            let mut rows = holders(state, host, to, Protocol::Tcp);
            rows.retain(|name| state.sockets.get(*name).is_some_and(is_full));
            rows
        }
        _ => vec![],
    }
}

/// The connections that have one of the ports for the same destination; the one whose TIME_WAIT ends first is among those that are kept.
pub(super) fn users(state: &State, sought: &SoughtPorts<'_>) -> Vec<SocketId> {
    let lines = state
        .sockets
        .in_order()
        .filter(|line| line.gone.is_none() && sought.is_used_by(line.row.host, line.row.tuple));
    let lines: Vec<&TableRow> = lines.collect();
    let waiting = lines.iter().enumerate();
    let waiting = waiting.filter(|(_, line)| line.row.state == TcpState::TimeWait);
    let first = waiting.min_by_key(|(_, line)| line.time_left(state.now)).map(|(place, _)| place);
    let mut rows: Vec<SocketId> = lines.iter().map(|line| line.row.name()).collect();
    if let Some(first) = first.filter(|first| *first >= ROWS) {
        rows.swap(ROWS - 1, first);
    }
    rows
}

/// The ports that connect() is kept from; our own ends count before the table has their rows.
pub(super) fn kept_ports(
    state: &State,
    sought: &SoughtPorts<'_>,
) -> impl Iterator<Item = (Port, TcpState)> {
    let rows = there(state).filter(|row| sought.is_kept_by(row));
    let own = state.ends.of_clients().filter(|end| sought.is_used_by(end.host, end.tuple));
    rows.map(|row| (row.tuple.local.port, row.state))
        .chain(own.map(|end| (end.tuple.local.port, TcpState::Established)))
}

fn there(state: &State) -> impl Iterator<Item = &SocketRow> {
    let lines = state.sockets.in_order().filter(|line| line.gone.is_none());
    lines.map(|line| &line.row)
}

fn at_that_port(state: &State, caller: Host, to: Endpoint) -> impl Iterator<Item = &TableRow> {
    let host = state.lab.host_called(caller, to.ip);
    let listens = move |line: &&TableRow| {
        line.row.state == TcpState::Listen
            && line.is_there()
            && line.row.host == host
            && line.row.tuple.local.port == to.port
    };
    state.sockets.in_order().filter(listens)
}

/// Whether that listener takes connections to `to`. IPV6_V6ONLY is known of ours; another that was there at the refusal must have it.
/// By which interface a SYN arrives is not known.
fn takes(state: &State, line: &TableRow, to: Endpoint, refused: Moment) -> bool {
    let mut own = state.servers.listening().filter_map(|server| server.running.as_ref());
    let own = own.find(|own| own.at == line.row.tuple.local && own.host == line.row.host);
    let only_v6 = own.map_or(line.born <= refused, |own| own.only_v6);
    let address = ListenAddress::of_socket(line.row.name(), only_v6);
    line.row.interface == 0 && address.takes_calls_to(to)
}

/// Whether a socket listens that came after the refusal, and would take the connection now.
pub(super) fn listens_now(state: &State, refused: Moment, caller: Host, to: Endpoint) -> bool {
    let mut near = at_that_port(state, caller, to);
    near.any(|line| line.born > refused && takes(state, line, to, refused))
}

/// In the lab each computer has its own loopback: 127.0.0.1 is the client itself.
pub(super) fn is_own_loopback(state: &State, spec: &ConnectSpec, to: Endpoint) -> bool {
    let is_elsewhere = state.lab.server().is_some_and(|server| server.host != spec.host);
    is_elsewhere && to.ip.to_canonical().is_loopback()
}
