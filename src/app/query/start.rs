use crate::app::{PointOfView, State};

impl State {
    /// Whether nothing has been done yet, and the table would show it: the screen names the first keys, and offers the tour.
    pub fn is_at_start(&self) -> bool {
        let filter = self.ui.row_filter;
        self.seen().is_empty()
            && self.sockets.blind.is_empty()
            && self.ui.find.text.value().is_empty()
            && self.lesson.is_none()
            && !(self.is_past() || self.lab.is_up() || self.servers.listening().next().is_some())
            && !filter.whole_machine
            && filter.view == PointOfView::BothEnds
    }
}
