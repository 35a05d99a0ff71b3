//! Why a host or port cannot be reached: nothing is listening, or no host has the address.

use crate::app::State;
use crate::app::query::failure::{at_that_port, takes};
use crate::tcp::{ConnectSpec, Endpoint, Host, Protocol, SocketId};

/// In the lab each computer has its own loopback: 127.0.0.1 is the client itself.
fn own_loopback(state: &State, caller: Host, to: Endpoint) -> Option<String> {
    let server = state.lab.server()?;
    if !to.ip.to_canonical().is_loopback() || caller == server.host {
        return None;
    }
    let who = state.computer_name(caller);
    let at = state.server.at();
    let helps = if state.server.is_listening() && at.ip.to_canonical().is_loopback() {
        let ip = server.ip;
        format!(
            "; the server's listener at {at} is on another computer. Try listening on {ip} or 0.0.0.0 (L)"
        )
    } else {
        String::new()
    };
    Some(format!("{} is the {who}'s own loopback, and nothing is listening there{helps}.", to.ip))
}

/// The other host answered with RST.
pub(crate) fn listens(
    state: &State,
    spec: &ConnectSpec,
    to: Option<Endpoint>,
) -> (String, Vec<SocketId>) {
    let Some(to) = to else {
        return ("Nothing is listening there.".to_owned(), vec![]);
    };
    if spec.protocol == Protocol::Udp {
        return (
            format!(
                "No socket has UDP port {}; the TCP port with that number is a different one.",
                to.port
            ),
            vec![],
        );
    }
    if let Some(text) = own_loopback(state, spec.host, to) {
        return (text, vec![]);
    }
    let rows: Vec<SocketId> = at_that_port(state, spec.host, to)
        .filter(|line| !takes(line.row.tuple.local, to))
        .map(|line| line.row.name())
        .collect();
    let text = match rows.first() {
        Some(row) => {
            let at = row.tuple.local;
            let why = if at.ip.is_ipv6() && at.ip.is_unspecified() && to.ip.to_canonical().is_ipv4()
            {
                ", with IPV6_V6ONLY: it does not accept IPv4"
            } else {
                ""
            };
            format!(
                "The kernel answered with RST: nothing is listening on {to}. The nearest LISTEN is on {at}{why}."
            )
        }
        None => nothing_there(state, to),
    };
    (text, rows)
}

fn nothing_there(state: &State, to: Endpoint) -> String {
    let helps = !state.server.is_listening() && state.server.at().port == to.port;
    let key = if helps { " Press l to listen." } else { "" };
    format!("The kernel answered with RST: nothing is listening there.{key}")
}

/// A lab computer has no route to another one.
pub(crate) fn own_link(state: &State, spec: &ConnectSpec) -> String {
    format!(
        "{}'s own link is down, so it has no route to the others. Try ip link set eth0 up there.",
        state.computer_name(spec.host)
    )
}

/// There is a route, but no host answers: on a link the kernel resolves the address before it sends anything (RFC 826).
pub(crate) fn on_the_link(state: &State, to: Option<Endpoint>) -> String {
    let lab = &state.lab;
    match to.map(|to| to.ip) {
        Some(ip) if ip.is_loopback() => {
            "This machine has no route there; is lo up?".to_owned()
        }
        Some(ip) if lab.lacks(ip) => format!(
            "The kernel asked for that address (ARP), and no host on this link has {ip}. The hosts are {} (C).",
            lab.addresses()
        ),
        _ => match lab.why_silent() {
            Some(why) => format!("The kernel asked for that address (ARP), and no answer arrived: {why}."),
            None => "There is a route, but no host answered at that address, or a router reported it unreachable.".to_owned(),
        },
    }
}
