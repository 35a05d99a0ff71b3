use std::io;

use rustix::io::Errno;

use crate::kernel::ReadError;

/// Why a request brought nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RequestError {
    /// An errno(3) of a call on the socket.
    Call(&'static str, Errno),
    /// The kernel's answer was an errno(3).
    Answer(i32),
    /// The answer made no sense.
    Garbled(&'static str),
}

/// Whether the kernel says that it has no such table, family or kind of request.
pub(crate) fn is_unknown_here(errno: i32) -> bool {
    [Errno::NOENT, Errno::OPNOTSUPP, Errno::INVAL]
        .into_iter()
        .any(|known| known.raw_os_error() == errno)
}

/// What the answer of a call means to those who can choose another source.
pub(crate) fn denied(call: &'static str, why: Errno) -> ReadError {
    let source = io::Error::from(why);
    match why {
        Errno::PERM | Errno::ACCESS | Errno::PROTONOSUPPORT | Errno::AFNOSUPPORT | Errno::NOSYS => {
            ReadError::Denied { call, source }
        }
        _ => ReadError::Failed { call, source },
    }
}

impl From<RequestError> for ReadError {
    fn from(trouble: RequestError) -> ReadError {
        const CALL: &str = "sock_diag";
        match trouble {
            RequestError::Garbled(what) => ReadError::Garbled(what),
            RequestError::Call(call, why) => denied(call, why),
            RequestError::Answer(errno) if is_unknown_here(errno) => {
                ReadError::Denied { call: CALL, source: io::Error::from_raw_os_error(errno) }
            }
            RequestError::Answer(errno) => denied(CALL, Errno::from_raw_os_error(errno)),
        }
    }
}

/// A family that the kernel lacks has no rows.
pub(crate) fn absent_is_empty(dumped: Result<(), RequestError>) -> Result<(), ReadError> {
    match dumped {
        Err(RequestError::Answer(errno)) if is_unknown_here(errno) => Ok(()),
        other => other.map_err(ReadError::from),
    }
}
