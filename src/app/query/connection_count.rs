use std::time::Duration;

use crate::app::State;
use crate::app::model::Computer;
use crate::tcp::{Endpoint, Protocol, SocketId, TcpState};

/// So shortly after connect() has returned the server's table may not have been looked at yet.
const NOT_SEEN_YET: Duration = Duration::from_millis(300);

impl State {
    /// How many connections there are with the server at that end: as its table shows them, and as our own sockets tell where no look has
    /// come to that yet.
    pub(crate) fn connections_with(&self, server: Endpoint) -> usize {
        let calls = |computer: &Computer| {
            let ends = computer.ends.newest_first();
            let is_its = |end: &SocketId| {
                let remote = end.tuple.remote;
                let is_tcp = end.tuple.protocol == Protocol::Tcp;
                is_tcp && (remote == server || self.is_our_server(remote))
            };
            ends.filter(|end| is_its(end) && self.is_at_both_ends(*end)).count()
        };
        let ours: usize = self.clients.computers.iter().map(calls).sum();
        ours.max(self.server.ends.len())
    }

    /// Whether a client's call was answered, and the server's kernel has the connection, too: it drops the last ACK where its accept queue
    /// is full.
    fn is_at_both_ends(&self, client: SocketId) -> bool {
        let Some(end) = self.own_end(client).filter(|end| end.answered) else {
            return false;
        };
        let there = self.sockets.mirror(client);
        match there.filter(|line| line.gone.is_none()) {
            Some(line) => line.row.state != TcpState::SynReceived,
            None => self.now.since(end.since) < NOT_SEEN_YET,
        }
    }
}
