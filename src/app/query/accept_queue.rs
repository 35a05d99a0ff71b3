//! The accept queue of our server.

use crate::app::State;
use crate::tcp::{SocketId, TcpState};

impl State {
    /// How many connections wait for accept(), as the LISTEN rows show it.
    pub fn waiting_for_accept(&self) -> u32 {
        let listening =
            self.server.sockets.iter().filter_map(|socket| self.sockets.get(socket.name));
        listening.map(|line| line.row.queues.recv).sum()
    }

    /// Whether more wait for accept() than the backlog allows: the kernel lets one more in, and no other.
    pub fn is_queue_full(&self) -> bool {
        let mut listening =
            self.server.sockets.iter().filter_map(|socket| self.sockets.get(socket.name));
        listening.any(|line| line.row.queues.recv > line.row.queues.send)
    }

    /// Whether a client of ours is connected as far as it knows, while the server's kernel, whose accept queue is full, has dropped its ACK:
    /// there the call is not answered to the end, or forgotten.
    pub(crate) fn is_alone_in_believing(&self, client: SocketId) -> bool {
        if self.was_accepted(client) {
            return false;
        }
        let there = self.sockets.mirror(client);
        let there = there.filter(|line| line.gone.is_none());
        let is_full = self.is_queue_full();
        // Over a wire the last ACK may only be on its way.
        there.map_or(is_full, |line| {
            line.row.state == TcpState::SynReceived && (is_full || !self.lab.is_up())
        })
    }
}
