use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use crate::tcp::{
    Burst, ConnectId, ConnectSpec, Endpoint, Errno, ListenSpec, ListenerId, Probe, Purpose,
    SocketId, SyscallTrace, TcpState,
};

/// What TCP reports to a program (RFC 9293, section 3.9.1: user/TCP interface). A failure is an event, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketEvent {
    /// The sockets listen; `spec.at` carries the port that they really got.
    Listening {
        /// What was asked, with the real port.
        spec: ListenSpec,
        /// One for each listening socket.
        sockets: Vec<OwnSocket>,
    },
    /// The listener has no socket.
    ListenFailed {
        /// What was asked.
        spec: ListenSpec,
        /// Which call refused, and why.
        why: SyscallError,
    },
    /// The sockets of a listener are closed; a reason is given if no command asked for it.
    StoppedListening {
        /// Which listener.
        id: ListenerId,
        /// Which call failed, if one did.
        why: Option<SyscallError>,
    },
    /// accept() on that listener is held (`true`) or goes on (`false`).
    AcceptHeld(ListenerId, bool),
    /// accept() returned a socket of its own for one connection.
    Accepted {
        /// The socket.
        socket: OwnSocket,
        /// On which listener, and on which of its sockets, counted from 0.
        on: (ListenerId, usize),
    },
    /// accept() failed and is tried again after `pause`, or the client was refused.
    AcceptFailed {
        /// On which listener.
        id: ListenerId,
        /// Why.
        why: SyscallError,
        /// The pause before the next accept(); zero when the client was refused for want of descriptors, or had left already.
        pause: Duration,
        /// How often since the last report.
        times: u32,
    },
    /// connect() is under way: SYN sent.
    Connecting(OwnSocket),
    /// connect() succeeded.
    Connected(OwnSocket),
    /// connect(), or a call before it, failed; there is no socket.
    ConnectFailed {
        /// What was asked.
        spec: ConnectSpec,
        /// The address it connected to, once the name was resolved.
        to: Option<Endpoint>,
        /// Its own end, if it was reported as Connecting; one refused at once may have had the five-tuple of an open connection.
        local: Option<Endpoint>,
        /// Which call refused, and why.
        why: SyscallError,
    },
    /// A burst of several connections has begun.
    BurstBegun {
        /// Which order it is.
        id: ConnectId,
        /// What was asked.
        burst: Burst,
        /// Whether each socket was given the whole port range, so that connect() need not search.
        whole_range: bool,
    },
    /// A burst is over: all connected, stopped at the first refusal, or cancelled.
    BurstEnded {
        /// Which order it was.
        id: ConnectId,
        /// How many connections it opened.
        opened: u32,
        /// How many were asked for.
        asked: u32,
        /// From the first connect() to the last.
        took: Duration,
    },
    /// read() returned bytes.
    Received {
        /// At which end.
        at: SocketId,
        /// How many.
        bytes: u64,
        /// The first of them, as they came, at most [`SocketEvent::SHOWN`].
        first: Vec<u8>,
    },
    /// write() took bytes.
    Sent {
        /// At which end.
        at: SocketId,
        /// How many.
        bytes: u64,
    },
    /// write() or shutdown() failed; the socket is still there.
    CallFailed {
        /// At which end.
        at: SocketId,
        /// Which call, and why.
        why: SyscallError,
    },
    /// read() returned 0: the FIN of the other end has arrived. This end is still open.
    PeerClosed(SocketId),
    /// shutdown(`SHUT_WR`) sent a FIN; this end still reads.
    HalfClosed(SocketId),
    /// This end's descriptor is closed.
    Closed {
        /// Which end.
        at: SocketId,
        /// How it was closed.
        how: CloseKind,
    },
    /// A connection is held in a state.
    StateHeld {
        /// Which state.
        state: TcpState,
        /// The row that is in it.
        main: SocketId,
        /// The sockets that hold it there, the listening one first.
        sockets: Vec<OwnSocket>,
    },
    /// A connection could not be held in a state.
    HoldFailed {
        /// Which state.
        state: TcpState,
        /// Which call was refused, and why.
        why: SyscallError,
    },
    /// A task ended in a panic; the rest goes on.
    Crashed(String),
    /// The system calls behind one of our sockets.
    SyscallsTraced(SyscallTrace),
    /// A remedy was tried.
    Probed {
        /// Which.
        probe: Probe,
        /// Whether the kernel allowed it.
        outcome: Result<(), SyscallError>,
    },
    /// A row in TIME_WAIT was to end, and is gone unless something listens on its address; this is the other end of its connection.
    TimeWaitEnded(SocketId),
    /// How many further sockets had the same calls and were left out of the trace.
    SyscallsOmitted {
        /// What their calls were made for.
        purpose: Purpose,
        /// How many.
        count: u32,
    },
}

impl SocketEvent {
    /// How many bytes of a payload are kept to be shown.
    pub const SHOWN: usize = 256;

    /// The order to connect that it answers.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are of established sockets")]
    pub const fn order(&self) -> Option<ConnectId> {
        match self {
            SocketEvent::Connecting(own) | SocketEvent::Connected(own) => own.order,
            SocketEvent::ConnectFailed { spec, .. } => Some(spec.id),
            SocketEvent::BurstBegun { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// Whether nothing listens or connects as it was asked to.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, SocketEvent::ListenFailed { .. } | SocketEvent::ConnectFailed { .. })
    }
}

/// A socket of ours: where its row stands, and by which descriptor we hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnSocket {
    /// Its row in the kernel's table.
    pub name: SocketId,
    /// The descriptor.
    pub fd: u32,
    /// The inode behind the descriptor.
    pub inode: u64,
    /// The order to connect that made it; `None` for a socket that listens or was accepted.
    pub order: Option<ConnectId>,
}

/// How an end was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseKind {
    /// close(): FIN, unless the other end's data was left unread, which makes it RST.
    Close,
    /// close() with `SO_LINGER` 0: RST.
    Abort,
    /// The connection broke: a RST arrived, or no answer.
    Broken(Errno),
}

/// A system call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyscallError {
    /// Which call.
    pub call: Call,
    /// The errno.
    pub errno: Errno,
}

impl SyscallError {
    /// The reason, if no system call returned that errno: this program or the resolver refused.
    pub fn of_our_own(self) -> Option<String> {
        let why = match (self.call, self.errno) {
            (Call::Remote(ip), _) => {
                return Some(format!("{ip} is neither on this machine nor on a private network"));
            }
            (Call::Resolve, Errno::ENODEV) => "this machine has no interface of that name",
            // socket(2) itself knows no destination.
            (Call::Socket, Errno::EHOSTUNREACH) => {
                "the lab's helper process, which makes the sockets of its computers, does not answer"
            }
            (Call::Reserve, _) => "the remaining descriptors are reserved",
            // The words of gai_strerror(3); the resolver has no errno for these.
            (Call::Resolve, Errno::EADDRNOTAVAIL) => "Name or service not known",
            (Call::Resolve, Errno::ETIMEDOUT) => "Temporary failure in name resolution",
            (Call::Resolve, Errno::EAFNOSUPPORT) => {
                "source and destination are of different IP versions"
            }
            _ => return None,
        };
        Some(why.to_owned())
    }

    /// Why, without the call.
    pub fn reason(self) -> String {
        self.of_our_own().unwrap_or_else(|| self.errno.to_string())
    }
}

impl fmt::Display for SyscallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of_our_own() {
            Some(why) => f.write_str(&why),
            None => write!(f, "{} failed: {}", self.call, self.errno),
        }
    }
}

/// The system call that failed, or a reason of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// socket(2).
    Socket,
    /// setsockopt(2).
    SetSockOpt,
    /// bind(2).
    Bind,
    /// listen(2).
    Listen,
    /// accept(2).
    Accept,
    /// getsockname(2).
    GetSockName,
    /// connect(2).
    Connect,
    /// write(2).
    Write,
    /// shutdown(2).
    Shutdown,
    /// The name could not be turned into an address.
    Resolve,
    /// The address is beyond loopback and private networks, and that was not allowed.
    Remote(IpAddr),
    /// It would take a descriptor of those that this program keeps for other things.
    Reserve,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Call::Socket => "socket()",
            Call::SetSockOpt => "setsockopt()",
            Call::Bind => "bind()",
            Call::Listen => "listen()",
            Call::Accept => "accept()",
            Call::GetSockName => "getsockname()",
            Call::Connect => "connect()",
            Call::Write => "write()",
            Call::Shutdown => "shutdown()",
            Call::Resolve => "getaddrinfo()",
            Call::Remote(ip) => return write!(f, "connecting to {ip}"),
            Call::Reserve => "reserving a descriptor",
        })
    }
}
