//! The system calls, each recorded as one would write it.

use std::io::{ErrorKind, Write};
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::os::fd::AsRawFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use socket2::Socket;

use crate::net::held_state::HeldScript;
use crate::net::socket::failed;
use crate::net::trace::TraceRecorder;
use crate::net::{options, socket};
use crate::tcp::{Call, Errno, Protocol, SyscallError};

impl HeldScript {
    pub(super) fn note(&mut self, call: String) {
        self.calls.push(call);
    }

    pub(super) fn socket(&mut self) -> Result<Socket, SyscallError> {
        let socket = socket::new(Protocol::Tcp, self.from, &mut TraceRecorder::off())?;
        self.note(format!("socket() = {}", socket.as_raw_fd()));
        Ok(socket)
    }

    /// Listens on a port of loopback that the kernel picks.
    pub(super) fn listen(
        &mut self,
        socket: &Socket,
        backlog: i32,
    ) -> Result<SocketAddr, SyscallError> {
        let fd = socket.as_raw_fd();
        let ip = match self.from {
            IpAddr::V4(_) => IpAddr::from([127, 0, 0, 1]),
            IpAddr::V6(_) => self.from,
        };
        let any_port = SocketAddr::new(ip, 0);
        socket.bind(&any_port.into()).map_err(failed(Call::Bind))?;
        socket.listen(backlog).map_err(failed(Call::Listen))?;
        let at = TraceRecorder::off().local_addr(socket).map_err(failed(Call::Bind))?;
        self.note(format!("bind({fd}, {any_port}), which gave {at}"));
        self.note(format!("listen({fd}, {backlog})"));
        Ok(at)
    }

    /// connect() without waiting; `buffer` is the size of the send buffer.
    pub(super) fn connect(
        &mut self,
        to: SocketAddr,
        buffer: Option<usize>,
    ) -> Result<Socket, SyscallError> {
        let socket = self.socket()?;
        let fd = socket.as_raw_fd();
        if let Some(size) = buffer {
            self.note(format!("setsockopt({fd}, SO_SNDBUF, {size})"));
            socket.set_send_buffer_size(size).map_err(failed(Call::SetSockOpt))?;
        }
        self.note(format!("setsockopt({fd}, SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1)"));
        options::set_bind_address_no_port(&socket).map_err(failed(Call::SetSockOpt))?;
        let from = SocketAddr::new(self.from, 0);
        socket.bind(&from.into()).map_err(failed(Call::Bind))?;
        self.note(format!("bind({fd}, {from})"));
        let result = match socket.connect(&to.into()).map_err(failed(Call::Connect)) {
            Ok(()) => "",
            Err(why) if why.errno == Errno::EINPROGRESS => " = EINPROGRESS",
            Err(why) => return Err(why),
        };
        self.note(format!("connect({fd}, {to}){result}"));
        Ok(socket)
    }

    pub(super) fn accept(&mut self, listener: &Socket) -> Result<Socket, SyscallError> {
        const TIMEOUT: Duration = Duration::from_millis(200);
        let mut polled = [PollFd::new(listener, PollFlags::IN)];
        let timeout = Timespec::try_from(TIMEOUT).ok();
        let _ = rustix::event::poll(&mut polled, timeout.as_ref());
        let (socket, _) = listener.accept().map_err(failed(Call::Accept))?;
        self.note(format!("accept({}) = {}", listener.as_raw_fd(), socket.as_raw_fd()));
        socket.set_nonblocking(true).map_err(failed(Call::Accept))?;
        Ok(socket)
    }

    /// write() until the buffers are full.
    pub(super) fn fill(&mut self, mut socket: &Socket) -> Result<(), SyscallError> {
        let mut written = 0;
        loop {
            match socket.write(&[b'.'; 1024]) {
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(failed(Call::Write)(error)),
            }
        }
        let fd = socket.as_raw_fd();
        self.note(format!("write({fd}, ...): {written} bytes, then EAGAIN"));
        Ok(())
    }

    pub(super) fn half_close(&mut self, socket: &Socket) -> Result<(), SyscallError> {
        self.note(format!("shutdown({}, SHUT_WR)", socket.as_raw_fd()));
        socket.shutdown(Shutdown::Write).map_err(failed(Call::Shutdown))
    }
}
