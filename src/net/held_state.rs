//! Puts a connection on loopback into a state and holds it there, with ordinary system calls only.
//!
//! On loopback a segment has arrived when the call that sent it returns, so one call can follow the other at once.

use std::io::{ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use socket2::Socket;

use crate::net::registry::Registry;
use crate::net::trace::{CallResult, TraceRecorder, failed};
use crate::net::{options, socket, trace};
use crate::tcp::{
    Call, Endpoint, Errno, FiveTuple, Host, OwnSocket, Protocol, Purpose, SockOpt, SocketEvent,
    SocketId, Syscall, SyscallError, SyscallResult, TcpState,
};

#[derive(Default)]
pub(super) struct HeldStates {
    sets: Vec<Vec<Socket>>,
}

impl HeldStates {
    /// The most states at a time: their descriptors are among the reserved ones.
    const MOST: usize = 12;

    pub(super) fn hold(
        &mut self,
        registry: &Arc<Registry>,
        (state, from): (TcpState, IpAddr),
    ) -> SocketEvent {
        if self.sets.len() >= HeldStates::MOST {
            let why = SyscallError { call: Call::Reserve, errno: Errno::EMFILE };
            return SocketEvent::HoldFailed { state, why };
        }
        let mut script = HeldScript { registry, from, sockets: Vec::new() };
        match script.run(state) {
            Ok(main) => {
                let sockets = script.sockets.iter().filter_map(as_own).collect();
                self.sets.push(script.sockets);
                SocketEvent::StateHeld { state, main, sockets }
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

/// Makes the calls, and keeps the sockets that remain open.
struct HeldScript<'a> {
    registry: &'a Arc<Registry>,
    from: IpAddr,
    sockets: Vec<Socket>,
}

/// The size of buffers that are to be full soon.
const SMALL: u32 = 4096;

impl HeldScript<'_> {
    fn run(&mut self, state: TcpState) -> CallResult<SocketId> {
        // The client's data fills the buffers of both ends, so no FIN behind it can leave.
        let blocks_fin =
            matches!(state, TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck);
        let (listener, at) = self.listen(state, blocks_fin)?;
        let (client, row) = self.connect(at, blocks_fin)?;
        let server_row = SocketId { tuple: row.tuple.mirrored(), ..row };
        if state == TcpState::SynSent {
            let (second, row) = self.connect(at, false)?;
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
        let server = self.accept(&listener, server_row)?;
        if state == TcpState::TimeWait {
            self.close(client, row);
            self.close(server, server_row);
            self.sockets.push(listener);
            return Ok(row);
        }
        if blocks_fin {
            self.fill(&client, row)?;
        }
        if state == TcpState::LastAck {
            self.half_close(&server, server_row)?;
        }
        self.half_close(&client, row)?;
        if state == TcpState::Closing {
            self.half_close(&server, server_row)?;
        }
        self.sockets.extend([listener, client, server]);
        Ok(if state == TcpState::CloseWait { server_row } else { row })
    }

    fn listen(
        &mut self,
        state: TcpState,
        has_small_buffer: bool,
    ) -> CallResult<(Socket, SocketAddr)> {
        let mut trace = self.registry.recorder(Purpose::Listen);
        let socket = socket::new(Protocol::Tcp, self.from, &mut trace)?;
        if state == TcpState::SynReceived {
            // The server's kernel ignores the last ACK until data arrives.
            options::set(&socket, SockOpt::DeferAccept(30), &mut trace)?;
        }
        if has_small_buffer {
            options::set(&socket, SockOpt::ReceiveBuffer(SMALL / 2), &mut trace)?;
        }
        let ip = if self.from.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { self.from };
        bind(&socket, ip, &mut trace)?;
        // The SYN of a second client is dropped, because the first one fills the accept queue.
        let backlog: u32 = if state == TcpState::SynSent { 0 } else { 8 };
        let done = socket.listen(backlog.cast_signed());
        trace.record(&socket, Syscall::Listen(backlog), done).map_err(failed(Call::Listen))?;
        let at = trace.local_addr(&socket).map_err(failed(Call::Bind))?;
        self.registry.report_trace(trace, as_own(&socket).map(|own| own.name));
        Ok((socket, at))
    }

    fn connect(&mut self, to: SocketAddr, is_small: bool) -> CallResult<(Socket, SocketId)> {
        let mut trace = self.registry.recorder(Purpose::Connect);
        let socket = socket::new(Protocol::Tcp, self.from, &mut trace)?;
        if is_small {
            options::set(&socket, SockOpt::SendBuffer(SMALL), &mut trace)?;
        }
        options::set(&socket, SockOpt::BindAddressNoPort, &mut trace)?;
        bind(&socket, self.from, &mut trace)?;
        let done = socket.connect(&to.into());
        match trace.record(&socket, Syscall::Connect(Endpoint::from(to)), done) {
            Err(error) if Errno::from(&error) == Errno::EINPROGRESS => (),
            done => done.map_err(failed(Call::Connect))?,
        }
        let local = trace.local_addr(&socket).map_err(failed(Call::Connect))?;
        let row = SocketId::connected(Host::THIS, FiveTuple::tcp(local.into(), to.into()));
        self.registry.report_trace(trace, Some(row));
        Ok((socket, row))
    }

    fn accept(&mut self, listener: &Socket, row: SocketId) -> CallResult<Socket> {
        const TIMEOUT: Duration = Duration::from_millis(200);
        let mut polled = [PollFd::new(listener, PollFlags::IN)];
        let timeout = Timespec::try_from(TIMEOUT).ok();
        let _ = rustix::event::poll(&mut polled, timeout.as_ref());
        let (socket, _) = listener.accept().map_err(failed(Call::Accept))?;
        let answer = SyscallResult::Caller(trace::number(&socket), row.tuple.remote);
        self.report(Purpose::Accept, row, (listener, Syscall::Accept, answer));
        socket.set_nonblocking(true).map_err(failed(Call::Accept))?;
        Ok(socket)
    }

    fn fill(&mut self, mut socket: &Socket, row: SocketId) -> CallResult {
        let mut written = 0;
        loop {
            match socket.write(&[b'.'; 1024]) {
                Ok(bytes) => written += bytes as u64,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(failed(Call::Write)(error)),
            }
        }
        let call = (socket, Syscall::WriteUntilFull, SyscallResult::Bytes(written));
        self.report(Purpose::Connect, row, call);
        Ok(())
    }

    fn half_close(&mut self, socket: &Socket, row: SocketId) -> CallResult {
        socket.shutdown(Shutdown::Write).map_err(failed(Call::Shutdown))?;
        let call = (socket, Syscall::Shutdown, SyscallResult::Done);
        self.report(Purpose::HalfClose, row, call);
        Ok(())
    }

    fn close(&mut self, socket: Socket, row: SocketId) {
        self.report(Purpose::Close, row, (&socket, Syscall::Close, SyscallResult::Unread));
        drop(socket);
    }

    fn report(
        &self,
        purpose: Purpose,
        row: SocketId,
        (on, asked, answer): (&Socket, Syscall, SyscallResult),
    ) {
        let mut trace = self.registry.recorder(purpose);
        trace.push(Some(trace::number(on)), asked, answer);
        self.registry.report_trace(trace, Some(row));
    }
}

/// bind() to an address, and to a port that the kernel chooses.
fn bind(socket: &Socket, ip: IpAddr, trace: &mut TraceRecorder) -> CallResult {
    let at = SocketAddr::new(ip, 0);
    let done = trace.record(socket, Syscall::Bind(Endpoint::from(at)), socket.bind(&at.into()));
    done.map_err(failed(Call::Bind))
}
