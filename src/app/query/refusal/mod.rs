//! What is seen of a call that failed, and the rows in the way.

mod call;
pub(crate) mod remedies;
mod rows;

use crate::app::model::failure::ROWS;
use crate::app::model::{Attempt, LabStage, Statement};
use crate::app::query::Role;
use crate::app::query::names::listener_name;
use crate::app::query::port_holders::{PortUse, holders};
pub(crate) use crate::app::query::refusal::call::{of_accept, of_call};
use crate::app::query::refusal::rows::{blocking_rows, is_own_loopback, somebody_listens};
use crate::app::table::TableRow;
use crate::app::{State, format};
use crate::tcp::{
    ConnectSpec, Endpoint, Errno, Host, Moment, Protocol, SocketId, SocketRow, SyscallError,
};

/// What the dashboard sees by now of a call that failed then, and the rows in the way, the main culprit first.
pub(crate) fn look(
    state: &State,
    at: Moment,
    asked: &Attempt,
    why: SyscallError,
) -> (Statement, Vec<SocketId>) {
    let message = of_call(asked, why, &state.machine).when("keys", true);
    let mut rows = match asked {
        Attempt::Listen(spec) if why.errno == Errno::EADDRINUSE => {
            holders(state, spec.host, spec.at, Protocol::Tcp)
        }
        Attempt::Listen(_) => vec![],
        Attempt::Connect(spec, to) => blocking_rows(state, at, (spec, *to), why),
    };
    let message = match asked {
        Attempt::Listen(spec) => of_host(state, message, spec.host),
        Attempt::Connect(spec, to) => {
            let message = of_connect(state, of_host(state, message, spec.host), spec);
            let listens = why.errno == Errno::ECONNREFUSED;
            to.map_or(message.clone(), |to| {
                let listens = listens && somebody_listens(state, at, spec.host, to);
                of_destination(state, message, spec, to).when("ListensNow", listens)
            })
        }
    };
    let message = match rows.first().and_then(|name| state.sockets.get(*name)) {
        Some(line) => of_culprit(state, message, line, asked, rows.len()),
        None => message,
    };
    rows.truncate(ROWS);
    (message, rows)
}

/// The computer of the lab.
fn of_host(state: &State, message: Statement, host: Host) -> Statement {
    match state.lab.address_of(host) {
        Some(ip) => message.with("host", state.computer_name(host)).with("host_ip", ip),
        None => message,
    }
}

fn of_connect(state: &State, message: Statement, spec: &ConnectSpec) -> Statement {
    let caller = state.clients.caller(spec.host, spec.from);
    let wire = state.lab.wire;
    message
        .with("who", &state.clients.computers[caller].name)
        .when("LabStopping", spec.host != Host::THIS && state.lab.stage != LabStage::Up)
        .when("Lab", state.lab.is_up())
        .when("WireCut", wire.cut)
        .when("WireHeld", wire.held)
}

fn of_destination(
    state: &State,
    message: Statement,
    spec: &ConnectSpec,
    to: Endpoint,
) -> Statement {
    let (at, is_listening) = (state.server.at(), state.server.is_listening());
    let is_own_loopback = is_own_loopback(state, spec, to);
    let message = message
        .with("hosts", state.lab.addresses())
        .when("NoSuchHost", state.lab.lacks(to.ip))
        .when("ToComputer", state.lab.host_of(to.ip).is_some())
        .when("CanListen", !is_listening && at.port == to.port)
        .when("OwnLoopback", is_own_loopback);
    let server = state.lab.server().filter(|_| is_own_loopback && is_listening);
    match server.filter(|_| at.ip.to_canonical().is_loopback()) {
        Some(server) => message.with("listener", at).with("server_ip", server.ip),
        None => message,
    }
}

/// The row most to blame, of so many.
fn of_culprit(
    state: &State,
    message: Statement,
    line: &TableRow,
    asked: &Attempt,
    rows: usize,
) -> Statement {
    let row = &line.row;
    let local = row.tuple.local;
    let left = line.time_left(state.now).map_or(60, |left| left.as_millis().div_ceil(1000));
    let others = match rows {
        1 => String::new(),
        n => format!(" ({} rows in all)", format::number(n as u64)),
    };
    let client = client(state, row);
    let other_family = match asked {
        Attempt::Connect(_, Some(to)) => {
            local.ip.is_unspecified() && local.ip.is_ipv4() != to.ip.to_canonical().is_ipv4()
        }
        Attempt::Connect(_, None) | Attempt::Listen(_) => false,
    };
    let is_to_itself = row.tuple.is_to_itself();
    let message = message
        .with(PortUse::of(row.state).name(), "")
        .with("holder", listener_name(state, line))
        .with("row", local)
        .with("row_port", local.port)
        .with("peer", row.tuple.remote)
        .with("state", row.state)
        .with("left", left)
        .with("others", others)
        .when("Owned", state.sockets.owners.contains_key(&row.inode))
        .when("OnlyV6", other_family && local.ip.is_ipv6())
        .when("OnlyV4", other_family && local.ip.is_ipv4())
        .when("ToItself", is_to_itself)
        .when("AtOnce", state.sockets.closed_at_once(line))
        .when("ByClient", is_to_itself || client.is_some());
    client.map_or(message.clone(), |client| message.with("client", client))
}

/// The name of the client, if the row is a client's end.
fn client(state: &State, row: &SocketRow) -> Option<String> {
    match Role::of(state, row) {
        Role::Client(name) | Role::Other(name) => {
            Some(name).filter(|_| state.sockets.is_client(row.name()))
        }
        Role::Listener | Role::ServerEnd(_) | Role::OtherListener(_) | Role::Unknown => None,
    }
}
