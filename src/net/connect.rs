use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use socket2::Socket;

use crate::net::listener::Listener;
use crate::net::registry::{Registration, Registry};
use crate::net::socket::failed;
use crate::net::stream::Stream;
use crate::net::trace::TraceRecorder;
use crate::net::{bind, socket};
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, OwnSocket, PortRange, Protocol, Purpose, Syscall,
    SyscallError,
};

/// A connect() that was not refused.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) own: OwnSocket,
    pub(super) stream: Stream,
    pub(super) registration: Registration,
    /// Whether the handshake is over already, as it usually is on loopback.
    pub(super) connected: bool,
}

/// The destination of a connect(), and what is known about it.
#[derive(Clone, Debug)]
pub(super) struct ConnectRoute {
    pub(super) to: SocketAddr,
    /// The range from which the kernel picks anyway, to be set on the socket.
    pub(super) whole: Option<PortRange>,
    /// Our own listener, if the address is its.
    pub(super) listener: Option<Arc<Listener>>,
}

/// socket(), bind(), connect(), without waiting for the result.
pub(super) async fn start(
    registry: &Arc<Registry>,
    spec: &ConnectSpec,
    route: &ConnectRoute,
) -> Result<Started, SyscallError> {
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
) -> Result<Started, SyscallError> {
    let ConnectRoute { to, whole, listener } = route;
    let to = *to;
    // A connection to ourselves takes a second descriptor as soon as it is accepted.
    let accepting = listener.as_ref().filter(|listener| !listener.is_held());
    let unaccepted = accepting.map_or(0, |listener| 1 + listener.pending());
    if registry.room() < 1 + u64::from(unaccepted) {
        return Err(out_of_descriptors());
    }
    let socket = bind::client_socket(spec, to, *whole, &registry.factory, trace).await?;
    if let Some(listener) = listener {
        listener.add_pending();
    }
    let connected = connect(&socket, spec.protocol, to, trace);
    if connected.is_err()
        && let Some(listener) = listener
    {
        listener.remove_pending();
    }
    let local = trace.local_addr(&socket);
    let connected = match connected {
        Ok(connected) => connected,
        Err(errno) => {
            let why = SyscallError { call: Call::Connect, errno };
            return Err(bind::close(socket, trace, why));
        }
    };
    let local = local.map_err(failed(Call::Connect))?;
    let ends = [local, peer_of(to, local)];
    let own = socket::own(spec.host, spec.protocol, &socket, ends);
    let own = OwnSocket { order: Some(spec.id), ..own };
    let registration = registry.register(own.name).ok_or_else(out_of_descriptors)?;
    let stream = Stream::new(spec.protocol, socket).map_err(failed(Call::Socket))?;
    Ok(Started { own, stream, registration, connected })
}

/// connect(): whether it has succeeded already.
fn connect(
    socket: &Socket,
    protocol: Protocol,
    to: SocketAddr,
    trace: &mut TraceRecorder,
) -> Result<bool, Errno> {
    let done = socket.connect(&to.into());
    let Err(error) = trace.record(socket, Syscall::Connect(Endpoint::from(to)), done) else {
        return Ok(true);
    };
    let errno = Errno::from(&error);
    if protocol == Protocol::Udp || errno != Errno::EINPROGRESS {
        return Err(errno);
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

/// The peer as the table shows it: the kernel replaces 0.0.0.0 and :: by the source address.
fn peer_of(to: SocketAddr, local: SocketAddr) -> SocketAddr {
    if to.ip().is_unspecified() { SocketAddr::new(local.ip(), to.port()) } else { to }
}

fn out_of_descriptors() -> SyscallError {
    SyscallError { call: Call::Reserve, errno: Errno::EMFILE }
}
