use crate::app::State;
use crate::tcp::{OwnSocket, RowName};

/// The sockets of the connections on loopback that `S` holds in a state: no computer of ours has them, so no verb reaches them.
#[derive(Clone, Debug, Default)]
pub struct Staged {
    sockets: Vec<OwnSocket>,
}

impl Staged {
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

impl State {
    /// Whether `S` holds that row, or the other end of its connection.
    pub fn is_staged(&self, row: RowName) -> bool {
        let sockets = &self.staged.sockets;
        if sockets.is_empty() {
            return false;
        }
        let other = self.other_end(row);
        let mut names = sockets.iter().map(|socket| socket.name);
        names.any(|name| name == row || (row.tuple.is_connected() && name == other))
    }
}
