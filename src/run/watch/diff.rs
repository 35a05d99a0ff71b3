use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::tcp::{Change, SocketId, SocketRow, TcpState, Timer};

/// The rows as they were last seen, and what differs from them.
#[derive(Debug, Default)]
pub struct KnownRows {
    rows: HashMap<SocketId, SeenRow, RandomState>,
    /// The names of the rows in LISTEN, which are looked at more often than the rest.
    listening: HashSet<SocketId>,
    round: u32,
}

#[derive(Debug)]
struct SeenRow {
    row: SocketRow,
    /// The last reading of the whole table that had it.
    round: u32,
}

impl KnownRows {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.listening.clear();
    }

    /// The row with this name.
    pub fn get(&self, name: &SocketId) -> Option<&SocketRow> {
        self.rows.get(name).map(|seen| &seen.row)
    }

    /// The names of the rows in LISTEN.
    pub fn listening(&self) -> impl Iterator<Item = SocketId> {
        self.listening.iter().copied()
    }

    /// The row is there now.
    pub fn learn(&mut self, row: SocketRow, changes: &mut Vec<Change>) {
        let name = row.name();
        let round = self.round;
        let before = self.rows.insert(name, SeenRow { row, round });
        match before.map(|seen| seen.row) {
            Some(from) if from.is_same_socket(&row) => {
                if differs(&from, &row) {
                    changes.push(Change::Moved { from, to: row });
                }
            }
            Some(from) => changes.extend([Change::Vanished(from), Change::Appeared(row)]),
            None => changes.push(Change::Appeared(row)),
        }
        if row.state == TcpState::Listen {
            self.listening.insert(name);
        } else if name.inode != 0 {
            self.listening.remove(&name);
        }
    }

    /// There is no row of this name now.
    pub fn forget(&mut self, name: &SocketId, changes: &mut Vec<Change>) {
        self.listening.remove(name);
        if let Some(seen) = self.rows.remove(name) {
            changes.push(Change::Vanished(seen.row));
        }
    }

    /// These are all rows there are. Nothing is learned about the rows in `spared`: something newer is known of them.
    pub fn learn_all(
        &mut self,
        rows: &[SocketRow],
        spared: &HashSet<SocketId>,
        changes: &mut Vec<Change>,
    ) {
        self.round = self.round.wrapping_add(1);
        let mut news = Vec::new();
        self.learn_some(rows, spared, &mut news);
        let (round, listening) = (self.round, &mut self.listening);
        self.rows.retain(|name, seen| {
            let stays = seen.round == round || spared.contains(name);
            if !stays {
                listening.remove(name);
                changes.push(Change::Vanished(seen.row));
            }
            stays
        });
        changes.append(&mut news);
    }

    /// These rows are there, and perhaps others; nothing is learned about those in `spared`.
    pub fn learn_some(
        &mut self,
        rows: &[SocketRow],
        spared: &HashSet<SocketId>,
        changes: &mut Vec<Change>,
    ) {
        for row in rows {
            if spared.is_empty() || !spared.contains(&row.name()) {
                self.learn(*row, changes);
            }
        }
    }

    /// These are all rows in LISTEN.
    pub fn learn_listening(&mut self, rows: &[SocketRow], changes: &mut Vec<Change>) {
        let now: HashSet<SocketId> = rows.iter().map(SocketRow::name).collect();
        let gone: Vec<SocketId> = self.listening.difference(&now).copied().collect();
        for name in gone {
            self.forget(&name, changes);
        }
        for row in rows {
            self.learn(*row, changes);
        }
    }
}

/// Whether the difference is worth telling: that a timer runs down is not.
fn differs(from: &SocketRow, to: &SocketRow) -> bool {
    let without = |row: &SocketRow| SocketRow { timer: None, cookie: 0, ..*row };
    let jumped = |from: Timer, to: Timer| {
        from.kind != to.kind || from.tries != to.tries || to.left > from.left
    };
    without(from) != without(to)
        || match (from.timer, to.timer) {
            (None, None) => false,
            (Some(from), Some(to)) => jumped(from, to),
            (Some(_), None) | (None, Some(_)) => true,
        }
}
