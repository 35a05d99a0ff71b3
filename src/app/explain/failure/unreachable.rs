//! A call that came to nobody: nobody listens there, or nobody has the address.

use crate::app::State;
use crate::app::model::wire::why_silent;
use crate::app::query::failure::{at_that_port, takes};
use crate::tcp::{ConnectSpec, Endpoint, Host, Protocol, SocketId};

/// In the lab each computer has a loopback of its own: who calls 127.0.0.1 there calls himself.
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
            "; the server's listener at {at} is on another computer. Helps: listening at {ip} or 0.0.0.0 (L)"
        )
    } else {
        String::new()
    };
    Some(format!("{} is the {who}'s own loopback, and nobody listens there{helps}.", to.ip))
}

/// The other computer answered with RST.
pub(crate) fn listens(
    state: &State,
    spec: &ConnectSpec,
    to: Option<Endpoint>,
) -> (String, Vec<SocketId>) {
    let Some(to) = to else {
        return ("Nobody listens there.".to_owned(), vec![]);
    };
    if spec.protocol == Protocol::Udp {
        return (
            format!("Nobody has UDP port {}; the TCP port of that number is another one.", to.port),
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
                ", and has IPV6_V6ONLY: IPv4 does not come in there"
            } else {
                ""
            };
            format!(
                "The kernel answered with RST: nobody listens at {to}; the nearest LISTEN is at {at}{why}."
            )
        }
        None => nobody_there(state, to),
    };
    (text, rows)
}

fn nobody_there(state: &State, to: Endpoint) -> String {
    let helps = !state.server.is_listening() && state.server.at().port == to.port;
    let key = if helps { " Press l to listen." } else { "" };
    format!("The kernel answered with RST: nobody listens there.{key}")
}

/// No way leads from a computer of the lab to another of them.
pub(crate) fn own_link(state: &State, spec: &ConnectSpec) -> String {
    format!(
        "{}'s own link is down, so that no way leads to the other computers. Helps: ip link set eth0 up, run there.",
        state.computer_name(spec.host)
    )
}

/// A way leads there, but nobody answers: on a link the kernel asks for the owner of an address before it sends anything (RFC 826).
pub(crate) fn on_the_link(state: &State, to: Option<Endpoint>) -> String {
    let lab = &state.lab;
    match to.map(|to| to.ip) {
        Some(ip) if ip.is_loopback() => {
            "No interface of this machine leads there; is lo up?".to_owned()
        }
        Some(ip) if lab.lacks(ip) => format!(
            "The kernel asked who has that address (ARP), and nobody has {ip} on this link. Here are {} (C).",
            lab.addresses()
        ),
        _ => match why_silent(lab.wire) {
            Some(why) => format!("The kernel asked who has that address (ARP), and heard nothing: {why}."),
            None => "A way leads there, but nobody answers at that address, or a router says that it cannot be reached.".to_owned(),
        },
    }
}
