use crate::app::Table;
use crate::app::table::{Gone, GoneReason, TableRow, gone_reason};
use crate::tcp::{CloseKind, Moment, SocketId, SocketRow, TcpState};

impl Table {
    /// Marks a row as gone; it stays on the screen as a ghost for a while.
    pub(crate) fn vanished(&mut self, at: Moment, last: &SocketRow) -> bool {
        let name = last.name();
        let alive = |line: &&mut TableRow| line.gone.is_none() && line.row.is_same_socket(last);
        let Some(line) = self.lines.get_mut(&name).filter(alive) else {
            return false;
        };
        let why = GoneReason::Unknown;
        line.gone = Some(Gone { at, why });
        let row = line.row;
        self.recount(&row, Some(row.state), None);
        self.ghosts.push_back((name, at));
        self.explain(name);
        true
    }

    /// Records how one of our sockets was closed. A connection that no poll ever showed gets a row with the state known from its own
    /// calls; it replaces an older one.
    pub(crate) fn ended(
        &mut self,
        at: Moment,
        name: SocketId,
        (how, reached): (CloseKind, Option<TcpState>),
        serves: bool,
    ) -> bool {
        let was_told = |line: &TableRow| line.gone.is_some() && line.ending.is_some();
        let line = self.lines.get_mut(&name);
        if let Some(line) = line.filter(|line| !was_told(line)) {
            line.ending = Some(how);
            return self.explain(name);
        }
        let Some(reached) = reached else { return false };
        self.forget(name);
        self.insert(TableRow::told(name, reached, how, at), serves);
        self.ghosts.push_back((name, at));
        true
    }

    /// Updates why a row and its other end left: each may explain the other. Says whether a reason changed.
    pub(crate) fn explain(&mut self, name: SocketId) -> bool {
        let other = self.mirror(name).map(|line| line.row.name());
        let mut differs = false;
        for name in [Some(name), other].into_iter().flatten() {
            let is_gone = |line: &&TableRow| line.gone.is_some() && !line.told;
            let Some(line) = self.lines.get(&name).filter(is_gone) else {
                continue;
            };
            let why = gone_reason::why_gone(self, line);
            let gone = self.lines.get_mut(&name);
            if let Some(gone) = gone.and_then(|line| line.gone.as_mut()) {
                differs |= gone.why != why;
                gone.why = why;
            }
        }
        differs
    }
}
