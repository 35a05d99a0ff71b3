//! What is seen of a call that failed, and the rows in the way.

mod call;
pub(crate) mod ports;
pub(crate) mod remedies;
mod rows;

use crate::app::query::names::listener_name;
use crate::app::query::port_holders::{PortUse, holders};
pub(crate) use crate::app::query::refusal::call::{of_accept, of_call, of_later_call};
use crate::app::query::refusal::ports::SoughtPorts;
use crate::app::query::refusal::rows::{
    ROWS, blocking_rows, is_own_loopback, kept_ports, listens_now, users,
};
use crate::app::{Attempt, LabStage, Role, State, Statement, TableRow};
use crate::tcp::{
    ConnectSpec, Endpoint, Errno, Host, ListenSpec, Moment, Protocol, SocketId, SocketRow,
    SyscallError,
};

/// What the dashboard sees by now of a call that failed then, and the rows in the way, the main culprit first.
pub(crate) fn look(
    state: &State,
    at: Moment,
    asked: &Attempt,
    why: SyscallError,
) -> (Statement, Vec<SocketId>) {
    let mut seen = of_call(asked, why, &state.machine).when("keys", true);
    let mut rows = vec![];
    match asked {
        Attempt::Listen(spec) => {
            seen = of_host(state, seen, spec.host).with("form", form(state, spec));
            if why.errno == Errno::EADDRINUSE {
                rows = holders(state, spec.host, spec.at, Protocol::Tcp);
            }
        }
        Attempt::Connect(spec, to) => {
            seen = of_connect(state, of_host(state, seen, spec.host), spec);
            if let Some(sought) = SoughtPorts::of(spec, *to, why, &state.machine) {
                seen = sought.describe(seen, kept_ports(state, &sought));
                rows = users(state, &sought);
            } else {
                rows = blocking_rows(state, at, (spec, *to), why);
            }
            if let Some(to) = *to {
                let listens =
                    why.errno == Errno::ECONNREFUSED && listens_now(state, at, spec.host, to);
                seen = of_destination(state, seen, spec, to).when("ListensNow", listens);
            }
        }
    }
    if let Some(line) = rows.first().and_then(|name| state.sockets.get(*name)) {
        seen = of_culprit(state, seen, line, asked);
    }
    rows.truncate(ROWS);
    (seen, rows)
}

/// The key of the form that has the options of that listener: one that is not in the list was asked for by Y.
fn form(state: &State, spec: &ListenSpec) -> &'static str {
    if state.servers.get(spec.id).is_some() { "L" } else { "Y" }
}

fn of_host(state: &State, seen: Statement, host: Host) -> Statement {
    let ip = state.lab.address_of(host);
    seen.with_some("host", ip.map(|_| state.computer_name(host))).with_some("host_ip", ip)
}

fn of_connect(state: &State, seen: Statement, spec: &ConnectSpec) -> Statement {
    let caller = state.clients.caller(spec.host, spec.from);
    let wire = state.lab.wire;
    seen.with("who", &state.clients.computers[caller].name)
        .when("LabStopping", spec.host != Host::THIS && state.lab.stage != LabStage::Up)
        .when("Lab", state.lab.is_up())
        .when("WireCut", wire.cut)
        .when("WireHeld", wire.held)
}

fn of_destination(state: &State, seen: Statement, spec: &ConnectSpec, to: Endpoint) -> Statement {
    let (at, is_listening) = (state.server().at(), state.server().is_listening());
    let is_own_loopback = is_own_loopback(state, spec, to);
    let seen = seen
        .with("hosts", state.lab.addresses())
        .when("NoSuchHost", state.lab.lacks(to.ip))
        .when("ToComputer", state.lab.host_of(to.ip).is_some())
        .when("CanListen", !is_listening && at.port == to.port)
        .when("OwnLoopback", is_own_loopback);
    let server = state.lab.server().filter(|_| is_own_loopback && is_listening);
    let server = server.filter(|_| at.ip.to_canonical().is_loopback());
    seen.with_some("listener", server.map(|_| at))
        .with_some("server_ip", server.map(|server| server.ip))
}

fn of_culprit(state: &State, seen: Statement, line: &TableRow, asked: &Attempt) -> Statement {
    let row = &line.row;
    let local = row.tuple.local;
    let left = line.time_left(state.now).map_or(60, |left| left.as_millis().div_ceil(1000));
    let client = client(state, row);
    let to = if let Attempt::Connect(_, to) = asked { *to } else { None };
    let differs = |to: Endpoint| local.ip.is_ipv4() != to.ip.to_canonical().is_ipv4();
    let other_family = local.ip.is_unspecified() && to.is_some_and(differs);
    let is_to_itself = row.tuple.is_to_itself();
    let owner = state.sockets.owner(row.inode);
    seen.with(PortUse::of(row).name(), "")
        .with("holder", listener_name(state, line))
        .with("row", local.at(&state.sockets.interfaces.suffix(row.name())))
        .with("row_port", local.port)
        .with("peer", row.tuple.remote)
        .with("state", row.state)
        .with("left", left)
        .when("Owned", owner.is_some())
        .when("OwnHolder", owner.is_some_and(|owner| state.is_own(owner)))
        .when("OnlyV6", other_family && local.ip.is_ipv6())
        .when("OnlyV4", other_family && local.ip.is_ipv4())
        .when("Bound", row.interface != 0)
        .when("ToItself", is_to_itself)
        .when("AtOnce", state.sockets.closed_at_once(line))
        .when("ByClient", is_to_itself || client.is_some())
        .with_some("client", client)
}

fn client(state: &State, row: &SocketRow) -> Option<String> {
    let (Role::Client(name) | Role::Other(name)) = Role::of(state, row) else { return None };
    state.sockets.is_client(row.name()).then_some(name)
}
