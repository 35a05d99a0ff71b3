use crate::app::Table;
use crate::app::table::TableRow;
use crate::tcp::{Moment, SocketId};

impl Table {
    /// Whether a ghost is to leave the screen.
    pub(crate) fn has_old_ghosts(&self, now: Moment) -> bool {
        self.next_ghost().is_some_and(|end| end <= now)
    }

    /// Removes the ghosts whose time is over.
    pub(crate) fn lay_ghosts(&mut self, now: Moment) {
        while let Some((name, at)) = self.ghosts.front().copied() {
            if now.since(at) < TableRow::GHOST {
                break;
            }
            self.ghosts.pop_front();
            // The same five-tuple may have been used again since.
            let line = self.lines.get(&name);
            let is_it = |line: &&TableRow| line.gone.is_some_and(|gone| gone.at == at);
            if let Some(line) = line.filter(is_it).cloned() {
                if line.sent_rst() {
                    self.leave_alone(name);
                }
                self.closed_rows.push(line);
                self.forget(name);
            }
        }
    }

    fn leave_alone(&mut self, gone: SocketId) {
        let other = self.mirror(gone).map(|line| line.row.name());
        if let Some(other) = other.and_then(|other| self.lines.get_mut(&other)) {
            other.left_alone = other.gone.is_none();
        }
    }

    /// The last rows whose ghosts have left the screen, in the order of their births.
    pub fn closed_rows(&self) -> &[TableRow] {
        self.closed_rows.by_birth()
    }

    /// The rows that are gone and still shown.
    pub(crate) fn ghosts(&self) -> impl Iterator<Item = SocketId> {
        let names = self.ghosts.iter().map(|(name, _)| *name);
        // The same five-tuple may have been used again since.
        names.filter(|name| self.lines.get(name).is_some_and(|line| line.gone.is_some()))
    }

    /// When the next ghost leaves the screen.
    pub fn next_ghost(&self) -> Option<Moment> {
        self.ghosts.front().map(|(_, at)| at.plus(TableRow::GHOST))
    }
}
