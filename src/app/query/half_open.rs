use crate::app::State;
use crate::app::table::TableRow;
use crate::tcp::SocketId;

impl State {
    /// Whether the other end of this end of ours was ended by a RST of its own, and its row is gone, while this one is still there.
    pub(crate) fn is_half_open(&self, end: SocketId) -> bool {
        self.reset_other(end).is_some() && self.own_end(end).is_some()
    }

    pub(crate) fn reset_other(&self, end: SocketId) -> Option<&TableRow> {
        if !self.lab.is_up() {
            return None;
        }
        let other = self.sockets.other_line(end);
        other.filter(|other| other.gone.is_some() && other.sent_rst())
    }
}
