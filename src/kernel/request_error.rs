use std::io;

use rustix::io::Errno;

use crate::kernel::source::ReadError;

/// Why a netlink request failed.
#[derive(Clone, Copy, Debug)]
pub(super) enum RequestError {
    /// A call on the socket failed with this errno(3).
    Call(&'static str, Errno),
    /// The kernel answered with this errno(3).
    Answer(i32),
    /// The answer is invalid.
    Garbled(&'static str),
}

/// Whether the kernel says that it has no such table, family or kind of request.
pub(super) fn is_unknown_here(errno: i32) -> bool {
    [Errno::NOENT, Errno::OPNOTSUPP, Errno::INVAL]
        .into_iter()
        .any(|known| known.raw_os_error() == errno)
}

/// The error of a call: denied where another source may work, else failed.
pub(super) fn denied(call: &'static str, why: Errno) -> ReadError {
    let source = io::Error::from(why);
    match why {
        Errno::PERM | Errno::ACCESS | Errno::PROTONOSUPPORT | Errno::AFNOSUPPORT | Errno::NOSYS => {
            ReadError::Denied { call, source }
        }
        _ => ReadError::Failed { call, source },
    }
}

impl From<RequestError> for ReadError {
    fn from(why: RequestError) -> ReadError {
        const CALL: &str = "sock_diag";
        match why {
            RequestError::Garbled(what) => ReadError::Garbled(what),
            RequestError::Call(call, errno) => denied(call, errno),
            RequestError::Answer(errno) if is_unknown_here(errno) => {
                ReadError::Denied { call: CALL, source: io::Error::from_raw_os_error(errno) }
            }
            RequestError::Answer(errno) => denied(CALL, Errno::from_raw_os_error(errno)),
        }
    }
}

/// A family that the kernel lacks has no rows.
pub(super) fn absent_is_empty(dumped: Result<(), RequestError>) -> Result<(), ReadError> {
    match dumped {
        Err(RequestError::Answer(errno)) if is_unknown_here(errno) => Ok(()),
        other => other.map_err(ReadError::from),
    }
}
