//! Sockets with their options set and bound, as a [`ListenSpec`] or [`ConnectSpec`] asks for.

use std::io;
use std::net::{IpAddr, SocketAddr};

use socket2::Socket;

use crate::net::factory::SocketFactory;
use crate::net::options;
use crate::net::socket::{failed, own, unspecified};
use crate::net::trace::TraceRecorder;
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, ListenSpec, OwnSocket, PortRange, Protocol, SockOpt,
    SocketId, SourcePort, Syscall, SyscallError,
};

/// `ENOPROTOOPT`: the kernel does not know the option.
const UNKNOWN_OPTION: Errno = Errno(libc::ENOPROTOOPT);

/// socket(), bind(), listen() for each requested listening socket; all of them or none. `report` gets the trace of each.
pub(super) async fn listening_sockets(
    spec: &ListenSpec,
    factory: &SocketFactory,
    trace: &mut TraceRecorder,
    report: impl Fn(TraceRecorder, Option<SocketId>),
) -> Result<Vec<(Socket, OwnSocket)>, SyscallError> {
    let mut at = SocketAddr::from(spec.at);
    let mut all = Vec::new();
    for _ in 0..spec.listeners.clamp(1, 4) {
        let made = listening_socket(spec, at, factory, trace).await;
        let (socket, bound) = made.inspect_err(|_| report(trace.take(), None))?;
        at = bound;
        let no_peer = SocketAddr::new(unspecified(at.ip()), 0);
        let own = own(spec.host, Protocol::Tcp, &socket, [at, no_peer]);
        report(trace.take(), Some(own.name));
        all.push((socket, own));
    }
    Ok(all)
}

async fn listening_socket(
    spec: &ListenSpec,
    at: SocketAddr,
    factory: &SocketFactory,
    trace: &mut TraceRecorder,
) -> Result<(Socket, SocketAddr), SyscallError> {
    let socket = factory.socket(spec.host, Protocol::Tcp, at.ip(), trace).await?;
    let bound = bind_listener(spec, at, &socket, trace).and_then(|()| {
        let backlog = i32::try_from(spec.backlog).unwrap_or(i32::MAX);
        let done = trace.record(&socket, Syscall::Listen(spec.backlog), socket.listen(backlog));
        done.map_err(failed(Call::Listen))?;
        trace.local_addr(&socket).map_err(failed(Call::Bind))
    });
    match bound {
        Ok(at) => Ok((socket, at)),
        Err(why) => Err(close(socket, trace, why)),
    }
}

/// The options of a listening socket, and bind().
pub(super) fn bind_listener(
    spec: &ListenSpec,
    at: SocketAddr,
    socket: &Socket,
    trace: &mut TraceRecorder,
) -> Result<(), SyscallError> {
    let mut set = |option, done| {
        let done = trace.record(socket, Syscall::SetSockOpt(option), done);
        done.map_err(failed(Call::SetSockOpt))
    };
    if at.is_ipv6() {
        set(SockOpt::OnlyV6(spec.only_v6), socket.set_only_v6(spec.only_v6))?;
    }
    if spec.reuse_addr {
        set(SockOpt::ReuseAddr, socket.set_reuse_address(true))?;
    }
    if spec.reuse_port {
        set(SockOpt::ReusePort, socket.set_reuse_port(true))?;
    }
    bind(socket, at, trace).map_err(failed(Call::Bind))
}

fn bind(socket: &Socket, at: SocketAddr, trace: &mut TraceRecorder) -> io::Result<()> {
    trace.record(socket, Syscall::Bind(Endpoint::from(at)), socket.bind(&at.into()))
}

/// close() after an error, which is returned.
pub(super) fn close(socket: Socket, trace: &mut TraceRecorder, why: SyscallError) -> SyscallError {
    trace.close(&socket);
    drop(socket);
    why
}

/// socket() and, as far as the source was requested, bind(): ready for connect().
///
/// `whole` is the range from which the kernel picks anyway; set on the socket, it makes connect() try one port after the other.
pub(super) async fn client_socket(
    spec: &ConnectSpec,
    to: SocketAddr,
    whole: Option<PortRange>,
    factory: &SocketFactory,
    trace: &mut TraceRecorder,
) -> Result<Socket, SyscallError> {
    let socket = factory.socket(spec.host, spec.protocol, to.ip(), trace).await?;
    match bind_client(spec, to, (&socket, whole), trace) {
        Ok(()) => Ok(socket),
        Err(why) => Err(close(socket, trace, why)),
    }
}

fn bind_client(
    spec: &ConnectSpec,
    to: SocketAddr,
    (socket, whole): (&Socket, Option<PortRange>),
    trace: &mut TraceRecorder,
) -> Result<(), SyscallError> {
    if spec.reuse_addr {
        let done = socket.set_reuse_address(true);
        let done = trace.record(socket, Syscall::SetSockOpt(SockOpt::ReuseAddr), done);
        done.map_err(failed(Call::SetSockOpt))?;
    }
    let from = spec.from.unwrap_or_else(|| unspecified(to.ip()));
    let set_range = |range, trace: &mut TraceRecorder| {
        let done = options::set_local_port_range(socket, range);
        trace.record(socket, Syscall::SetSockOpt(SockOpt::LocalPortRange(range)), done)
    };
    let bind_to = |port, trace: &mut TraceRecorder| {
        bind(socket, SocketAddr::new(from, port), trace).map_err(failed(Call::Bind))
    };
    match spec.source_port {
        SourcePort::Fixed(port) => bind_to(port.0, trace),
        SourcePort::SameAsServer => bind_to(to.port(), trace),
        SourcePort::KernelPicks => {
            if let Some(whole) = whole {
                // Only speed is lost without it.
                let _ = set_range(whole, trace);
            }
            bind_address(spec.from, spec.protocol, socket, trace)
        }
        SourcePort::Toy(toy) => match set_range(toy, trace) {
            Ok(()) => bind_address(spec.from, spec.protocol, socket, trace),
            Err(error) if Errno::from(&error) == UNKNOWN_OPTION => {
                bind_first_free(toy, |port| bind_to(port, trace))
            }
            Err(error) => Err(failed(Call::SetSockOpt)(error)),
        },
    }
}

/// bind() to the source address only; the port is left to connect(), so that it is not used up for every destination.
fn bind_address(
    from: Option<IpAddr>,
    protocol: Protocol,
    socket: &Socket,
    trace: &mut TraceRecorder,
) -> Result<(), SyscallError> {
    let Some(from) = from else { return Ok(()) };
    if protocol == Protocol::Tcp {
        let done = options::set_bind_address_no_port(socket);
        let done = trace.record(socket, Syscall::SetSockOpt(SockOpt::BindAddressNoPort), done);
        done.map_err(failed(Call::SetSockOpt))?;
    }
    bind(socket, SocketAddr::new(from, 0), trace).map_err(failed(Call::Bind))
}

/// `IP_LOCAL_PORT_RANGE` for kernels before Linux 6.3: bind() to the first free port of the range.
fn bind_first_free(
    range: PortRange,
    mut bind_to: impl FnMut(u16) -> Result<(), SyscallError>,
) -> Result<(), SyscallError> {
    for port in range.low.0..=range.high.0 {
        match bind_to(port) {
            Err(why) if why.errno == Errno::EADDRINUSE => (),
            done => return done,
        }
    }
    // The error of connect() when a range is used up.
    Err(SyscallError { call: Call::Connect, errno: Errno::EADDRNOTAVAIL })
}
