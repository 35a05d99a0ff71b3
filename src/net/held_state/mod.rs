//! Puts a connection on loopback into a state and holds it there, by nothing but ordinary calls.
//!
//! On loopback a segment has arrived when the call that sent it returns, so one call can follow the other at once.

pub(crate) mod calls;

use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;
use std::time::Duration;

use socket2::Socket;

use crate::net::socket::refused;
use crate::net::trace::TraceRecorder;
use crate::net::{options, socket};
use crate::tcp::{
    Call, Endpoint, Errno, FiveTuple, Host, OwnSocket, Protocol, SocketEvent, SocketId,
    SyscallError, TcpState,
};

/// The sockets of connections that are held in a state.
#[derive(Debug, Default)]
pub(crate) struct HeldStates {
    sets: Vec<Vec<Socket>>,
}

impl HeldStates {
    /// So many states are held at a time: their descriptors are among those that are kept free for other things.
    const MOST: usize = 12;

    /// Puts a connection of a client at `from` into `state`.
    pub(crate) fn hold(&mut self, state: TcpState, from: IpAddr) -> SocketEvent {
        if self.sets.len() >= HeldStates::MOST {
            let why = refusal(Call::Reserve, Errno::EMFILE);
            return SocketEvent::StageFailed { state, why };
        }
        let mut play = HeldScript::new(from);
        match play.make(state) {
            Ok(main) => {
                let sockets = play.sockets.iter().filter_map(as_own).collect();
                let calls = play.calls;
                self.sets.push(play.sockets);
                SocketEvent::Staged { state, main, sockets, calls }
            }
            Err(why) => SocketEvent::StageFailed { state, why },
        }
    }

    /// Closes them all, with RST, so that nothing lingers.
    pub(crate) fn clear(&mut self) {
        for socket in self.sets.drain(..).flatten() {
            let _ = socket.set_linger(Some(Duration::ZERO));
        }
    }
}

/// A socket as its row shows it.
fn as_own(socket: &Socket) -> Option<OwnSocket> {
    let local = TraceRecorder::unread().name_of(socket).ok()?;
    let peer = socket.peer_addr().ok().and_then(|peer| peer.as_socket());
    let remote = peer.unwrap_or(SocketAddr::new(socket::any(local.ip()), 0));
    let ends = [local, remote];
    Some(socket::own(Host::THIS, Protocol::Tcp, socket, ends))
}

fn refusal(call: Call, errno: Errno) -> SyscallError {
    SyscallError { call, errno }
}

/// The calls that were made, and the sockets that they left.
struct HeldScript {
    from: IpAddr,
    sockets: Vec<Socket>,
    calls: Vec<String>,
}

/// How large buffers are asked to be when they are to be full soon.
const SMALL: usize = 4096;

impl HeldScript {
    fn new(from: IpAddr) -> HeldScript {
        HeldScript { from, sockets: Vec::new(), calls: Vec::new() }
    }

    /// Makes the calls; says which row is in `state` afterwards.
    fn make(&mut self, state: TcpState) -> Result<SocketId, SyscallError> {
        match state {
            TcpState::SynSent => self.queue_is_full(),
            TcpState::SynReceived => self.waits_for_data(),
            TcpState::Established => self.nobody_accepts(),
            TcpState::FinWait2 => self.half_closed(),
            TcpState::CloseWait => self.half_closed().map(other_end),
            TcpState::TimeWait => self.both_close(),
            TcpState::FinWait1 => self.fin_is_stuck([ClosingEnd::Client].into()),
            TcpState::Closing => self.fin_is_stuck([ClosingEnd::Client, ClosingEnd::Server].into()),
            TcpState::LastAck => self.fin_is_stuck([ClosingEnd::Server, ClosingEnd::Client].into()),
            TcpState::Listen | TcpState::Closed => Err(refusal(Call::Listen, Errno::EINVAL)),
        }
    }

    /// One call fills the queue, so the SYN of the next one is dropped.
    fn queue_is_full(&mut self) -> Result<SocketId, SyscallError> {
        let listener = self.socket()?;
        let at = self.listen(&listener, 0)?;
        let first = self.call(at, None)?;
        let second = self.call(at, None)?;
        let main = row_of(&second, at)?;
        self.sockets.extend([listener, first, second]);
        Ok(main)
    }

    /// The server's kernel passes over the last ACK until data comes.
    fn waits_for_data(&mut self) -> Result<SocketId, SyscallError> {
        let listener = self.socket()?;
        self.note(format!("setsockopt({}, TCP_DEFER_ACCEPT, 30)", listener.as_raw_fd()));
        options::set_defer_accept(&listener, 30).map_err(refused(Call::SetSockOpt))?;
        let at = self.listen(&listener, 8)?;
        let client = self.call(at, None)?;
        let main = row_of(&client, at)?;
        self.sockets.extend([listener, client]);
        Ok(other_end(main))
    }

    fn nobody_accepts(&mut self) -> Result<SocketId, SyscallError> {
        let listener = self.socket()?;
        let at = self.listen(&listener, 8)?;
        let client = self.call(at, None)?;
        let main = row_of(&client, at)?;
        self.sockets.extend([listener, client]);
        Ok(other_end(main))
    }

    /// The client has sent its FIN, the server does not close.
    fn half_closed(&mut self) -> Result<SocketId, SyscallError> {
        let listener = self.socket()?;
        let at = self.listen(&listener, 8)?;
        let client = self.call(at, None)?;
        let server = self.accept(&listener)?;
        let main = row_of(&client, at)?;
        self.hang_up(&client)?;
        self.sockets.extend([listener, client, server]);
        Ok(main)
    }

    fn both_close(&mut self) -> Result<SocketId, SyscallError> {
        let listener = self.socket()?;
        let at = self.listen(&listener, 8)?;
        let client = self.call(at, None)?;
        let server = self.accept(&listener)?;
        let main = row_of(&client, at)?;
        for end in [client, server] {
            self.note(format!("close({})", end.as_raw_fd()));
        }
        self.sockets.push(listener);
        Ok(main)
    }

    /// The client's data fills the server's small buffer, and its own: a FIN behind it cannot leave. Then they hang up in that order.
    fn fin_is_stuck(&mut self, order: Vec<ClosingEnd>) -> Result<SocketId, SyscallError> {
        let listener = self.socket()?;
        self.note(format!("setsockopt({}, SO_RCVBUF, {})", listener.as_raw_fd(), SMALL / 2));
        listener.set_recv_buffer_size(SMALL / 2).map_err(refused(Call::SetSockOpt))?;
        let at = self.listen(&listener, 8)?;
        let client = self.call(at, Some(SMALL))?;
        let server = self.accept(&listener)?;
        let main = row_of(&client, at)?;
        self.fill(&client)?;
        for end in order {
            match end {
                ClosingEnd::Client => self.hang_up(&client)?,
                ClosingEnd::Server => self.hang_up(&server)?,
            }
        }
        self.sockets.extend([listener, client, server]);
        Ok(main)
    }
}

/// Which end hangs up.
#[derive(Clone, Copy)]
enum ClosingEnd {
    Client,
    Server,
}

fn other_end(name: SocketId) -> SocketId {
    SocketId { tuple: name.tuple.mirrored(), ..name }
}

/// The row of a client's socket.
pub(crate) fn row_of(client: &Socket, to: SocketAddr) -> Result<SocketId, SyscallError> {
    let local = TraceRecorder::unread().name_of(client).map_err(refused(Call::Connect))?;
    let tuple = FiveTuple::tcp(local.into(), Endpoint::from(to));
    Ok(SocketId::connected(Host::THIS, tuple))
}
