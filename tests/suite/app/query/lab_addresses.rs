//! In the lab each computer has a loopback of its own, and not every address of its network has somebody.

use fivetuple::tcp::{Call, ConnectSpec, Endpoint, Errno, SocketEvent, SyscallError};

use crate::computers::LAPTOP;

/// What the laptop's call came to.
pub(crate) fn refused(to: &str, errno: Errno) -> SocketEvent {
    let to: Endpoint = to.parse().unwrap();
    SocketEvent::ConnectFailed {
        spec: ConnectSpec { host: LAPTOP, ..ConnectSpec::to(to.into()) },
        to: Some(to),
        local: None,
        why: SyscallError { call: Call::Connect, errno },
    }
}
