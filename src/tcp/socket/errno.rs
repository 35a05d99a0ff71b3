//! std has the words of strerror(3) and libc the numbers; neither has the symbols as text.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An error number of the kernel, errno(3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Errno(pub i32);

impl Errno {
    /// Operation not permitted.
    pub const EPERM: Errno = Errno(1);
    /// No such file or folder.
    pub const ENOENT: Errno = Errno(2);
    /// A signal came in between.
    pub const EINTR: Errno = Errno(4);
    /// The device failed.
    pub const EIO: Errno = Errno(5);
    /// Nobody is at the other end of that pipe or device.
    pub const ENXIO: Errno = Errno(6);
    /// Would have to wait.
    pub const EAGAIN: Errno = Errno(11);
    /// Out of memory.
    pub const ENOMEM: Errno = Errno(12);
    /// Permission denied.
    pub const EACCES: Errno = Errno(13);
    /// In use by somebody else.
    pub const EBUSY: Errno = Errno(16);
    /// That name is taken.
    pub const EEXIST: Errno = Errno(17);
    /// No such device.
    pub const ENODEV: Errno = Errno(19);
    /// A part of the path is no folder.
    pub const ENOTDIR: Errno = Errno(20);
    /// A folder stands there, and no file.
    pub const EISDIR: Errno = Errno(21);
    /// Invalid argument.
    pub const EINVAL: Errno = Errno(22);
    /// The whole system is out of descriptors.
    pub const ENFILE: Errno = Errno(23);
    /// This process is out of descriptors.
    pub const EMFILE: Errno = Errno(24);
    /// The file would be too large.
    pub const EFBIG: Errno = Errno(27);
    /// No room is left: on the disk, or for another namespace.
    pub const ENOSPC: Errno = Errno(28);
    /// The file system is read-only.
    pub const EROFS: Errno = Errno(30);
    /// The other end is closed for writing.
    pub const EPIPE: Errno = Errno(32);
    /// The name is too long.
    pub const ENAMETOOLONG: Errno = Errno(36);
    /// The kernel lacks the call.
    pub const ENOSYS: Errno = Errno(38);
    /// The path goes round in a circle.
    pub const ELOOP: Errno = Errno(40);
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
    /// This user's share of the disk is used up.
    pub const EDQUOT: Errno = Errno(122);

    /// The symbol, as the man pages write it, if it is one that this program meets.
    pub const fn symbol(self) -> Option<&'static str> {
        Some(match self {
            Errno::EPERM => "EPERM",
            Errno::ENOENT => "ENOENT",
            Errno::EINTR => "EINTR",
            Errno::EIO => "EIO",
            Errno::ENXIO => "ENXIO",
            Errno::EAGAIN => "EAGAIN",
            Errno::ENOMEM => "ENOMEM",
            Errno::EACCES => "EACCES",
            Errno::EBUSY => "EBUSY",
            Errno::EEXIST => "EEXIST",
            Errno::ENODEV => "ENODEV",
            Errno::ENOTDIR => "ENOTDIR",
            Errno::EISDIR => "EISDIR",
            Errno::EINVAL => "EINVAL",
            Errno::ENFILE => "ENFILE",
            Errno::EMFILE => "EMFILE",
            Errno::EFBIG => "EFBIG",
            Errno::ENOSPC => "ENOSPC",
            Errno::EROFS => "EROFS",
            Errno::EPIPE => "EPIPE",
            Errno::ENAMETOOLONG => "ENAMETOOLONG",
            Errno::ENOSYS => "ENOSYS",
            Errno::ELOOP => "ELOOP",
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
            Errno::EDQUOT => "EDQUOT",
            Errno(_) => return None,
        })
    }

    /// The error in words, without the symbol.
    pub const fn words(self) -> &'static str {
        match self {
            Errno::EPERM => "operation not permitted",
            Errno::ENOENT => "no such file or folder",
            Errno::EINTR => "interrupted by a signal",
            Errno::EIO => "the device failed",
            Errno::ENXIO => "nobody is at the other end",
            Errno::EAGAIN => "would have to wait",
            Errno::ENOMEM => "out of memory",
            Errno::EACCES => "permission denied",
            Errno::EBUSY => "in use by somebody else",
            Errno::EEXIST => "that name is taken",
            Errno::ENODEV => "no such device",
            Errno::ENOTDIR => "a part of the path is no folder",
            Errno::EISDIR => "a folder stands there, and no file",
            Errno::EINVAL => "invalid argument",
            Errno::ENFILE => "the system has no descriptor left",
            Errno::EMFILE => "this process has no descriptor left",
            Errno::EFBIG => "the file would be too large",
            Errno::ENOSPC => "no room is left",
            Errno::EROFS => "read-only file system",
            Errno::EPIPE => "the connection is closed for writing",
            Errno::ENAMETOOLONG => "the name is too long",
            Errno::ENOSYS => "this kernel lacks the call",
            Errno::ELOOP => "the path goes round in a circle",
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
            Errno::EDQUOT => "this user's share of the disk is used up",
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

/// What the system answered: in our words, and where we have none in its own, without the number that it puts behind them.
pub fn in_words(error: &std::io::Error) -> String {
    let known = error.raw_os_error().map(Errno);
    if let Some(errno) = known.filter(|errno| errno.symbol().is_some()) {
        return errno.to_string();
    }
    let text = error.to_string();
    match text.rsplit_once(" (os error ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

impl From<&std::io::Error> for Errno {
    /// The number the kernel gave; errors without one count as EINVAL.
    fn from(error: &std::io::Error) -> Errno {
        error.raw_os_error().map_or(Errno::EINVAL, Errno)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Error;

    use super::*;

    #[test]
    fn what_the_system_answers_is_told_in_our_words_or_in_its_own_without_a_number() {
        let told = |number| in_words(&Error::from_raw_os_error(number));
        assert_eq!(told(13), "permission denied (EACCES)");
        assert_eq!(told(30), "read-only file system (EROFS)");
        assert_eq!(told(84), "Invalid or incomplete multibyte or wide character");
        assert_eq!(in_words(&Error::other("it broke")), "it broke");
        let wrapped = Error::other(Error::from_raw_os_error(84));
        assert!(!in_words(&wrapped).contains("os error"), "{wrapped}");
    }
}
