//! Sentences about accept() failures.

use std::time::Duration;

use crate::app::format::seconds;
use crate::tcp::{Call, SyscallError};

/// accept() failed, or the connection was refused with "busy".
pub(crate) fn accept_failed(why: SyscallError, pause: Duration) -> String {
    let errno = why.errno;
    if !pause.is_zero() {
        let pause = seconds(pause);
        return format!("accept() failed: {errno}. The next attempt is in {pause}.");
    }
    if why.call == Call::Reserve {
        format!("The server refused a connection with \"busy\": {why}.")
    } else {
        format!(
            "A client was gone before accept() returned: {errno}. The server calls accept() again at once."
        )
    }
}
