use std::net::IpAddr;

use crate::tcp::{ConnectId, Host, Port, SocketId, SyscallError};

/// The calls of one trial, in their order; each is made once the one before is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Myth {
    /// The port of both ends.
    pub port: Port,
    /// Who called, and what came of it.
    pub calls: [MythCall; 3],
    /// The order of the connect() that is under way.
    pub order: Option<ConnectId>,
}

/// One call from the server's own port number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MythCall {
    /// Which computer calls.
    pub who: String,
    /// Whose network it has.
    pub host: Host,
    /// From which address.
    pub from: IpAddr,
    /// What came of it; `None` while there is no answer.
    pub answer: Option<Result<SocketId, SyscallError>>,
}

impl Myth {
    /// Whether it went as the rule says: the first call got in, the same computer's second did not, another computer's did.
    pub fn is_as_usual(&self) -> bool {
        let went = |call: &MythCall| call.answer.map(|answer| answer.is_ok());
        self.calls.each_ref().map(went) == [Some(true), Some(false), Some(true)]
    }
}
