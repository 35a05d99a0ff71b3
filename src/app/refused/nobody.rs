//! A call that came to nobody: nobody listens there, or nobody has the address.

use crate::app::{Line, State, Wish};
use crate::tcp::{ConnectSpec, Ending, Endpoint, Errno, Host, Moment, Protocol, RowName, TcpState};

/// In the lab each computer has a loopback of its own: who calls 127.0.0.1 there calls himself.
fn own_loopback(state: &State, caller: Host, to: Endpoint) -> Option<String> {
    let server = state.lab.server()?;
    if !to.ip.to_canonical().is_loopback() || caller == server.host {
        return None;
    }
    let who = state.computer_name(caller);
    let at = state.listener.at();
    let helps = if state.listener.is_listening() && at.ip.to_canonical().is_loopback() {
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
pub(super) fn listens(
    state: &State,
    spec: &ConnectSpec,
    to: Option<Endpoint>,
) -> (String, Vec<RowName>) {
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
    let rows: Vec<RowName> = at_that_port(state, spec.host, to)
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

/// Who listens at the port that was called, on the computer that was called.
fn at_that_port(state: &State, caller: Host, to: Endpoint) -> impl Iterator<Item = &Line> {
    let host = state.lab.called_host(caller, to.ip);
    let listens = move |line: &&Line| {
        line.row.state == TcpState::Listen
            && line.gone.is_none()
            && line.row.host == host
            && line.row.tuple.local.port == to.port
    };
    state.sockets.in_order().filter(listens)
}

/// Whether a call comes in at who listens there, as far as the address tells: IPV6_V6ONLY stands in no row.
fn takes(at: Endpoint, to: Endpoint) -> bool {
    let (at, to) = (at.ip.to_canonical(), to.ip.to_canonical());
    at == to || (at.is_unspecified() && at.is_ipv4() == to.is_ipv4())
}

impl State {
    /// Whether somebody listens by now where nobody did when the last call was refused.
    pub fn somebody_listens_now(&self) -> bool {
        let Some(case) = &self.notices.case else {
            return false;
        };
        let (Errno::ECONNREFUSED, Wish::Connect(spec, Some(to))) = (case.why.errno, &case.asked)
        else {
            return false;
        };
        let takes_it = |line: &Line| {
            let at = line.row.tuple.local;
            // That [::] leaves IPv4 alone is known of our own listener only.
            let own = self.listener.running.as_ref();
            let only_v6 = own.is_some_and(|own| own.at == at && own.only_v6);
            let is_dual = at.ip.is_ipv6() && at.ip.is_unspecified() && !only_v6;
            takes(at, *to) || (is_dual && line.born > case.at)
        };
        at_that_port(self, spec.host, *to).any(takes_it)
    }
}

/// When a datagram was last refused: UDP has no call to be refused, so who sent it is told afterwards.
pub(crate) fn datagram_refused(state: &State) -> Option<Moment> {
    let departed = state.sockets.departed().iter().map(|gone| &gone.line);
    let lines = state.sockets.in_order().chain(departed).filter(|line| {
        let is_udp = line.row.tuple.protocol == Protocol::Udp;
        is_udp && line.ending == Some(Ending::Broken(Errno::ECONNREFUSED))
    });
    lines.map(|line| line.gone.map_or(state.now, |gone| gone.at)).max()
}

fn nobody_there(state: &State, to: Endpoint) -> String {
    let helps = !state.listener.is_listening() && state.listener.at().port == to.port;
    let key = if helps { " Press l to listen." } else { "" };
    format!("The kernel answered with RST: nobody listens there.{key}")
}

/// No way leads from a computer of the lab to another of them.
pub(super) fn own_link(state: &State, spec: &ConnectSpec) -> String {
    format!(
        "{}'s own link is down, so that no way leads to the other computers. Helps: ip link set eth0 up, run there.",
        state.computer_name(spec.host)
    )
}

/// A way leads there, but nobody answers: on a link the kernel asks for the owner of an address before it sends anything (RFC 826).
pub(super) fn on_the_link(state: &State, to: Option<Endpoint>) -> String {
    let lab = &state.lab;
    match to.map(|to| to.ip) {
        Some(ip) if ip.is_loopback() => {
            "No interface of this machine leads there; is lo up?".to_owned()
        }
        Some(ip) if lab.lacks(ip) => format!(
            "The kernel asked who has that address (ARP), and nobody has {ip} on this link. Here are {} (C).",
            lab.addresses()
        ),
        _ => match lab.wire.why_silent() {
            Some(why) => format!("The kernel asked who has that address (ARP), and heard nothing: {why}."),
            None => "A way leads there, but nobody answers at that address, or a router says that it cannot be reached.".to_owned(),
        },
    }
}
