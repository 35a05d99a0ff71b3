use std::fmt;
use std::net::SocketAddr;

use crate::tcp::{Endpoint, Errno, PortRange, Protocol, SocketId};

/// The system calls that one socket of ours was made with, or ended with, in the order in which they were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyscallTrace {
    /// Their purpose.
    pub purpose: Purpose,
    /// The row of the socket, if it has one.
    pub row: Option<SocketId>,
    /// The calls.
    pub calls: Vec<SyscallRecord>,
}

/// The purpose of system calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A listening socket.
    Listen,
    /// A client's socket.
    Connect,
    /// The server's end of one connection.
    Accept,
    /// A FIN, with the socket still open for reading.
    HalfClose,
    /// The end of a socket.
    Close,
    /// A probe of a remedy, with a socket that is closed at once.
    Probe,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 6] = [
        Purpose::Listen,
        Purpose::Connect,
        Purpose::Accept,
        Purpose::HalfClose,
        Purpose::Close,
        Purpose::Probe,
    ];
}

/// One system call: on which descriptor, what was asked, and what the kernel answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyscallRecord {
    /// The descriptor; `None` for socket(), which makes it.
    pub on: Option<u32>,
    /// Which call, with its arguments.
    pub asked: Syscall,
    /// The result.
    pub answer: SyscallResult,
}

/// A system call and its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syscall {
    /// socket(2).
    Socket {
        /// Whether it is of IPv6.
        v6: bool,
        /// TCP or UDP.
        protocol: Protocol,
    },
    /// setsockopt(2).
    SetSockOpt(SockOpt),
    /// bind(2).
    Bind(Endpoint),
    /// listen(2), with the backlog.
    Listen(u32),
    /// accept(2).
    Accept,
    /// connect(2).
    Connect(Endpoint),
    /// write(2), again and again until the buffers of both ends are full.
    WriteUntilFull,
    /// getsockopt(2) with `SO_ERROR`: how connect() ended that was still under way.
    ConnectAnswer,
    /// getsockname(2).
    GetSockName,
    /// shutdown(2) with `SHUT_WR`.
    Shutdown,
    /// close(2).
    Close,
}

/// A socket option and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SockOpt {
    /// `SO_REUSEADDR`, 1.
    ReuseAddr,
    /// `SO_REUSEPORT`, 1.
    ReusePort,
    /// `IPV6_V6ONLY`.
    OnlyV6(bool),
    /// `IP_BIND_ADDRESS_NO_PORT`, 1.
    BindAddressNoPort,
    /// `IP_LOCAL_PORT_RANGE`.
    LocalPortRange(PortRange),
    /// `SO_LINGER`, for no time: close() sends RST.
    NoLinger,
    /// `TCP_DEFER_ACCEPT`: a listening socket leaves connections in SYN_RECV until data arrives, for about so many seconds.
    DeferAccept(u32),
    /// `SO_RCVBUF`.
    ReceiveBuffer(u32),
    /// `SO_SNDBUF`.
    SendBuffer(u32),
}

/// What the kernel answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyscallResult {
    /// 0.
    Done,
    /// A descriptor.
    Descriptor(u32),
    /// So many bytes.
    Bytes(u64),
    /// A descriptor, and whose end the other one is.
    Caller(u32, Endpoint),
    /// An address and a port.
    End(Endpoint),
    /// -1, and why.
    Failed(Errno),
    /// Not checked: the result of close() is ignored.
    Unread,
}

impl SyscallRecord {
    /// Whether it failed; a connect() in progress has not.
    pub fn is_refused(&self) -> bool {
        matches!(self.answer, SyscallResult::Failed(errno) if errno != Errno::EINPROGRESS)
    }
}

impl fmt::Display for SyscallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fd = self.on.map_or_else(String::new, |fd| fd.to_string());
        match self.asked {
            Syscall::Socket { v6, protocol } => {
                let family = if v6 { "AF_INET6" } else { "AF_INET" };
                let kind = match protocol {
                    Protocol::Tcp => "SOCK_STREAM",
                    Protocol::Udp => "SOCK_DGRAM",
                };
                write!(f, "socket({family}, {kind})")
            }
            Syscall::SetSockOpt(option) => write!(f, "setsockopt({fd}, {option})"),
            // Unlike in a table, port 0 is a number here: it leaves the choice to the kernel.
            Syscall::Bind(at) => write!(f, "bind({fd}, {})", SocketAddr::from(at)),
            Syscall::Listen(backlog) => write!(f, "listen({fd}, {backlog})"),
            Syscall::Accept => write!(f, "accept({fd})"),
            Syscall::Connect(to) => write!(f, "connect({fd}, {to})"),
            Syscall::WriteUntilFull => write!(f, "write({fd}, ...) until EAGAIN"),
            Syscall::ConnectAnswer => write!(f, "getsockopt({fd}, SO_ERROR)"),
            Syscall::GetSockName => write!(f, "getsockname({fd})"),
            Syscall::Shutdown => write!(f, "shutdown({fd}, SHUT_WR)"),
            Syscall::Close => write!(f, "close({fd})"),
        }?;
        match self.answer {
            SyscallResult::Done => f.write_str(" = 0"),
            SyscallResult::Descriptor(fd) => write!(f, " = {fd}"),
            SyscallResult::Bytes(bytes) => write!(f, " = {bytes} bytes"),
            SyscallResult::Caller(fd, from) => write!(f, " = {fd}, from {from}"),
            SyscallResult::End(end) => write!(f, " = {end}"),
            SyscallResult::Failed(errno) => match errno.symbol() {
                Some(symbol) => write!(f, " = -1 {symbol}"),
                None => write!(f, " = -1 error {}", errno.0),
            },
            SyscallResult::Unread => Ok(()),
        }
    }
}

impl fmt::Display for SockOpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SockOpt::ReuseAddr => f.write_str("SO_REUSEADDR, 1"),
            SockOpt::ReusePort => f.write_str("SO_REUSEPORT, 1"),
            SockOpt::OnlyV6(only) => write!(f, "IPV6_V6ONLY, {}", u8::from(*only)),
            SockOpt::BindAddressNoPort => f.write_str("IP_BIND_ADDRESS_NO_PORT, 1"),
            SockOpt::LocalPortRange(range) => write!(f, "IP_LOCAL_PORT_RANGE, {range}"),
            SockOpt::NoLinger => f.write_str("SO_LINGER, {1, 0}"),
            SockOpt::DeferAccept(seconds) => write!(f, "TCP_DEFER_ACCEPT, {seconds}"),
            SockOpt::ReceiveBuffer(bytes) => write!(f, "SO_RCVBUF, {bytes}"),
            SockOpt::SendBuffer(bytes) => write!(f, "SO_SNDBUF, {bytes}"),
        }
    }
}
