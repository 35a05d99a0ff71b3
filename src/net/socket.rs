//! socket(2) on this machine, and what there is to know about addresses and ports.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd};

use socket2::{Domain, Socket, Type};

use crate::net::trace::{CallResult, TraceRecorder, failed};
use crate::net::{options, trace};
use crate::tcp::{
    Call, Endpoint, FiveTuple, Host, OwnSocket, PortRange, Protocol, SockOpt, SocketId,
};

pub(super) fn new(protocol: Protocol, ip: IpAddr, trace: &mut TraceRecorder) -> CallResult<Socket> {
    let (kind, number) = match protocol {
        Protocol::Tcp => (Type::STREAM, socket2::Protocol::TCP),
        Protocol::Udp => (Type::DGRAM, socket2::Protocol::UDP),
    };
    let domain = if ip.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 };
    let made = Socket::new_raw(domain, kind.nonblocking().cloexec(), Some(number));
    trace.socket(protocol, ip, &made);
    made.map_err(failed(Call::Socket))
}

pub(super) fn own(
    host: Host,
    protocol: Protocol,
    socket: &(impl AsFd + AsRawFd),
    ends: [SocketAddr; 2],
) -> OwnSocket {
    let interface = if let SocketAddr::V6(local) = ends[0] { local.scope_id() } else { 0 };
    let [local, remote] = ends.map(Endpoint::from);
    let tuple = FiveTuple { protocol, local, remote };
    let inode = rustix::fs::fstat(socket).map_or(0, |stat| stat.st_ino);
    let number = if tuple.is_connected() { 0 } else { inode };
    OwnSocket {
        name: SocketId { host, tuple, number, interface },
        fd: trace::number(socket),
        inode,
        order: None,
    }
}

pub(super) fn unspecified(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

/// `net.ipv4.ip_local_port_range`, where a socket can be given a range of its own; `None` before Linux 6.3.
pub(super) fn ephemeral_range() -> Option<PortRange> {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let range = PortRange::of_sysctl(&text)?;
    let trace = &mut TraceRecorder::off();
    let probe = new(Protocol::Tcp, Ipv4Addr::LOCALHOST.into(), trace).ok()?;
    options::set(&probe, SockOpt::LocalPortRange(range), trace).is_ok().then_some(range)
}

pub(super) fn is_local(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    let is_bindable = || {
        let probe = new(Protocol::Udp, ip, &mut TraceRecorder::off());
        probe.is_ok_and(|probe| probe.bind(&SocketAddr::new(ip, 0).into()).is_ok())
    };
    ip.is_loopback() || ip.is_unspecified() || (only_owner_binds(ip) && is_bindable())
}

/// Whether bind() to `ip` succeeds only on the machine that has it.
fn only_owner_binds(ip: IpAddr) -> bool {
    let (family, is_broadcast) = match ip {
        IpAddr::V4(ip) => ("ipv4", ip.is_broadcast()),
        IpAddr::V6(_) => ("ipv6", false),
    };
    let nonlocal = std::fs::read_to_string(format!("/proc/sys/net/{family}/ip_nonlocal_bind"));
    let any_binds = nonlocal.is_ok_and(|text| text.trim() != "0");
    !ip.is_multicast() && !is_broadcast && !any_binds
}
