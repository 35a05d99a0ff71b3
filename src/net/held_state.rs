//! Puts a connection on loopback into a state and holds it there, with ordinary system calls only.
//!
//! On loopback a segment has arrived when the call that sent it returns, so one call can follow the other at once.

use std::io::{ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr};
use std::os::fd::AsRawFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use socket2::Socket;

use crate::net::trace::{CallResult, TraceRecorder, failed};
use crate::net::{options, socket};
use crate::tcp::{
    Call, Errno, FiveTuple, Host, OwnSocket, Protocol, SockOpt, SocketEvent, SocketId,
    SyscallError, TcpState,
};

#[derive(Default)]
pub(super) struct HeldStates {
    sets: Vec<Vec<Socket>>,
}

impl HeldStates {
    /// The most states at a time: their descriptors are among the reserved ones.
    const MOST: usize = 12;

    pub(super) fn hold(&mut self, state: TcpState, from: IpAddr) -> SocketEvent {
        if self.sets.len() >= HeldStates::MOST {
            let why = SyscallError { call: Call::Reserve, errno: Errno::EMFILE };
            return SocketEvent::HoldFailed { state, why };
        }
        let mut script = HeldScript { from, sockets: Vec::new(), calls: Vec::new() };
        match script.run(state) {
            Ok(main) => {
                let sockets = script.sockets.iter().filter_map(as_own).collect();
                self.sets.push(script.sockets);
                SocketEvent::StateHeld { state, main, sockets, calls: script.calls }
            }
            Err(why) => SocketEvent::HoldFailed { state, why },
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

/// The system calls that were made, each as one would write it, and the sockets that remain open.
struct HeldScript {
    from: IpAddr,
    sockets: Vec<Socket>,
    calls: Vec<String>,
}

/// The size of buffers that are to be full soon.
const SMALL: usize = 4096;

impl HeldScript {
    fn run(&mut self, state: TcpState) -> CallResult<SocketId> {
        // The client's data fills the buffers of both ends, so no FIN behind it can leave.
        let blocks_fin =
            matches!(state, TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck);
        let (listener, at) = self.listen(state, blocks_fin)?;
        let client = self.connect(at, blocks_fin)?;
        let row = client_row(&client, at)?;
        let server_row = SocketId { tuple: row.tuple.mirrored(), ..row };
        if state == TcpState::SynSent {
            let second = self.connect(at, false)?;
            let row = client_row(&second, at)?;
            self.sockets.extend([listener, client, second]);
            return Ok(row);
        }
        if matches!(state, TcpState::SynReceived | TcpState::Established) {
            self.sockets.extend([listener, client]);
            return Ok(server_row);
        }
        if matches!(state, TcpState::Listen | TcpState::Closed) {
            return Err(SyscallError { call: Call::Listen, errno: Errno::EINVAL });
        }
        let server = self.accept(&listener)?;
        if blocks_fin {
            self.fill(&client)?;
        }
        if state == TcpState::TimeWait {
            for end in [client, server] {
                self.calls.push(format!("close({})", end.as_raw_fd()));
            }
            self.sockets.push(listener);
            return Ok(row);
        }
        if state == TcpState::LastAck {
            self.half_close(&server)?;
        }
        self.half_close(&client)?;
        if state == TcpState::Closing {
            self.half_close(&server)?;
        }
        self.sockets.extend([listener, client, server]);
        Ok(if state == TcpState::CloseWait { server_row } else { row })
    }

    fn socket(&mut self) -> CallResult<Socket> {
        let socket = socket::new(Protocol::Tcp, self.from, &mut TraceRecorder::off())?;
        self.calls.push(format!("socket() = {}", socket.as_raw_fd()));
        Ok(socket)
    }

    fn listen(
        &mut self,
        state: TcpState,
        has_small_buffer: bool,
    ) -> CallResult<(Socket, SocketAddr)> {
        let socket = self.socket()?;
        let fd = socket.as_raw_fd();
        if state == TcpState::SynReceived {
            // The server's kernel ignores the last ACK until data arrives.
            self.calls.push(format!("setsockopt({fd}, TCP_DEFER_ACCEPT, 30)"));
            options::set_defer_accept(&socket, 30).map_err(failed(Call::SetSockOpt))?;
        }
        if has_small_buffer {
            self.calls.push(format!("setsockopt({fd}, SO_RCVBUF, {})", SMALL / 2));
            socket.set_recv_buffer_size(SMALL / 2).map_err(failed(Call::SetSockOpt))?;
        }
        // The SYN of a second client is dropped, because the first one fills the accept queue.
        let backlog = if state == TcpState::SynSent { 0 } else { 8 };
        let ip = if self.from.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { self.from };
        let any_port = SocketAddr::new(ip, 0);
        socket.bind(&any_port.into()).map_err(failed(Call::Bind))?;
        socket.listen(backlog).map_err(failed(Call::Listen))?;
        let at = TraceRecorder::off().local_addr(&socket).map_err(failed(Call::Bind))?;
        self.calls.push(format!("bind({fd}, {any_port}), which gave {at}"));
        self.calls.push(format!("listen({fd}, {backlog})"));
        Ok((socket, at))
    }

    fn connect(&mut self, to: SocketAddr, has_small_buffer: bool) -> CallResult<Socket> {
        let socket = self.socket()?;
        let fd = socket.as_raw_fd();
        if has_small_buffer {
            self.calls.push(format!("setsockopt({fd}, SO_SNDBUF, {SMALL})"));
            socket.set_send_buffer_size(SMALL).map_err(failed(Call::SetSockOpt))?;
        }
        self.calls.push(format!("setsockopt({fd}, SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1)"));
        options::set(&socket, SockOpt::BindAddressNoPort, &mut TraceRecorder::off())?;
        let from = SocketAddr::new(self.from, 0);
        socket.bind(&from.into()).map_err(failed(Call::Bind))?;
        self.calls.push(format!("bind({fd}, {from})"));
        let result = match socket.connect(&to.into()).map_err(failed(Call::Connect)) {
            Ok(()) => "",
            Err(why) if why.errno == Errno::EINPROGRESS => " = EINPROGRESS",
            Err(why) => return Err(why),
        };
        self.calls.push(format!("connect({fd}, {to}){result}"));
        Ok(socket)
    }

    fn accept(&mut self, listener: &Socket) -> CallResult<Socket> {
        const TIMEOUT: Duration = Duration::from_millis(200);
        let mut polled = [PollFd::new(listener, PollFlags::IN)];
        let timeout = Timespec::try_from(TIMEOUT).ok();
        let _ = rustix::event::poll(&mut polled, timeout.as_ref());
        let (socket, _) = listener.accept().map_err(failed(Call::Accept))?;
        self.calls.push(format!("accept({}) = {}", listener.as_raw_fd(), socket.as_raw_fd()));
        socket.set_nonblocking(true).map_err(failed(Call::Accept))?;
        Ok(socket)
    }

    fn fill(&mut self, mut socket: &Socket) -> CallResult {
        let mut written = 0;
        loop {
            match socket.write(&[b'.'; 1024]) {
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(failed(Call::Write)(error)),
            }
        }
        let fd = socket.as_raw_fd();
        self.calls.push(format!("write({fd}, ...): {written} bytes, then EAGAIN"));
        Ok(())
    }

    fn half_close(&mut self, socket: &Socket) -> CallResult {
        self.calls.push(format!("shutdown({}, SHUT_WR)", socket.as_raw_fd()));
        socket.shutdown(Shutdown::Write).map_err(failed(Call::Shutdown))
    }
}

fn client_row(client: &Socket, to: SocketAddr) -> CallResult<SocketId> {
    let local = TraceRecorder::off().local_addr(client).map_err(failed(Call::Connect))?;
    Ok(SocketId::connected(Host::THIS, FiveTuple::tcp(local.into(), to.into())))
}
