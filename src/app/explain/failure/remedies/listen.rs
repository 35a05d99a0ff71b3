//! Possible remedies after a failed listen, and how to test them.

use crate::app::State;
use crate::app::explain::failure::remedies::{
    PRIVILEGE, connect, here, not_tried, other_address, tried, waiting,
};
use crate::app::model::{Attempt, Failure, Remedy};
use crate::tcp::{Endpoint, Errno, Host, ListenSpec, Port, Probe, Protocol, TcpState};

/// Possible remedies for that failure.
pub(crate) fn of(state: &State, case: &Failure) -> Vec<Remedy> {
    match &case.asked {
        Attempt::Listen(spec) => listen(state, case, spec),
        Attempt::Connect(spec, to) => connect::connect(state, case, spec, *to),
    }
}

/// bind() as the listener does it, at that address and with those of both options: `SO_REUSEADDR`, `SO_REUSEPORT`.
fn bind(host: Host, at: Endpoint, [reuse_addr, reuse_port]: [bool; 2]) -> Probe {
    Probe::Bind { host, protocol: Protocol::Tcp, at, reuse_addr, reuse_port }
}

fn listen(state: &State, case: &Failure, spec: &ListenSpec) -> Vec<Remedy> {
    match case.why.errno {
        Errno::EADDRINUSE => in_use(state, spec),
        Errno::EACCES | Errno::EPERM => privileged(state, spec),
        Errno::EADDRNOTAVAIL => {
            let options = [spec.reuse_addr, spec.reuse_port];
            let addresses = here(state, spec.at.ip).into_iter().map(|ip| {
                let words = format!("an address of this machine, {ip}");
                tried(words, bind(spec.host, Endpoint { ip, ..spec.at }, options))
            });
            let words = format!("adding {} to an interface", spec.at.ip);
            let given = not_tried(words, "it would change this machine");
            addresses.chain([given]).collect()
        }
        Errno::EMFILE | Errno::ENFILE => {
            vec![not_tried("closing connections (0d)", "it would close them")]
        }
        _ => vec![],
    }
}

fn in_use(state: &State, spec: &ListenSpec) -> Vec<Remedy> {
    let ListenSpec { at, reuse_addr, reuse_port, .. } = *spec;
    let options = [reuse_addr, reuse_port];
    let mut all = vec![tried("retry", bind(spec.host, at, options))];
    if !reuse_addr {
        let words = "SO_REUSEADDR on this run only";
        all.push(tried(words, bind(spec.host, at, [true, reuse_port])));
    }
    if !reuse_port {
        let words = "SO_REUSEPORT on this run only";
        all.push(tried(words, bind(spec.host, at, [reuse_addr, true])));
    }
    let port = neighbour(at.port);
    let words = format!("another port, {port}");
    all.push(tried(words, bind(spec.host, Endpoint { port, ..at }, options)));
    all.extend(elsewhere(spec));
    all.extend(culprit(state));
    all
}

fn privileged(state: &State, spec: &ListenSpec) -> Vec<Remedy> {
    let from = state.machine.unprivileged_from;
    let port = Port(from.0.max(8080));
    let options = [spec.reuse_addr, spec.reuse_port];
    let words = format!("a higher port, {port}");
    let mut all = vec![
        tried(words, bind(spec.host, Endpoint { port, ..spec.at }, options)),
        tried("SO_REUSEADDR", bind(spec.host, spec.at, [true, spec.reuse_port])),
    ];
    all.extend(elsewhere(spec));
    all.push(not_tried(PRIVILEGE, "this program has neither"));
    let words = format!("ip_unprivileged_port_start below {from}");
    all.push(not_tried(words, "it would change this machine"));
    all
}

/// The same port at another address.
fn elsewhere(spec: &ListenSpec) -> Option<Remedy> {
    let ip = other_address(spec.at.ip)?;
    let words = format!("another address, {ip}");
    let trial = bind(spec.host, Endpoint { ip, ..spec.at }, [spec.reuse_addr, spec.reuse_port]);
    Some(tried(words, trial))
}

/// Remedies that depend on the row most to blame.
fn culprit(state: &State) -> Vec<Remedy> {
    let Some(line) = state.culprit() else {
        return vec![];
    };
    let owner = state.sockets.owners.get(&line.row.inode);
    let is_ours = owner.is_some_and(|owner| owner.pid == state.machine.pid);
    match line.row.state {
        TcpState::TimeWait => waiting(state).into_iter().collect(),
        TcpState::Listen if is_ours => {
            vec![not_tried("stopping the listener here (l)", "it would close it")]
        }
        TcpState::Listen => {
            vec![not_tried("stopping that program", "it belongs to another user or program")]
        }
        TcpState::SynSent
        | TcpState::SynReceived
        | TcpState::Established
        | TcpState::FinWait1
        | TcpState::FinWait2
        | TcpState::CloseWait
        | TcpState::Closing
        | TcpState::LastAck
        | TcpState::Closed
            if is_ours =>
        {
            vec![not_tried("closing these connections (0d)", "it would close them")]
        }
        TcpState::SynSent
        | TcpState::SynReceived
        | TcpState::Established
        | TcpState::FinWait1
        | TcpState::FinWait2
        | TcpState::CloseWait
        | TcpState::Closing
        | TcpState::LastAck
        | TcpState::Closed => {
            vec![not_tried("ending these connections", "they belong to another program")]
        }
    }
}

fn neighbour(port: Port) -> Port {
    Port(port.0.checked_add(1).unwrap_or(port.0 - 1))
}
