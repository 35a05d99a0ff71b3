//! The states that can be held, and the sockets held in one.

use crate::tcp::{OwnSocket, TcpState};

/// The sockets of connections on loopback that `S` holds in a state. No client computer owns them, so no action closes them.
#[derive(Clone, Debug, Default)]
pub struct HeldSockets {
    pub(crate) sockets: Vec<OwnSocket>,
}

impl HeldSockets {
    /// Adds the sockets of one more connection.
    pub(crate) fn hold(&mut self, sockets: &[OwnSocket]) {
        self.sockets.extend(sockets);
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.sockets.is_empty()
    }

    /// The number of connected sockets, and of listening ones.
    pub(crate) fn count(&self) -> (usize, usize) {
        let ends = self.sockets.iter().map(|socket| socket.name);
        let ends = ends.filter(|name| name.tuple.is_connected()).count();
        (ends, self.sockets.len() - ends)
    }
}

/// The states that the menu offers: LISTEN is what `l` makes, and CLOSED has no row.
pub const HELD: [TcpState; 9] = [
    TcpState::SynSent,
    TcpState::SynReceived,
    TcpState::Established,
    TcpState::FinWait1,
    TcpState::FinWait2,
    TcpState::CloseWait,
    TcpState::Closing,
    TcpState::LastAck,
    TcpState::TimeWait,
];
