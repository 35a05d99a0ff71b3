//! The accept queue of our server.

use crate::app::State;
use crate::tcp::{SocketId, TcpState};

impl State {
    /// The connections that wait for accept(): Recv-Q of the LISTEN rows.
    pub fn waiting_for_accept(&self) -> u32 {
        let listening =
            self.server.sockets.iter().filter_map(|socket| self.sockets.get(socket.name));
        listening.map(|line| line.row.queues.recv).sum()
    }

    /// Whether the accept queue is full: the kernel queues one connection more than the backlog.
    pub fn is_queue_full(&self) -> bool {
        let mut listening =
            self.server.sockets.iter().filter_map(|socket| self.sockets.get(socket.name));
        listening.any(|line| line.row.queues.recv > line.row.queues.send)
    }

    /// Whether the client is ESTABLISHED but the server is not: its accept queue is full, so the kernel dropped the final ACK.
    pub(crate) fn is_alone_in_believing(&self, client: SocketId) -> bool {
        if self.was_accepted(client) {
            return false;
        }
        let there = self.sockets.mirror(client);
        let there = there.filter(|line| line.gone.is_none());
        let is_full = self.is_queue_full();
        // Over a wire the final ACK may still be in flight.
        there.map_or(is_full, |line| {
            line.row.state == TcpState::SynReceived && (is_full || !self.lab.is_up())
        })
    }
}
