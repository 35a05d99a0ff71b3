use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd};

use socket2::{Domain, Socket, Type};

use crate::net::elsewhere::Makers;
use crate::net::options;
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, FiveTuple, Host, ListenSpec, OwnSocket, PortRange,
    Protocol, Refusal, RowName, SourcePort,
};

/// `ENOPROTOOPT`: the kernel does not know the option.
const UNKNOWN_OPTION: Errno = Errno(libc::ENOPROTOOPT);

/// socket(), bind(), listen(), once for each listener that is asked for; all of them or none.
pub(super) fn listening(
    spec: &ListenSpec,
    makers: &Makers,
) -> Result<Vec<(Socket, OwnSocket)>, Refusal> {
    let mut at = SocketAddr::from(spec.at);
    let mut all = Vec::new();
    for _ in 0..spec.listeners.clamp(1, 4) {
        let socket = one_listening(spec, at, makers)?;
        let real = local(&socket).map_err(refused(Call::Bind))?;
        at = real;
        let nobody = SocketAddr::new(any(at.ip()), 0);
        let own = own(spec.host, Protocol::Tcp, &socket, [real, nobody]);
        all.push((socket, own));
    }
    Ok(all)
}

fn one_listening(spec: &ListenSpec, at: SocketAddr, makers: &Makers) -> Result<Socket, Refusal> {
    let socket = makers.socket(spec.host, Protocol::Tcp, at.ip())?;
    let option = refused(Call::SetSockOpt);
    if at.is_ipv6() {
        socket.set_only_v6(spec.only_v6).map_err(&option)?;
    }
    if spec.reuse_addr {
        socket.set_reuse_address(true).map_err(&option)?;
    }
    if spec.reuse_port {
        socket.set_reuse_port(true).map_err(&option)?;
    }
    socket.bind(&at.into()).map_err(refused(Call::Bind))?;
    let backlog = i32::try_from(spec.backlog).unwrap_or(i32::MAX);
    socket.listen(backlog).map_err(refused(Call::Listen))?;
    Ok(socket)
}

/// socket(), and bind() as far as the source is asked for: ready for connect().
///
/// `whole` is the range that the kernel picks from anyway; told to the socket, it makes connect() step through it one by one.
pub(super) fn calling(
    spec: &ConnectSpec,
    to: SocketAddr,
    whole: Option<PortRange>,
    makers: &Makers,
) -> Result<Socket, Refusal> {
    let socket = makers.socket(spec.host, spec.protocol, to.ip())?;
    if spec.reuse_addr {
        let option = refused(Call::SetSockOpt);
        socket.set_reuse_address(true).map_err(option)?;
    }
    let from = spec.from.unwrap_or_else(|| any(to.ip()));
    let bind = |port: u16| socket.bind(&SocketAddr::new(from, port).into());
    match spec.source_port {
        SourcePort::Fixed(port) => bind(port.0).map_err(refused(Call::Bind))?,
        SourcePort::SameAsServer => bind(to.port()).map_err(refused(Call::Bind))?,
        SourcePort::KernelPicks => {
            if let Some(range) = whole {
                // Only speed is lost without it.
                let _ = options::set_local_port_range(&socket, range);
            }
            bind_address(spec, &socket)?;
        }
        SourcePort::Toy(range) => match options::set_local_port_range(&socket, range) {
            Ok(()) => bind_address(spec, &socket)?,
            Err(error) if Errno::from(&error) == UNKNOWN_OPTION => bind_in_turn(range, bind)?,
            Err(error) => return Err(refused(Call::SetSockOpt)(error)),
        },
    }
    Ok(socket)
}

/// bind() to the source address alone; the port is left to connect(), so that it is not used up for every destination.
fn bind_address(spec: &ConnectSpec, socket: &Socket) -> Result<(), Refusal> {
    let Some(from) = spec.from else { return Ok(()) };
    if spec.protocol == Protocol::Tcp {
        options::set_bind_address_no_port(socket).map_err(refused(Call::SetSockOpt))?;
    }
    let address = SocketAddr::new(from, 0);
    socket.bind(&address.into()).map_err(refused(Call::Bind))
}

/// What `IP_LOCAL_PORT_RANGE` does, for kernels before Linux 6.3: the first port of the range that is not taken.
fn bind_in_turn(range: PortRange, bind: impl Fn(u16) -> io::Result<()>) -> Result<(), Refusal> {
    for port in range.low.0..=range.high.0 {
        match bind(port) {
            Ok(()) => return Ok(()),
            Err(error) if Errno::from(&error) == Errno::EADDRINUSE => (),
            Err(error) => return Err(refused(Call::Bind)(error)),
        }
    }
    // The answer that connect() gives when a range is used up.
    Err(Refusal {
        call: Call::Connect,
        errno: Errno::EADDRNOTAVAIL,
    })
}

/// socket() on this machine.
pub(super) fn new(protocol: Protocol, ip: IpAddr) -> Result<Socket, Refusal> {
    let (kind, number) = match protocol {
        Protocol::Tcp => (Type::STREAM, socket2::Protocol::TCP),
        Protocol::Udp => (Type::DGRAM, socket2::Protocol::UDP),
    };
    let domain = if ip.is_ipv4() {
        Domain::IPV4
    } else {
        Domain::IPV6
    };
    Socket::new_raw(domain, kind.nonblocking().cloexec(), Some(number))
        .map_err(refused(Call::Socket))
}

/// The socket as the kernel's table shows it, `ends` being the local and the remote one.
pub(super) fn own(
    host: Host,
    protocol: Protocol,
    socket: &(impl AsFd + AsRawFd),
    ends: [SocketAddr; 2],
) -> OwnSocket {
    let [local, remote] = ends.map(Endpoint::from);
    let tuple = FiveTuple {
        protocol,
        local,
        remote,
    };
    let inode = rustix::fs::fstat(socket).map_or(0, |stat| stat.st_ino);
    OwnSocket {
        name: RowName {
            host,
            tuple,
            inode: if tuple.is_connected() { 0 } else { inode },
        },
        fd: u32::try_from(socket.as_raw_fd()).unwrap_or(0),
        inode,
    }
}

/// `net.ipv4.ip_local_port_range`, where a socket can be told of it; `None` before Linux 6.3.
pub(super) fn ephemeral_range() -> Option<PortRange> {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let (low, high) = text.trim().split_once(char::is_whitespace)?;
    let range = format!("{}-{}", low.trim(), high.trim()).parse().ok()?;
    let probe = new(Protocol::Tcp, Ipv4Addr::LOCALHOST.into()).ok()?;
    let is_known = options::set_local_port_range(&probe, range).is_ok();
    is_known.then_some(range)
}

/// Whether `ip` is an address of this machine.
pub(super) fn is_ours(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    ip.is_loopback() || ip.is_unspecified() || (is_own_alone(ip) && is_bindable(ip))
}

fn is_bindable(ip: IpAddr) -> bool {
    let probe = new(Protocol::Udp, ip);
    probe.is_ok_and(|probe| probe.bind(&SocketAddr::new(ip, 0).into()).is_ok())
}

/// Whether only the machine that has `ip` can bind to it.
fn is_own_alone(ip: IpAddr) -> bool {
    let (family, is_broadcast) = match ip {
        IpAddr::V4(ip) => ("ipv4", ip.is_broadcast()),
        IpAddr::V6(_) => ("ipv6", false),
    };
    let nonlocal = std::fs::read_to_string(format!("/proc/sys/net/{family}/ip_nonlocal_bind"));
    let lets_any = nonlocal.is_ok_and(|text| text.trim() != "0");
    !ip.is_multicast() && !is_broadcast && !lets_any
}

/// The address and port that the socket is bound to.
pub(super) fn local(socket: &Socket) -> io::Result<SocketAddr> {
    let address = socket.local_addr()?;
    address
        .as_socket()
        .ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
}

/// Turns an error of `call` into a refusal.
pub(super) fn refused(call: Call) -> impl Fn(io::Error) -> Refusal {
    move |error| Refusal {
        call,
        errno: Errno::from(&error),
    }
}

/// The address that stands for all of the same family.
fn any(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}
