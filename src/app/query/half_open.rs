use crate::app::State;
use crate::tcp::SocketId;

impl State {
    /// Whether the other end of this end of ours was ended by a RST of its own, and its row is gone, while this one is still there.
    pub(crate) fn is_half_open(&self, end: SocketId) -> bool {
        let other = self.sockets.other_line(end);
        let is_reset = other.is_some_and(|other| other.gone.is_some() && other.sent_rst());
        self.lab.is_up() && is_reset && self.own_end(end).is_some()
    }
}
