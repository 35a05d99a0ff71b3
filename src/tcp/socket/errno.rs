//! The errors of the kernel that this program meets, with their symbols and the words of strerror(3).

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

/// An error number of the kernel, errno(3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Errno(pub i32);

macro_rules! errnos {
    ($($symbol:ident = $number:literal, $words:literal;)+) => {
        impl Errno {
            $(
                #[doc = $words]
                pub const $symbol: Errno = Errno($number);
            )+

            /// The symbol, as the man pages write it, if it is one that this program meets.
            pub const fn symbol(self) -> Option<&'static str> {
                match self {
                    $(Errno::$symbol => Some(stringify!($symbol)),)+
                    Errno(_) => None,
                }
            }

            /// The words of strerror(3), without the symbol.
            pub const fn words(self) -> &'static str {
                match self {
                    $(Errno::$symbol => $words,)+
                    Errno(_) => "Unknown error",
                }
            }
        }
    };
}

errnos! {
    EPERM = 1, "Operation not permitted";
    ENOENT = 2, "No such file or directory";
    EINTR = 4, "Interrupted system call";
    EIO = 5, "Input/output error";
    ENXIO = 6, "No such device or address";
    EAGAIN = 11, "Resource temporarily unavailable";
    ENOMEM = 12, "Cannot allocate memory";
    EACCES = 13, "Permission denied";
    EBUSY = 16, "Device or resource busy";
    EEXIST = 17, "File exists";
    ENODEV = 19, "No such device";
    ENOTDIR = 20, "Not a directory";
    EISDIR = 21, "Is a directory";
    EINVAL = 22, "Invalid argument";
    ENFILE = 23, "Too many open files in system";
    EMFILE = 24, "Too many open files";
    EFBIG = 27, "File too large";
    ENOSPC = 28, "No space left on device";
    EROFS = 30, "Read-only file system";
    EPIPE = 32, "Broken pipe";
    ENAMETOOLONG = 36, "File name too long";
    ENOSYS = 38, "Function not implemented";
    ELOOP = 40, "Too many levels of symbolic links";
    EPROTO = 71, "Protocol error";
    EDESTADDRREQ = 89, "Destination address required";
    EMSGSIZE = 90, "Message too long";
    ENOPROTOOPT = 92, "Protocol not available";
    EPROTONOSUPPORT = 93, "Protocol not supported";
    EOPNOTSUPP = 95, "Operation not supported";
    EAFNOSUPPORT = 97, "Address family not supported by protocol";
    EADDRINUSE = 98, "Address already in use";
    EADDRNOTAVAIL = 99, "Cannot assign requested address";
    ENETDOWN = 100, "Network is down";
    ENETUNREACH = 101, "Network is unreachable";
    ECONNABORTED = 103, "Software caused connection abort";
    ECONNRESET = 104, "Connection reset by peer";
    ENOBUFS = 105, "No buffer space available";
    EISCONN = 106, "Transport endpoint is already connected";
    ENOTCONN = 107, "Transport endpoint is not connected";
    ETIMEDOUT = 110, "Connection timed out";
    ECONNREFUSED = 111, "Connection refused";
    EHOSTUNREACH = 113, "No route to host";
    EINPROGRESS = 115, "Operation now in progress";
    EDQUOT = 122, "Disk quota exceeded";
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.symbol() {
            Some(symbol) => write!(f, "{} ({symbol})", self.words()),
            None => f.write_str(&without_number(&io::Error::from_raw_os_error(self.0))),
        }
    }
}

/// The error with its symbol where it is known, else in the system's words without the number behind them.
pub fn in_words(error: &io::Error) -> String {
    let number = error.raw_os_error();
    number.map_or_else(|| without_number(error), |number| Errno(number).to_string())
}

fn without_number(error: &io::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" (os error ").map(|(words, _)| words.to_owned()).unwrap_or(text)
}

impl From<&io::Error> for Errno {
    /// The number the kernel gave; errors without one count as EINVAL.
    fn from(error: &io::Error) -> Errno {
        error.raw_os_error().map_or(Errno::EINVAL, Errno)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Error;

    use super::*;

    #[test]
    fn an_error_has_its_symbol_or_the_words_of_the_system_without_a_number() {
        let words = |number| in_words(&Error::from_raw_os_error(number));
        assert_eq!(words(13), "Permission denied (EACCES)");
        assert_eq!(words(30), "Read-only file system (EROFS)");
        assert_eq!(words(84), "Invalid or incomplete multibyte or wide character");
        assert_eq!(in_words(&Error::other("it broke")), "it broke");
        let wrapped = Error::other(Error::from_raw_os_error(84));
        assert!(!in_words(&wrapped).contains("os error"), "{wrapped}");
    }

    #[cfg(target_env = "gnu")]
    #[test]
    fn the_words_are_those_of_strerror() {
        for errno in (0..200).map(Errno).filter(|errno| errno.symbol().is_some()) {
            let system = Error::from_raw_os_error(errno.0).to_string();
            assert_eq!(system, format!("{} (os error {})", errno.words(), errno.0));
        }
    }
}
