//! Possible remedies after a failure, and how to test them.

use std::net::{IpAddr, Ipv4Addr};

use crate::app::query::failure::wait_left;
use crate::app::query::port_holders::PortUse;
use crate::app::query::refusal::form;
use crate::app::query::refusal::rows::is_own_loopback;
use crate::app::{Attempt, Failure, Remedy, State, Statement, Verdict};
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, Host, ListenSpec, Port, Probe, Protocol, SourcePort,
};

pub(crate) fn of(state: &State, failure: &Failure) -> Vec<Remedy> {
    match &failure.asked {
        Attempt::Listen(spec) => {
            let key = form(state, spec);
            let all = of_listen(state, failure, spec).into_iter();
            all.map(|remedy| Remedy { what: remedy.what.with("form", key), ..remedy }).collect()
        }
        Attempt::Connect(spec, to) => of_connect(state, failure, spec, *to),
    }
}

fn tried(what: impl Into<Statement>, probe: Probe) -> Remedy {
    Remedy { what: what.into(), verdict: Verdict::Trying(probe) }
}

fn not_tried(what: impl Into<Statement>) -> Remedy {
    Remedy { what: what.into(), verdict: Verdict::NotTried }
}

fn at_port(key: &'static str, port: Port) -> Statement {
    Statement::new(key).with("port", port)
}

fn at_ip(key: &'static str, ip: IpAddr) -> Statement {
    Statement::new(key).with("ip", ip)
}

fn of_listen(state: &State, failure: &Failure, spec: &ListenSpec) -> Vec<Remedy> {
    let ListenSpec { at, host, .. } = *spec;
    let own = [spec.reuse_addr, spec.reuse_port];
    let bind = |at, [reuse_addr, reuse_port]: [bool; 2]| Probe::Bind {
        host,
        protocol: Protocol::Tcp,
        at,
        reuse_addr,
        reuse_port,
    };
    let elsewhere = other_address(at.ip)
        .map(|ip| tried(at_ip("another-address", ip), bind(Endpoint { ip, ..at }, own)));
    let reuse_addr = |key| tried(key, bind(at, [true, spec.reuse_port]));
    match failure.why.errno {
        Errno::EADDRINUSE => {
            let port = Port(at.port.0.checked_add(1).unwrap_or(at.port.0 - 1));
            let mut all = vec![tried("retry", bind(at, own))];
            if !spec.reuse_addr {
                all.push(reuse_addr(Statement::new("reuse-addr-here").when("run", true)));
            }
            if !spec.reuse_port {
                all.push(tried("reuse-port", bind(at, [spec.reuse_addr, true])));
            }
            all.extend((!failure.rows.is_empty()).then(|| on_both(failure)));
            all.push(tried(at_port("another-port", port), bind(Endpoint { port, ..at }, own)));
            all.extend(elsewhere);
            all.extend(culprit(state));
            all
        }
        Errno::EACCES | Errno::EPERM => {
            let port = Port(state.machine.unprivileged_from.0.max(8080));
            let mut all = vec![
                tried(
                    at_port("higher-port", port).when("run", true),
                    bind(Endpoint { port, ..at }, own),
                ),
                reuse_addr("reuse-addr".into()),
            ];
            all.extend(elsewhere);
            all.extend([not_tried("privilege"), not_tried(at_port("lower-limit", at.port))]);
            all
        }
        Errno::EADDRNOTAVAIL => {
            let own_address = |ip| {
                tried(at_ip("own-address", ip).when("run", true), bind(Endpoint { ip, ..at }, own))
            };
            let all = here(state, at.ip).into_iter().map(own_address);
            all.chain([not_tried(at_ip("give-address", at.ip))]).collect()
        }
        Errno::EMFILE => vec![not_tried("close-any")],
        _ => vec![],
    }
}

/// The option that works only where both sockets have it.
fn on_both(failure: &Failure) -> Remedy {
    let is_socket = matches!(failure.asked, Attempt::Connect(..));
    let what = Statement::new("reuse-both").when("socket", is_socket);
    let seen = ["Listener", "BoundOnly", "ByClient"].into_iter();
    not_tried(seen.fold(what, |what, fact| what.when(fact, failure.seen.has(fact))))
}

fn culprit(state: &State) -> Option<Remedy> {
    let line = state.culprit()?;
    let owner = state.sockets.owner(line.row.inode);
    let is_ours = owner.is_some_and(|owner| state.is_own(owner));
    let what = match (PortUse::of(&line.row), is_ours) {
        (PortUse::Waiting, _) => return waiting(state),
        (PortUse::Listening, true) => "stop-listener",
        (PortUse::Listening | PortUse::Bound, false) => "stop-program",
        (PortUse::Bound, true) => return None,
        (PortUse::Connected, true) => "close-these",
        (PortUse::Connected, false) => "end-these",
    };
    let server = state.servers.with(line.row.name());
    let is_other = server.is_some_and(|server| server.spec.id != state.server().spec.id);
    Some(not_tried(Statement::new(what).when("Other", is_other)))
}

fn of_connect(
    state: &State,
    failure: &Failure,
    spec: &ConnectSpec,
    to: Option<Endpoint>,
) -> Vec<Remedy> {
    let from = spec.from.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let bind = |host, at, reuse_addr| Probe::Bind {
        host,
        protocol: spec.protocol,
        at,
        reuse_addr,
        reuse_port: false,
    };
    let any_port = |ip| bind(spec.host, Endpoint { ip, port: Port::ANY }, false);
    match (failure.why.call, failure.why.errno, to) {
        (Call::Bind, Errno::EADDRINUSE, _) => {
            let Some(port) = spec.asked_port() else { return vec![] };
            let at = Endpoint { ip: from, port };
            let mut all = vec![
                tried("retry", bind(spec.host, at, spec.reuse_addr)),
                tried("reuse-addr-here", bind(spec.host, at, true)),
                on_both(failure),
                tried("kernel-picks", any_port(from)),
            ];
            all.extend(free_computer(state, spec.host, at).map(|(host, ip)| {
                let probe = bind(host, Endpoint { ip, ..at }, spec.reuse_addr);
                tried(at_ip("another-computer", ip), probe)
            }));
            all.extend(waiting(state));
            all
        }
        (Call::Bind, Errno::EADDRNOTAVAIL, _) => {
            let here = here(state, from).into_iter();
            here.map(|ip| tried(at_ip("own-address", ip), any_port(ip))).collect()
        }
        (Call::Bind, Errno::EACCES | Errno::EPERM, _) => {
            let port = Port(state.machine.unprivileged_from.0.max(8080));
            let higher = bind(spec.host, Endpoint { ip: from, port }, spec.reuse_addr);
            vec![
                tried(at_port("higher-port", port), higher),
                tried("kernel-picks", any_port(from)),
                not_tried("privilege"),
            ]
        }
        (_, Errno::EADDRNOTAVAIL, Some(to)) => no_port_left(state, failure, spec, to),
        (_, Errno::ECONNREFUSED, _) if failure.seen.has("ListensNow") => {
            vec![not_tried("retry-call")]
        }
        (_, Errno::ECONNREFUSED, Some(to)) if spec.protocol == Protocol::Tcp => {
            nobody_listens(state, spec, to)
        }
        (_, Errno::EHOSTUNREACH, Some(to)) if state.lab.lacks(to.ip) => {
            let hosts = state.lab.addresses();
            vec![not_tried(Statement::new("existing-address").with("hosts", hosts))]
        }
        _ => vec![],
    }
}

fn no_port_left(state: &State, failure: &Failure, spec: &ConnectSpec, to: Endpoint) -> Vec<Remedy> {
    if failure.seen.has("NoSource") || failure.seen.has("LoDown") {
        return vec![];
    }
    // The test listener is on the client's own host, so no segment crosses the wire.
    let to = state.lab.address_of(spec.host).unwrap_or(to.ip);
    let reach = |source_port| Probe::Reach { host: spec.host, from: spec.from, source_port, to };
    if let Some(port) = spec.asked_port() {
        let what = at_port("another-source-port", port);
        return vec![tried(what, reach(SourcePort::KernelPicks))];
    }
    let mut all = vec![
        tried("another-destination", reach(spec.source_port)),
        not_tried("another-computer-by-hand"),
    ];
    let can_close = !failure.rows.is_empty() && !failure.seen.has("AllWaiting");
    all.extend(can_close.then(|| not_tried("close-one")));
    all.extend(waiting(state));
    all
}

fn nobody_listens(state: &State, spec: &ConnectSpec, to: Endpoint) -> Vec<Remedy> {
    // In the lab each host has its own loopback: the server must listen on its address on the wire.
    let arrives = state.lab.host_called(spec.host, to.ip);
    let server = state.lab.server().filter(|_| is_own_loopback(state, spec, to));
    let (host, at) =
        server.map_or((arrives, to), |server| (server.host, Endpoint { ip: server.ip, ..to }));
    let probe =
        Probe::Bind { host, protocol: Protocol::Tcp, at, reuse_addr: false, reuse_port: false };
    let is_next = state.server().at() == at;
    let what = Statement::new("listening-elsewhere").with("at", at).when("next", is_next);
    let mut all = vec![tried(what.when("elsewhere", server.is_some()), probe)];
    // Which way leads to an interface is not known.
    let culprit = state.culprit().filter(|line| line.row.interface == 0);
    all.extend(culprit.map(|line| {
        not_tried(Statement::new("connecting-elsewhere").with("at", line.row.tuple.local))
    }));
    all
}

fn waiting(state: &State) -> Option<Remedy> {
    let is_reused = state.notices.failure.as_ref()?.seen.has("delay");
    wait_left(state).map(|_| not_tried(Statement::new("wait").when("Reused", is_reused)))
}

/// Another address of this machine than `ip`.
fn other_address(ip: IpAddr) -> Option<IpAddr> {
    let IpAddr::V4(v4) = ip else { return None };
    let [a, b, c, d] = v4.octets();
    let other = if v4.is_loopback() {
        Ipv4Addr::new(a, b, c, if d >= 250 { 1 } else { d + 1 })
    } else {
        Ipv4Addr::LOCALHOST
    };
    Some(other.into())
}

/// Addresses of this machine, of the same family.
fn here(state: &State, like: IpAddr) -> Vec<IpAddr> {
    let own = state.machine.addresses.iter().map(|own| own.ip);
    let mut here: Vec<IpAddr> = own.filter(|ip| ip.is_ipv4() == like.is_ipv4()).take(3).collect();
    if here.is_empty() {
        here.push(Ipv4Addr::LOCALHOST.into());
    }
    here
}

/// The next computer that has no row at that port, and its address.
fn free_computer(state: &State, caller: Host, from: Endpoint) -> Option<(Host, IpAddr)> {
    let has_row = |host: Host, at: Endpoint| {
        let mut rows = state.sockets.in_order().filter(|line| line.gone.is_none());
        rows.any(|line| line.row.host == host && line.row.tuple.local == at)
    };
    let is_free = |ip: IpAddr, host: Host| !has_row(host, Endpoint { ip, ..from });
    if state.lab.is_up() {
        let mut computers = state.clients.computers.iter();
        let other = computers.find(|one| one.host != caller && is_free(one.ip, one.host));
        return other.map(|one| (one.host, one.ip));
    }
    let mut others = std::iter::successors(other_address(from.ip), |ip| other_address(*ip));
    let many = state.clients.computers.len();
    others
        .by_ref()
        .take(many)
        .find(|ip| is_free(*ip, caller))
        .or(others.next())
        .map(|ip| (caller, ip))
}
