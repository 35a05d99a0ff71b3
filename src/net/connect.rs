use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use socket2::Socket;

use crate::net::listener::Listener;
use crate::net::registry::{Registration, Registry};
use crate::net::socket;
use crate::net::stream::Stream;
use crate::net::trace::TraceRecorder;
use crate::tcp::{
    Call, ConnectSpec, Endpoint, Errno, OwnSocket, PortRange, Protocol, Purpose, Syscall,
    SyscallError,
};

/// A connect() that was not refused.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) own: OwnSocket,
    pub(crate) wire: Stream,
    pub(crate) seat: Registration,
    /// Whether the handshake is over already, as it mostly is on loopback.
    pub(crate) connected: bool,
}

/// Whom to call, and what is known of the way there.
#[derive(Clone, Debug)]
pub(crate) struct ConnectRoute {
    pub(crate) to: SocketAddr,
    /// The range that the kernel picks from anyway, to be told to the socket.
    pub(crate) whole: Option<PortRange>,
    /// Our own door, if it leads there.
    pub(crate) door: Option<Arc<Listener>>,
}

/// socket(), bind(), connect(), without waiting for the answer.
pub(crate) async fn dial(
    sockets: &Arc<Registry>,
    spec: &ConnectSpec,
    way: &ConnectRoute,
) -> Result<Started, SyscallError> {
    let mut diary = sockets.diary(Purpose::Connect);
    let dialled = dial_noting(sockets, spec, way, &mut diary).await;
    let row = dialled.as_ref().ok().map(|dialled| dialled.own.name);
    sockets.tell_calls(diary, row);
    dialled
}

async fn dial_noting(
    sockets: &Arc<Registry>,
    spec: &ConnectSpec,
    way: &ConnectRoute,
    diary: &mut TraceRecorder,
) -> Result<Started, SyscallError> {
    let ConnectRoute { to, whole, door } = way;
    let to = *to;
    // A call to ourselves takes two descriptors as soon as it is accepted.
    let accepting = door.as_ref().filter(|door| !door.is_held());
    let unaccepted = accepting.map_or(0, |door| 1 + door.waiting());
    if sockets.room() < 1 + u64::from(unaccepted) {
        return Err(out_of_descriptors());
    }
    let socket = socket::calling(spec, to, *whole, (&sockets.makers, &mut *diary)).await?;
    if let Some(door) = door {
        door.knock();
    }
    let connected = connect(&socket, spec.protocol, to, diary);
    if connected.is_err()
        && let Some(door) = door
    {
        door.let_in();
    }
    let local = diary.name_of(&socket);
    let connected = match connected {
        Ok(connected) => connected,
        Err(errno) => {
            let call = Call::Connect;
            return Err(socket::closed(socket, diary, SyscallError { call, errno }));
        }
    };
    let local = local.map_err(socket::refused(Call::Connect))?;
    let own = socket::own(spec.host, spec.protocol, &socket, [local, called(to, local)]);
    let seat = sockets.seat(own.name).ok_or_else(out_of_descriptors)?;
    let wire = Stream::new(spec.protocol, socket).map_err(socket::refused(Call::Socket))?;
    Ok(Started { own, wire, seat, connected })
}

/// connect(): whether it is over already.
fn connect(
    socket: &Socket,
    protocol: Protocol,
    to: SocketAddr,
    diary: &mut TraceRecorder,
) -> Result<bool, Errno> {
    let done = socket.connect(&to.into());
    let Err(error) = diary.did(socket, Syscall::Connect(Endpoint::from(to)), done) else {
        return Ok(true);
    };
    let errno = Errno::from(&error);
    if protocol == Protocol::Udp || errno != Errno::EINPROGRESS {
        return Err(errno);
    }
    let mut asked = [PollFd::new(socket, PollFlags::OUT)];
    let now = Timespec::try_from(Duration::ZERO).ok();
    let answered = rustix::event::poll(&mut asked, now.as_ref()).is_ok_and(|answers| answers > 0);
    let failed = match socket.take_error() {
        Ok(failed) => failed,
        Err(error) => Some(error),
    };
    let failed = failed.as_ref().map(Errno::from);
    if answered || failed.is_some() {
        diary.connect_answered(socket, failed);
    }
    failed.map_or(Ok(answered), Err)
}

/// The address as the table shows it: 0.0.0.0 and :: are taken for the source address itself.
fn called(to: SocketAddr, local: SocketAddr) -> SocketAddr {
    if to.ip().is_unspecified() { SocketAddr::new(local.ip(), to.port()) } else { to }
}

fn out_of_descriptors() -> SyscallError {
    SyscallError { call: Call::Reserve, errno: Errno::EMFILE }
}
