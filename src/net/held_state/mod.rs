//! Puts a connection on loopback into a state and holds it there, with ordinary system calls only.
//!
//! On loopback a segment has arrived when the call that sent it returns, so one call can follow the other at once.

mod calls;

use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;
use std::time::Duration;

use socket2::Socket;

use crate::net::socket::failed;
use crate::net::trace::TraceRecorder;
use crate::net::{options, socket};
use crate::tcp::{
    Call, Endpoint, Errno, FiveTuple, Host, OwnSocket, Protocol, SocketEvent, SocketId,
    SyscallError, TcpState,
};

/// The sockets of connections that are held in a state.
#[derive(Debug, Default)]
pub(super) struct HeldStates {
    sets: Vec<Vec<Socket>>,
}

impl HeldStates {
    /// The most states at a time: their descriptors are among the reserved ones.
    const MOST: usize = 12;

    /// Puts the connection of a client at `from` into `state`.
    pub(super) fn hold(&mut self, state: TcpState, from: IpAddr) -> SocketEvent {
        if self.sets.len() >= HeldStates::MOST {
            let why = SyscallError { call: Call::Reserve, errno: Errno::EMFILE };
            return SocketEvent::StageFailed { state, why };
        }
        let mut script = HeldScript { from, sockets: Vec::new(), calls: Vec::new() };
        match script.run(state) {
            Ok(main) => {
                let sockets = script.sockets.iter().filter_map(as_own).collect();
                self.sets.push(script.sockets);
                SocketEvent::Staged { state, main, sockets, calls: script.calls }
            }
            Err(why) => SocketEvent::StageFailed { state, why },
        }
    }

    /// Closes all with RST, so that no TIME_WAIT remains.
    pub(super) fn close_all(&mut self) {
        for socket in self.sets.drain(..).flatten() {
            let _ = socket.set_linger(Some(Duration::ZERO));
        }
    }
}

fn as_own(socket: &Socket) -> Option<OwnSocket> {
    let local = TraceRecorder::off().local_addr(socket).ok()?;
    let peer = socket.peer_addr().ok().and_then(|peer| peer.as_socket());
    let remote = peer.unwrap_or(SocketAddr::new(socket::unspecified(local.ip()), 0));
    Some(socket::own(Host::THIS, Protocol::Tcp, socket, [local, remote]))
}

/// The system calls that were made, and the sockets that remain open.
struct HeldScript {
    from: IpAddr,
    sockets: Vec<Socket>,
    calls: Vec<String>,
}

/// The size of buffers that are to be full soon.
const SMALL: usize = 4096;

impl HeldScript {
    /// Makes the system calls; the row that is in `state` afterwards.
    fn run(&mut self, state: TcpState) -> Result<SocketId, SyscallError> {
        // The client's data fills the buffers of both ends, so no FIN behind it can leave.
        let blocks_fin =
            matches!(state, TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck);
        let listener = self.listener(state, blocks_fin)?;
        // The SYN of a second client is dropped, because the first one fills the accept queue.
        let backlog = if state == TcpState::SynSent { 0 } else { 8 };
        let at = self.listen(&listener, backlog)?;
        let client = self.connect(at, blocks_fin.then_some(SMALL))?;
        let row = client_row(&client, at)?;
        let server_row = SocketId { tuple: row.tuple.mirrored(), ..row };
        match state {
            TcpState::SynSent => {
                let second = self.connect(at, None)?;
                let row = client_row(&second, at)?;
                self.sockets.extend([listener, client, second]);
                return Ok(row);
            }
            TcpState::SynReceived | TcpState::Established => {
                self.sockets.extend([listener, client]);
                return Ok(server_row);
            }
            TcpState::Listen | TcpState::Closed => {
                return Err(SyscallError { call: Call::Listen, errno: Errno::EINVAL });
            }
            TcpState::FinWait1
            | TcpState::FinWait2
            | TcpState::CloseWait
            | TcpState::Closing
            | TcpState::LastAck
            | TcpState::TimeWait => (),
        }
        let server = self.accept(&listener)?;
        if blocks_fin {
            self.fill(&client)?;
        }
        if state == TcpState::TimeWait {
            for end in [client, server] {
                self.note(format!("close({})", end.as_raw_fd()));
            }
            self.sockets.push(listener);
            return Ok(row);
        }
        let closing: &[&Socket] = if state == TcpState::Closing {
            &[&client, &server]
        } else if state == TcpState::LastAck {
            &[&server, &client]
        } else {
            &[&client]
        };
        for end in closing {
            self.half_close(end)?;
        }
        self.sockets.extend([listener, client, server]);
        Ok(if state == TcpState::CloseWait { server_row } else { row })
    }

    fn listener(&mut self, state: TcpState, is_small: bool) -> Result<Socket, SyscallError> {
        let listener = self.socket()?;
        let fd = listener.as_raw_fd();
        if state == TcpState::SynReceived {
            // The server's kernel ignores the last ACK until data arrives.
            self.note(format!("setsockopt({fd}, TCP_DEFER_ACCEPT, 30)"));
            options::set_defer_accept(&listener, 30).map_err(failed(Call::SetSockOpt))?;
        }
        if is_small {
            self.note(format!("setsockopt({fd}, SO_RCVBUF, {})", SMALL / 2));
            listener.set_recv_buffer_size(SMALL / 2).map_err(failed(Call::SetSockOpt))?;
        }
        Ok(listener)
    }
}

fn client_row(client: &Socket, to: SocketAddr) -> Result<SocketId, SyscallError> {
    let local = TraceRecorder::off().local_addr(client).map_err(failed(Call::Connect))?;
    let tuple = FiveTuple::tcp(local.into(), Endpoint::from(to));
    Ok(SocketId::connected(Host::THIS, tuple))
}
