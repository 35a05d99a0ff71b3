use crate::tcp::{OwnSocket, TcpState};

/// The sockets of the connections on loopback that `S` holds in a state: no computer of ours has them, so no verb reaches them.
#[derive(Clone, Debug, Default)]
pub struct HeldSockets {
    pub(crate) sockets: Vec<OwnSocket>,
}

impl HeldSockets {
    /// Takes the sockets of one more connection.
    pub(crate) fn hold(&mut self, sockets: &[OwnSocket]) {
        self.sockets.extend(sockets);
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.sockets.is_empty()
    }

    /// How many ends of connections are held, and how many listening sockets.
    pub(crate) fn count(&self) -> (usize, usize) {
        let ends = self.sockets.iter().map(|socket| socket.name);
        let ends = ends.filter(|name| name.tuple.is_connected()).count();
        (ends, self.sockets.len() - ends)
    }
}

/// The states that a menu offers; LISTEN is what l makes, and CLOSED is no row.
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
