//! Possible remedies after a failed connect.

use std::net::{IpAddr, Ipv4Addr};

use crate::app::State;
use crate::app::explain::failure::remedies::{
    PRIVILEGE, here, not_tried, other_address, tried, waiting,
};
use crate::app::model::{Failure, Remedy};
use crate::tcp::{Call, ConnectSpec, Endpoint, Errno, Host, Port, Probe, Protocol, SourcePort};

/// Possible remedies for a failed connect.
pub(crate) fn connect(
    state: &State,
    case: &Failure,
    spec: &ConnectSpec,
    to: Option<Endpoint>,
) -> Vec<Remedy> {
    let any = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let from = spec.from.unwrap_or(any);
    let bind = |ip, port, reuse_addr| Probe::Bind {
        host: spec.host,
        protocol: spec.protocol,
        at: Endpoint { ip, port },
        reuse_addr,
        reuse_port: false,
    };
    let free = || tried("a port chosen by the kernel", bind(from, Port::ANY, false));
    match (case.why.call, case.why.errno) {
        (Call::Bind, Errno::EADDRINUSE) => {
            let Some(port) = spec.asked_port() else {
                return vec![];
            };
            let mut all = vec![
                tried("retry", bind(from, port, spec.reuse_addr)),
                tried("SO_REUSEADDR on this socket only", bind(from, port, true)),
                free(),
            ];
            all.extend(another_computer(state, spec, Endpoint { ip: from, port }));
            all.extend(waiting(state));
            all
        }
        (Call::Bind, Errno::EADDRNOTAVAIL) => {
            let here = here(state, from).into_iter();
            here.map(|ip| {
                let words = format!("an address of this machine, {ip}");
                tried(words, bind(ip, Port::ANY, false))
            })
            .collect()
        }
        (Call::Bind, Errno::EACCES | Errno::EPERM) => {
            vec![free(), not_tried(PRIVILEGE, "this program has neither")]
        }
        (_, Errno::EADDRNOTAVAIL) => to.map_or_else(Vec::new, |to| no_port_left(state, spec, to)),
        (_, Errno::ECONNREFUSED) if state.somebody_listens_now() => {
            vec![not_tried("retry (y)", "it would be a real connection")]
        }
        (_, Errno::ECONNREFUSED) if spec.protocol == Protocol::Tcp => {
            to.map_or_else(Vec::new, |to| nobody_listens(state, spec.host, to))
        }
        (_, Errno::EHOSTUNREACH) if to.is_some_and(|to| state.lab.lacks(to.ip)) => {
            let words = format!("connecting to an existing address: {} (C)", state.lab.addresses());
            vec![not_tried(words, "it would be a real connection")]
        }
        _ => vec![],
    }
}

fn no_port_left(state: &State, spec: &ConnectSpec, to: Endpoint) -> Vec<Remedy> {
    // The test listener is on the client's own host, so no segment crosses the wire.
    let to = state.lab.address_of(spec.host).unwrap_or(to.ip);
    if let Some(port) = spec.asked_port() {
        let words = format!("a source port other than {port}");
        let trial = Probe::Reach {
            host: spec.host,
            from: spec.from,
            source_port: SourcePort::KernelPicks,
            to,
        };
        return vec![tried(words, trial)];
    }
    let elsewhere =
        Probe::Reach { host: spec.host, from: spec.from, source_port: spec.source_port, to };
    vec![
        tried("another destination, with the same ports", elsewhere),
        not_tried(
            "another computer (select it in the Computers pane, then c)",
            "it would be a real connection",
        ),
        not_tried("closing one of these (d)", "it would close it"),
    ]
}

fn nobody_listens(state: &State, caller: Host, to: Endpoint) -> Vec<Remedy> {
    // In the lab each host has its own loopback: the server must listen on its address on the wire.
    let arrives = state.lab.host_called(caller, to.ip);
    let server = state.lab.server();
    let elsewhere =
        server.filter(|server| server.host != arrives && to.ip.to_canonical().is_loopback());
    let (host, at, key) = match elsewhere {
        Some(server) => (server.host, Endpoint { ip: server.ip, ..to }, " (L)"),
        None => (arrives, to, ""),
    };
    let trial =
        Probe::Bind { host, protocol: Protocol::Tcp, at, reuse_addr: false, reuse_port: false };
    let mut all = vec![tried(format!("listening on {at}{key}: is it free?"), trial)];
    if let Some(line) = state.culprit() {
        let words = format!("connecting to {} instead (C)", line.row.tuple.local);
        all.push(not_tried(words, "it would be a real connection"));
    }
    all
}

/// The same port on another computer.
fn another_computer(state: &State, spec: &ConnectSpec, from: Endpoint) -> Option<Remedy> {
    let (host, ip) = free_computer(state, spec.host, from)?;
    let trial = Probe::Bind {
        host,
        protocol: spec.protocol,
        at: Endpoint { ip, ..from },
        reuse_addr: spec.reuse_addr,
        reuse_port: false,
    };
    Some(tried(format!("another computer, {ip}"), trial))
}

/// The next computer that has no row at that port, and its address.
fn free_computer(state: &State, caller: Host, from: Endpoint) -> Option<(Host, IpAddr)> {
    let has_row = |host: Host, at: Endpoint| {
        let mut rows = state.sockets.in_order().filter(|line| line.gone.is_none());
        rows.any(|line| line.row.host == host && line.row.tuple.local == at)
    };
    if state.lab.is_up() {
        let mut computers = state.clients.computers.iter();
        let is_free = |ip: IpAddr, host: Host| !has_row(host, Endpoint { ip, ..from });
        let other = computers.find(|one| one.host != caller && is_free(one.ip, one.host));
        return other.map(|one| (one.host, one.ip));
    }
    let mut ip = other_address(from.ip);
    for _ in &state.clients.computers {
        if !ip.is_some_and(|ip| has_row(caller, Endpoint { ip, ..from })) {
            break;
        }
        ip = ip.and_then(other_address);
    }
    ip.map(|ip| (caller, ip))
}
