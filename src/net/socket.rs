use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd};

use socket2::{Domain, Socket, Type};

use crate::net::factory::SocketFactory;
use crate::net::trace::TraceRecorder;
use crate::net::{options, trace};
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, FiveTuple, Host, ListenSpec, OwnSocket, PortRange,
    Protocol, SockOpt, SocketId, SourcePort, Syscall, SyscallError,
};

/// `ENOPROTOOPT`: the kernel does not know the option.
const UNKNOWN_OPTION: Errno = Errno(libc::ENOPROTOOPT);

/// Who makes a socket, and who notes what it is asked for.
pub(crate) type SocketRequest<'a> = (&'a SocketFactory, &'a mut TraceRecorder);

/// socket(), bind(), listen(), once for each listener that is asked for; all of them or none.
///
/// What each was asked for is handed to `tell`.
pub(crate) async fn listening(
    spec: &ListenSpec,
    (makers, diary): SocketRequest<'_>,
    tell: impl Fn(TraceRecorder, Option<SocketId>),
) -> Result<Vec<(Socket, OwnSocket)>, SyscallError> {
    let mut at = SocketAddr::from(spec.at);
    let mut all = Vec::new();
    for _ in 0..spec.listeners.clamp(1, 4) {
        let made = one_listening(spec, at, (makers, &mut *diary)).await;
        let (socket, real) = made.inspect_err(|_| tell(diary.next(), None))?;
        at = real;
        let nobody = SocketAddr::new(any(at.ip()), 0);
        let own = own(spec.host, Protocol::Tcp, &socket, [real, nobody]);
        tell(diary.next(), Some(own.name));
        all.push((socket, own));
    }
    Ok(all)
}

async fn one_listening(
    spec: &ListenSpec,
    at: SocketAddr,
    (makers, diary): SocketRequest<'_>,
) -> Result<(Socket, SocketAddr), SyscallError> {
    let socket = makers.socket(spec.host, Protocol::Tcp, at.ip(), diary).await?;
    let listens = bound(spec, at, &socket, diary).and_then(|()| {
        let backlog = i32::try_from(spec.backlog).unwrap_or(i32::MAX);
        let done = diary.did(&socket, Syscall::Listen(spec.backlog), socket.listen(backlog));
        done.map_err(refused(Call::Listen))?;
        diary.name_of(&socket).map_err(refused(Call::Bind))
    });
    match listens {
        Ok(real) => Ok((socket, real)),
        Err(why) => Err(closed(socket, diary, why)),
    }
}

/// The options of a listening socket, and bind().
pub(crate) fn bound(
    spec: &ListenSpec,
    at: SocketAddr,
    socket: &Socket,
    diary: &mut TraceRecorder,
) -> Result<(), SyscallError> {
    let option = refused(Call::SetSockOpt);
    let mut set = |option: SockOpt, done| diary.did(socket, Syscall::SetSockOpt(option), done);
    if at.is_ipv6() {
        let done = socket.set_only_v6(spec.only_v6);
        set(SockOpt::OnlyV6(spec.only_v6), done).map_err(&option)?;
    }
    if spec.reuse_addr {
        set(SockOpt::ReuseAddr, socket.set_reuse_address(true)).map_err(&option)?;
    }
    if spec.reuse_port {
        set(SockOpt::ReusePort, socket.set_reuse_port(true)).map_err(&option)?;
    }
    bind(socket, at, diary).map_err(refused(Call::Bind))
}

fn bind(socket: &Socket, at: SocketAddr, diary: &mut TraceRecorder) -> io::Result<()> {
    diary.did(socket, Syscall::Bind(Endpoint::from(at)), socket.bind(&at.into()))
}

/// A socket of which nothing will come.
pub(crate) fn closed(socket: Socket, diary: &mut TraceRecorder, why: SyscallError) -> SyscallError {
    diary.closes(&socket);
    drop(socket);
    why
}

/// socket(), and bind() as far as the source is asked for: ready for connect().
///
/// `whole` is the range that the kernel picks from anyway; told to the socket, it makes connect() step through it one by one.
pub(crate) async fn calling(
    spec: &ConnectSpec,
    to: SocketAddr,
    whole: Option<PortRange>,
    (makers, diary): SocketRequest<'_>,
) -> Result<Socket, SyscallError> {
    let socket = makers.socket(spec.host, spec.protocol, to.ip(), diary).await?;
    match placed(spec, to, (&socket, whole), diary) {
        Ok(()) => Ok(socket),
        Err(why) => Err(closed(socket, diary, why)),
    }
}

/// The options of a client's socket, and bind() as far as the source is asked for.
fn placed(
    spec: &ConnectSpec,
    to: SocketAddr,
    (socket, whole): (&Socket, Option<PortRange>),
    diary: &mut TraceRecorder,
) -> Result<(), SyscallError> {
    if spec.reuse_addr {
        let done = socket.set_reuse_address(true);
        let done = diary.did(socket, Syscall::SetSockOpt(SockOpt::ReuseAddr), done);
        done.map_err(refused(Call::SetSockOpt))?;
    }
    let from = spec.from.unwrap_or_else(|| any(to.ip()));
    let range = |range, diary: &mut TraceRecorder| {
        let done = options::set_local_port_range(socket, range);
        diary.did(socket, Syscall::SetSockOpt(SockOpt::LocalPortRange(range)), done)
    };
    let bind =
        |port: u16, diary: &mut TraceRecorder| bind(socket, SocketAddr::new(from, port), diary);
    match spec.source_port {
        SourcePort::Fixed(port) => bind(port.0, diary).map_err(refused(Call::Bind))?,
        SourcePort::SameAsServer => bind(to.port(), diary).map_err(refused(Call::Bind))?,
        SourcePort::KernelPicks => {
            if let Some(whole) = whole {
                // Only speed is lost without it.
                let _ = range(whole, diary);
            }
            bind_address(spec, socket, diary)?;
        }
        SourcePort::Toy(toy) => match range(toy, diary) {
            Ok(()) => bind_address(spec, socket, diary)?,
            Err(error) if Errno::from(&error) == UNKNOWN_OPTION => {
                bind_in_turn(toy, |port| bind(port, diary))?;
            }
            Err(error) => return Err(refused(Call::SetSockOpt)(error)),
        },
    }
    Ok(())
}

/// bind() to the source address alone; the port is left to connect(), so that it is not used up for every destination.
fn bind_address(
    spec: &ConnectSpec,
    socket: &Socket,
    diary: &mut TraceRecorder,
) -> Result<(), SyscallError> {
    let Some(from) = spec.from else { return Ok(()) };
    if spec.protocol == Protocol::Tcp {
        let done = options::set_bind_address_no_port(socket);
        let option = Syscall::SetSockOpt(SockOpt::BindAddressNoPort);
        let done = diary.did(socket, option, done);
        done.map_err(refused(Call::SetSockOpt))?;
    }
    bind(socket, SocketAddr::new(from, 0), diary).map_err(refused(Call::Bind))
}

/// What `IP_LOCAL_PORT_RANGE` does, for kernels before Linux 6.3: the first port of the range that is not taken.
fn bind_in_turn(
    range: PortRange,
    mut bind: impl FnMut(u16) -> io::Result<()>,
) -> Result<(), SyscallError> {
    for port in range.low.0..=range.high.0 {
        match bind(port) {
            Ok(()) => return Ok(()),
            Err(error) if Errno::from(&error) == Errno::EADDRINUSE => (),
            Err(error) => return Err(refused(Call::Bind)(error)),
        }
    }
    // The answer that connect() gives when a range is used up.
    Err(SyscallError { call: Call::Connect, errno: Errno::EADDRNOTAVAIL })
}

/// socket() on this machine.
pub(crate) fn new(
    protocol: Protocol,
    ip: IpAddr,
    diary: &mut TraceRecorder,
) -> Result<Socket, SyscallError> {
    let (kind, number) = match protocol {
        Protocol::Tcp => (Type::STREAM, socket2::Protocol::TCP),
        Protocol::Udp => (Type::DGRAM, socket2::Protocol::UDP),
    };
    let domain = if ip.is_ipv4() { Domain::IPV4 } else { Domain::IPV6 };
    let made = Socket::new_raw(domain, kind.nonblocking().cloexec(), Some(number));
    diary.socket(protocol, ip, &made);
    made.map_err(refused(Call::Socket))
}

/// The socket as the kernel's table shows it, `ends` being the local and the remote one.
pub(crate) fn own(
    host: Host,
    protocol: Protocol,
    socket: &(impl AsFd + AsRawFd),
    ends: [SocketAddr; 2],
) -> OwnSocket {
    let [local, remote] = ends.map(Endpoint::from);
    let tuple = FiveTuple { protocol, local, remote };
    let inode = rustix::fs::fstat(socket).map_or(0, |stat| stat.st_ino);
    OwnSocket {
        name: SocketId { host, tuple, inode: if tuple.is_connected() { 0 } else { inode } },
        fd: trace::number(socket),
        inode,
    }
}

/// `net.ipv4.ip_local_port_range`, where a socket can be told of it; `None` before Linux 6.3.
pub(crate) fn ephemeral_range() -> Option<PortRange> {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let (low, high) = text.trim().split_once(char::is_whitespace)?;
    let range = format!("{}-{}", low.trim(), high.trim()).parse().ok()?;
    let here = Ipv4Addr::LOCALHOST.into();
    let probe = new(Protocol::Tcp, here, &mut TraceRecorder::unread()).ok()?;
    let is_known = options::set_local_port_range(&probe, range).is_ok();
    is_known.then_some(range)
}

/// Whether `ip` is an address of this machine.
pub(crate) fn is_ours(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    ip.is_loopback() || ip.is_unspecified() || (is_own_alone(ip) && is_bindable(ip))
}

fn is_bindable(ip: IpAddr) -> bool {
    let probe = new(Protocol::Udp, ip, &mut TraceRecorder::unread());
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

/// Turns an error of `call` into a refusal.
pub(crate) fn refused(call: Call) -> impl Fn(io::Error) -> SyscallError {
    move |error| SyscallError { call, errno: Errno::from(&error) }
}

/// The address that stands for all of the same family.
pub(crate) fn any(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}
