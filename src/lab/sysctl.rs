//! What a computer of the lab can do more than a plain machine, where its settings can be made.

use std::fs;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::str::FromStr;

use crate::lab::namespace::write;
use crate::lab::protocol::SocketKind;
use crate::lab::socket_pool::SocketPool;
use crate::tcp::{Errno, Host, HostLimits, LabLimits, Port};

const PORTS: &str = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
const QUEUE: &str = "/proc/sys/net/core/somaxconn";

/// Lifts the limits of the computer whose network namespace this is, as far as this machine lets us; most containers have /proc/sys read-only.
pub(crate) fn lift() -> LabLimits {
    let mut limits = LabLimits::MEANT;
    let plain = HostLimits::default();
    if let Err(why) = set(PORTS, "0") {
        limits.unprivileged_from = read(PORTS).map_or(plain.unprivileged_from, Port);
        limits.unset = Some((PORTS.to_owned(), why));
    }
    if let Err(why) = set(QUEUE, &limits.somaxconn.to_string()) {
        limits.somaxconn = read(QUEUE).unwrap_or(plain.somaxconn);
        limits.unset = Some((QUEUE.to_owned(), why));
    }
    limits
}

/// What holds for the process that uses the lab: whoever owns the user namespace of a network needs no setting to have all of its ports
/// (user_namespaces(7)), so it is tried.
pub(crate) fn as_used(limits: LabLimits, stock: &SocketPool, host: Host) -> LabLimits {
    let is_limited = limits.unprivileged_from > Port::ANY;
    if is_limited && has_every_port(stock, host) {
        return LabLimits { unprivileged_from: Port::ANY, ..limits };
    }
    limits
}

fn has_every_port(stock: &SocketPool, host: Host) -> bool {
    let lowest = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 1);
    let socket = stock.take(host, SocketKind::Tcp4);
    socket.is_ok_and(|socket| rustix::net::bind(&socket, &lowest).is_ok())
}

fn set(path: &'static str, value: &str) -> Result<(), Errno> {
    write(path, value).map_err(|(_, why)| Errno(why.raw_os_error()))
}

fn read<T: FromStr>(path: &str) -> Option<T> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
