//! Sentences about accept() that failed.

use std::time::Duration;

use crate::app::format::seconds;
use crate::tcp::{Call, SyscallError};

/// accept() brought nobody, or somebody who had to be turned away.
pub(crate) fn accept_failed(why: SyscallError, pause: Duration) -> String {
    let errno = why.errno;
    if !pause.is_zero() {
        let pause = seconds(pause);
        return format!("cannot accept a connection: {errno}; tried again in {pause}");
    }
    if why.call == Call::Reserve {
        format!("a caller was turned away with \"busy\": {why}")
    } else {
        format!("a caller was gone before accept() returned: {errno}; it goes on at once")
    }
}
