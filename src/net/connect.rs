use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use socket2::Socket;

use crate::net::factory::SocketFactory;
use crate::net::listener::Listener;
use crate::net::registry::{Registration, Registry};
use crate::net::stream::Stream;
use crate::net::trace::{CallResult, TraceRecorder, failed};
use crate::net::{options, socket};
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, OwnSocket, PortRange, Protocol, Purpose, SockOpt,
    SourcePort, Syscall, SyscallError,
};

pub(super) struct Started {
    pub(super) own: OwnSocket,
    pub(super) stream: Stream,
    pub(super) registration: Registration,
    pub(super) connected: bool,
}

pub(super) struct ConnectRoute {
    pub(super) to: SocketAddr,
    /// The range from which the kernel picks anyway, to be set on the socket.
    pub(super) whole: Option<PortRange>,
    pub(super) listener: Option<Arc<Listener>>,
}

pub(super) async fn start(
    registry: &Arc<Registry>,
    spec: &ConnectSpec,
    route: &ConnectRoute,
) -> CallResult<Started> {
    let mut trace = registry.recorder(Purpose::Connect);
    let started = start_traced(registry, spec, route, &mut trace).await;
    let row = started.as_ref().ok().map(|started| started.own.name);
    registry.report_trace(trace, row);
    started
}

async fn start_traced(
    registry: &Arc<Registry>,
    spec: &ConnectSpec,
    route: &ConnectRoute,
    trace: &mut TraceRecorder,
) -> CallResult<Started> {
    let out_of_descriptors = || SyscallError { call: Call::Reserve, errno: Errno::EMFILE };
    let ConnectRoute { to, whole, listener } = route;
    let to = *to;
    // A connection to ourselves takes a second descriptor as soon as it is accepted.
    let accepting = listener.as_ref().filter(|listener| !listener.is_held());
    let unaccepted = accepting.map_or(0, |listener| 1 + listener.pending.load(Ordering::Acquire));
    if registry.room() < 1 + u64::from(unaccepted) {
        return Err(out_of_descriptors());
    }
    let socket = client_socket(spec, to, *whole, &registry.factory, trace).await?;
    if let Some(listener) = listener {
        listener.pending.fetch_add(1, Ordering::AcqRel);
    }
    let connected = connect(&socket, spec.protocol, to, trace);
    if let (Err(_), Some(listener)) = (&connected, listener) {
        listener.remove_pending();
    }
    let local = trace.local_addr(&socket);
    let connected = match connected {
        Ok(connected) => connected,
        Err(errno) => {
            return Err(trace.close_after(socket, SyscallError { call: Call::Connect, errno }));
        }
    };
    let local = local.map_err(failed(Call::Connect))?;
    // As the table shows it: the kernel replaces 0.0.0.0 and :: by the source address.
    let peer = if to.ip().is_unspecified() { SocketAddr::new(local.ip(), to.port()) } else { to };
    let own = socket::own(spec.host, spec.protocol, &socket, [local, peer]);
    let own = OwnSocket { order: Some(spec.id), ..own };
    let registration = registry.register(own.name).ok_or_else(out_of_descriptors)?;
    let stream = Stream::new(spec.protocol, socket).map_err(failed(Call::Socket))?;
    Ok(Started { own, stream, registration, connected })
}

fn connect(
    socket: &Socket,
    protocol: Protocol,
    to: SocketAddr,
    trace: &mut TraceRecorder,
) -> Result<bool, Errno> {
    let done = socket.connect(&to.into());
    let done = trace.record(socket, Syscall::Connect(Endpoint::from(to)), done);
    match done.map_err(|why| Errno::from(&why)) {
        Ok(()) => return Ok(true),
        Err(Errno::EINPROGRESS) if protocol == Protocol::Tcp => (),
        Err(errno) => return Err(errno),
    }
    let mut polled = [PollFd::new(socket, PollFlags::OUT)];
    let now = Timespec::try_from(Duration::ZERO).ok();
    let answered = rustix::event::poll(&mut polled, now.as_ref()).is_ok_and(|ready| ready > 0);
    let error = socket.take_error().unwrap_or_else(Some);
    let error = error.as_ref().map(Errno::from);
    if answered || error.is_some() {
        trace.connect_result(socket, error);
    }
    error.map_or(Ok(answered), Err)
}

/// socket() and bind(); `whole`, the kernel's own range set on the socket, makes connect() try one port after the other.
pub(super) async fn client_socket(
    spec: &ConnectSpec,
    to: SocketAddr,
    whole: Option<PortRange>,
    factory: &SocketFactory,
    trace: &mut TraceRecorder,
) -> CallResult<Socket> {
    let socket = factory.socket(spec.host, spec.protocol, to.ip(), trace).await?;
    match bind(spec, to, (&socket, whole), trace) {
        Ok(()) => Ok(socket),
        Err(why) => Err(trace.close_after(socket, why)),
    }
}

fn bind(
    spec: &ConnectSpec,
    to: SocketAddr,
    (socket, whole): (&Socket, Option<PortRange>),
    trace: &mut TraceRecorder,
) -> CallResult {
    if spec.reuse_addr {
        options::set(socket, SockOpt::ReuseAddr, trace)?;
    }
    let from = spec.from.unwrap_or_else(|| socket::unspecified(to.ip()));
    let bind_to = |port, trace: &mut TraceRecorder| {
        let at = SocketAddr::new(from, port);
        let done = trace.record(socket, Syscall::Bind(Endpoint::from(at)), socket.bind(&at.into()));
        done.map_err(failed(Call::Bind))
    };
    match spec.source_port {
        SourcePort::Fixed(port) => return bind_to(port.0, trace),
        SourcePort::SameAsServer => return bind_to(to.port(), trace),
        SourcePort::KernelPicks => {
            if let Some(whole) = whole {
                // Only speed is lost without it.
                let _ = options::set(socket, SockOpt::LocalPortRange(whole), trace);
            }
        }
        SourcePort::Range(range) => {
            match options::set(socket, SockOpt::LocalPortRange(range), trace) {
                Err(SyscallError { errno: Errno::ENOPROTOOPT, .. }) => {
                    return bind_first_free(range, |port| bind_to(port, trace));
                }
                done => done?,
            }
        }
    }
    // To the address only; the port is left to connect(), so that it is not used up for every destination.
    if spec.from.is_none() {
        return Ok(());
    }
    if spec.protocol == Protocol::Tcp {
        options::set(socket, SockOpt::BindAddressNoPort, trace)?;
    }
    bind_to(0, trace)
}

/// `IP_LOCAL_PORT_RANGE` for kernels before Linux 6.3: bind() to the first free port of the range.
fn bind_first_free(range: PortRange, mut bind_to: impl FnMut(u16) -> CallResult) -> CallResult {
    for port in range.low.0..=range.high.0 {
        match bind_to(port) {
            Err(SyscallError { errno: Errno::EADDRINUSE, .. }) => (),
            done => return done,
        }
    }
    // The error of connect() when a range is used up.
    Err(SyscallError { call: Call::Connect, errno: Errno::EADDRNOTAVAIL })
}
