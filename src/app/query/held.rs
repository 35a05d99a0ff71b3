use crate::app::State;
use crate::tcp::SocketId;

impl State {
    /// Whether `S` holds that row, or the other end of its connection.
    pub fn is_staged(&self, row: SocketId) -> bool {
        let sockets = &self.staged.sockets;
        if sockets.is_empty() {
            return false;
        }
        let other = self.other_end(row);
        let mut names = sockets.iter().map(|socket| socket.name);
        names.any(|name| name == row || (row.tuple.is_connected() && name == other))
    }
}
