//! The test of the myth that a client uses the server's port number.

use std::net::IpAddr;

use crate::tcp::{ConnectId, Host, Port, SocketId, SyscallError};

/// The connects of one test; each is made once the one before is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Myth {
    /// The port of both ends.
    pub port: Port,
    /// The connects, in order.
    pub calls: [MythCall; 3],
    /// The order of the connect() that is under way.
    pub order: Option<ConnectId>,
}

/// One connect from the server's own port number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MythCall {
    /// The computer that connects.
    pub who: String,
    /// Its network.
    pub host: Host,
    /// Its address.
    pub from: IpAddr,
    /// The result; `None` while there is none.
    pub answer: Option<Result<SocketId, SyscallError>>,
}

impl Myth {
    /// Whether the results are those expected: the first computer's connect succeeds, its second fails, another computer's succeeds.
    pub fn is_as_usual(&self) -> bool {
        let is_ok = |call: &MythCall| call.answer.map(|answer| answer.is_ok());
        self.calls.each_ref().map(is_ok) == [Some(true), Some(false), Some(true)]
    }
}
