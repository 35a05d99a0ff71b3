//! The limits of a lab computer, raised where its sysctls can be set.

use std::fs;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::OwnedFd;
use std::str::FromStr;

use crate::lab::namespace::write;
use crate::lab::protocol::SocketKind;
use crate::lab::socket_pool::SocketPool;
use crate::tcp::{Errno, HandshakeRetries, Host, HostLimits, LabLimits, Port};

const FIRST_UNPRIVILEGED: &str = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
const SOMAXCONN: &str = "/proc/sys/net/core/somaxconn";

/// How often the kernel retransmits what is not acknowledged, so that a state held on the wire lasts for ten minutes at least: a SYN, a
/// SYN+ACK, and what a closed socket sent last. The waits double up to 120 s; they begin with 1 s, 1 s and 200 ms.
const RETRIES: [(&str, &str); 3] = [
    ("/proc/sys/net/ipv4/tcp_syn_retries", "12"),
    ("/proc/sys/net/ipv4/tcp_synack_retries", "12"),
    ("/proc/sys/net/ipv4/tcp_orphan_retries", "15"),
];

/// Lifts the limits of the computer whose network namespace this is, as far as possible: most containers have /proc/sys read-only.
pub(super) fn lift_limits() -> LabLimits {
    let mut limits = LabLimits::MEANT;
    let default = HostLimits::default();
    for (file, times) in RETRIES {
        if let Err(why) = set(file, times) {
            limits.gives_up = Some(retries());
            limits.unset = Some((file.to_owned(), why));
        }
    }
    if let Err(why) = set(FIRST_UNPRIVILEGED, "0") {
        limits.unprivileged_from = read(FIRST_UNPRIVILEGED).map_or(default.unprivileged_from, Port);
        limits.unset = Some((FIRST_UNPRIVILEGED.to_owned(), why));
    }
    if let Err(why) = set(SOMAXCONN, &LabLimits::BACKLOG.to_string()) {
        limits.somaxconn = read(SOMAXCONN);
        limits.unset = Some((SOMAXCONN.to_owned(), why));
    }
    limits
}

/// The owner of the user namespace may bind every port without a sysctl (user_namespaces(7)), so that is tried.
pub(super) fn as_used(limits: LabLimits, pool: &SocketPool, host: Host) -> LabLimits {
    let lowest = SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 1);
    let binds = |socket: OwnedFd| rustix::net::bind(&socket, &lowest).is_ok();
    if limits.unprivileged_from > Port::ANY && pool.take(host, SocketKind::Tcp4).is_ok_and(binds) {
        return LabLimits { unprivileged_from: Port::ANY, ..limits };
    }
    limits
}

fn retries() -> HandshakeRetries {
    let HandshakeRetries { syn, syn_ack, .. } = HandshakeRetries::DEFAULT;
    let [(syn_file, _), (syn_ack_file, _), _] = RETRIES;
    HandshakeRetries {
        syn: read(syn_file).unwrap_or(syn),
        linear: read("/proc/sys/net/ipv4/tcp_syn_linear_timeouts").unwrap_or(0),
        syn_ack: read(syn_ack_file).unwrap_or(syn_ack),
    }
}

fn set(path: &str, value: &str) -> Result<(), Errno> {
    write(path, value).map_err(|(_, why)| Errno(why.raw_os_error()))
}

fn read<T: FromStr>(path: &str) -> Option<T> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
