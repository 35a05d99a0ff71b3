use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use socket2::{SockRef, Socket};
use tokio::io::{Interest, Ready};
use tokio::net::{TcpStream, UdpSocket};

use crate::net::options;
use crate::net::trace::TraceRecorder;
use crate::tcp::{Errno, Protocol, SockOpt, Syscall};

#[derive(Debug)]
pub(super) enum Stream {
    Tcp(TcpStream),
    Udp(UdpSocket),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadOutcome {
    Bytes(usize),
    Nothing,
    Fin,
    Broken(Errno),
}

impl Stream {
    pub(super) fn new(protocol: Protocol, socket: Socket) -> io::Result<Stream> {
        Ok(match protocol {
            Protocol::Tcp => Stream::Tcp(TcpStream::from_std(socket.into())?),
            Protocol::Udp => Stream::Udp(UdpSocket::from_std(socket.into())?),
        })
    }

    pub(super) fn is_udp(&self) -> bool {
        matches!(self, Stream::Udp(_))
    }

    pub(super) async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        match self {
            Stream::Tcp(stream) => stream.ready(interest).await,
            Stream::Udp(socket) => socket.ready(interest).await,
        }
    }

    pub(super) fn read(&self, buffer: &mut [u8]) -> ReadOutcome {
        let read = match self {
            Stream::Tcp(stream) => stream.try_read(buffer),
            Stream::Udp(socket) => socket.try_recv(buffer),
        };
        match read {
            Ok(0) if !self.is_udp() => ReadOutcome::Fin,
            Ok(count) => ReadOutcome::Bytes(count),
            Err(error) if would_block(&error) => ReadOutcome::Nothing,
            Err(error) => ReadOutcome::Broken(Errno::from(&error)),
        }
    }

    pub(super) fn write(&self, bytes: &[u8]) -> Result<Option<usize>, Errno> {
        let written = match self {
            Stream::Tcp(stream) => stream.try_write(bytes),
            Stream::Udp(socket) => socket.try_send(bytes),
        };
        match written {
            Ok(count) => Ok(Some(count)),
            Err(error) if would_block(&error) => Ok(None),
            Err(error) => Err(Errno::from(&error)),
        }
    }

    /// Clears the readiness for data that is to stay unread, so that only something new wakes the task.
    pub(super) fn leave_unread(&self) {
        let nothing = || Err::<(), _>(io::Error::from(io::ErrorKind::WouldBlock));
        let _ = match self {
            Stream::Tcp(stream) => stream.try_io(Interest::READABLE, nothing),
            Stream::Udp(socket) => socket.try_io(Interest::READABLE, nothing),
        };
    }

    /// The pending error of the socket (`SO_ERROR`), which is thereby cleared.
    pub(super) fn error(&self) -> Option<Errno> {
        let error = SockRef::from(self).take_error().ok().flatten();
        error.as_ref().map(Errno::from)
    }

    pub(super) fn half_close(&self, trace: &mut TraceRecorder) -> Result<(), Errno> {
        let done = SockRef::from(self).shutdown(std::net::Shutdown::Write);
        trace.record(self, Syscall::Shutdown, done).map_err(|why| Errno::from(&why))
    }

    /// Makes close() send RST (`SO_LINGER` 0).
    pub(super) fn set_no_linger(&self, trace: &mut TraceRecorder) {
        // Without the option close() sends FIN, which ends the connection, too.
        let _ = options::set(&SockRef::from(self), SockOpt::NoLinger, trace);
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Stream::Tcp(stream) => stream.as_fd(),
            Stream::Udp(socket) => socket.as_fd(),
        }
    }
}

impl AsRawFd for Stream {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}

fn would_block(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}
