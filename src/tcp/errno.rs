use std::fmt;

/// An error number of the kernel, errno(3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

impl Errno {
    /// Operation not permitted.
    pub const EPERM: Errno = Errno(1);
    /// No such file.
    pub const ENOENT: Errno = Errno(2);
    /// A signal came in between.
    pub const EINTR: Errno = Errno(4);
    /// Would have to wait.
    pub const EAGAIN: Errno = Errno(11);
    /// Out of memory.
    pub const ENOMEM: Errno = Errno(12);
    /// Permission denied.
    pub const EACCES: Errno = Errno(13);
    /// Invalid argument.
    pub const EINVAL: Errno = Errno(22);
    /// The whole system is out of descriptors.
    pub const ENFILE: Errno = Errno(23);
    /// This process is out of descriptors.
    pub const EMFILE: Errno = Errno(24);
    /// No room is left: on the disk, or for another namespace.
    pub const ENOSPC: Errno = Errno(28);
    /// The file system is read-only.
    pub const EROFS: Errno = Errno(30);
    /// The other end is closed for writing.
    pub const EPIPE: Errno = Errno(32);
    /// A protocol error.
    pub const EPROTO: Errno = Errno(71);
    /// The kernel lacks the protocol.
    pub const EPROTONOSUPPORT: Errno = Errno(93);
    /// The kernel does not support that.
    pub const EOPNOTSUPP: Errno = Errno(95);
    /// The kernel lacks the address family.
    pub const EAFNOSUPPORT: Errno = Errno(97);
    /// The address and port are taken.
    pub const EADDRINUSE: Errno = Errno(98);
    /// Not an address of this machine, or no port left.
    pub const EADDRNOTAVAIL: Errno = Errno(99);
    /// The network is down.
    pub const ENETDOWN: Errno = Errno(100);
    /// No way leads there.
    pub const ENETUNREACH: Errno = Errno(101);
    /// Aborted before it was accepted.
    pub const ECONNABORTED: Errno = Errno(103);
    /// The other end sent RST.
    pub const ECONNRESET: Errno = Errno(104);
    /// Out of buffers.
    pub const ENOBUFS: Errno = Errno(105);
    /// Nobody answered.
    pub const ETIMEDOUT: Errno = Errno(110);
    /// Nobody listens there.
    pub const ECONNREFUSED: Errno = Errno(111);
    /// The machine cannot be reached.
    pub const EHOSTUNREACH: Errno = Errno(113);
    /// The connection is being made.
    pub const EINPROGRESS: Errno = Errno(115);

    /// The symbol, as the man pages write it, if it is one that sockets produce.
    pub const fn symbol(self) -> Option<&'static str> {
        Some(match self {
            Errno::EPERM => "EPERM",
            Errno::ENOENT => "ENOENT",
            Errno::EINTR => "EINTR",
            Errno::EAGAIN => "EAGAIN",
            Errno::ENOMEM => "ENOMEM",
            Errno::EACCES => "EACCES",
            Errno::EINVAL => "EINVAL",
            Errno::ENFILE => "ENFILE",
            Errno::EMFILE => "EMFILE",
            Errno::ENOSPC => "ENOSPC",
            Errno::EROFS => "EROFS",
            Errno::EPIPE => "EPIPE",
            Errno::EPROTO => "EPROTO",
            Errno::EPROTONOSUPPORT => "EPROTONOSUPPORT",
            Errno::EOPNOTSUPP => "EOPNOTSUPP",
            Errno::EAFNOSUPPORT => "EAFNOSUPPORT",
            Errno::EADDRINUSE => "EADDRINUSE",
            Errno::EADDRNOTAVAIL => "EADDRNOTAVAIL",
            Errno::ENETDOWN => "ENETDOWN",
            Errno::ENETUNREACH => "ENETUNREACH",
            Errno::ECONNABORTED => "ECONNABORTED",
            Errno::ECONNRESET => "ECONNRESET",
            Errno::ENOBUFS => "ENOBUFS",
            Errno::ETIMEDOUT => "ETIMEDOUT",
            Errno::ECONNREFUSED => "ECONNREFUSED",
            Errno::EHOSTUNREACH => "EHOSTUNREACH",
            Errno::EINPROGRESS => "EINPROGRESS",
            Errno(_) => return None,
        })
    }

    /// The error in words, without the symbol.
    pub const fn words(self) -> &'static str {
        match self {
            Errno::EPERM => "operation not permitted",
            Errno::ENOENT => "no such file",
            Errno::EINTR => "interrupted by a signal",
            Errno::EAGAIN => "would have to wait",
            Errno::ENOMEM => "out of memory",
            Errno::EACCES => "permission denied",
            Errno::EINVAL => "invalid argument",
            Errno::ENFILE => "the system has no descriptor left",
            Errno::EMFILE => "this process has no descriptor left",
            Errno::ENOSPC => "no room is left",
            Errno::EROFS => "read-only file system",
            Errno::EPIPE => "the connection is closed for writing",
            Errno::EPROTO => "protocol error",
            Errno::EPROTONOSUPPORT => "this kernel lacks the protocol",
            Errno::EOPNOTSUPP => "this kernel does not support it",
            Errno::EAFNOSUPPORT => "this kernel lacks the address family",
            Errno::EADDRINUSE => "address already in use",
            Errno::EADDRNOTAVAIL => "address not available",
            Errno::ENETDOWN => "the network is down",
            Errno::ENETUNREACH => "no route to that network",
            Errno::ECONNABORTED => "aborted before it was accepted",
            Errno::ECONNRESET => "reset by the other end",
            Errno::ENOBUFS => "the kernel has no buffer left",
            Errno::ETIMEDOUT => "nobody answered",
            Errno::ECONNREFUSED => "connection refused",
            Errno::EHOSTUNREACH => "that machine cannot be reached",
            Errno::EINPROGRESS => "still being connected",
            Errno(_) => "the kernel refused",
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.symbol() {
            Some(symbol) => write!(f, "{} ({symbol})", self.words()),
            None => write!(f, "{} (error {})", self.words(), self.0),
        }
    }
}

impl From<&std::io::Error> for Errno {
    /// The number the kernel gave; errors without one count as EINVAL.
    fn from(error: &std::io::Error) -> Errno {
        error.raw_os_error().map_or(Errno::EINVAL, Errno)
    }
}
