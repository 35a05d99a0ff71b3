use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::tcp::{Change, SocketId, SocketRow, TcpState};

/// The rows as they were last seen; each `learn` function adds what differs to `changes`.
#[derive(Debug, Default)]
pub struct KnownRows {
    rows: HashMap<SocketId, SeenRow, RandomState>,
    listening: HashSet<SocketId>,
    has_twins: bool,
    round: u32,
}

#[derive(Debug)]
struct SeenRow {
    row: SocketRow,
    round: u32,
}

impl KnownRows {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.listening.clear();
        self.has_twins = false;
    }

    /// The row of this socket.
    pub fn get(&self, id: &SocketId) -> Option<&SocketRow> {
        self.rows.get(id).map(|seen| &seen.row)
    }

    /// The rows in LISTEN.
    pub fn listening(&self) -> impl Iterator<Item = SocketId> {
        self.listening.iter().copied()
    }

    /// Each row that these changes speak of and that exists now, once: a row that was read may have been looked up since.
    pub fn appeared(&self, changes: &[Change]) -> Vec<Change> {
        let mut told = HashSet::with_capacity_and_hasher(changes.len(), RandomState::default());
        let known = changes.iter().filter_map(|change| self.get(&change.row().name()));
        known.filter(|row| told.insert(row.name())).map(|row| Change::Appeared(*row)).collect()
    }

    /// The row exists now.
    pub fn learn(&mut self, row: SocketRow, changes: &mut Vec<Change>) {
        let row = self.told_apart(row);
        self.has_twins |= row.is_twin;
        let id = row.name();
        let round = self.round;
        let before = self.rows.insert(id, SeenRow { row, round });
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
            self.listening.insert(id);
        } else if id.number != 0 {
            self.listening.remove(&id);
        }
    }

    /// The socket has no row now.
    pub fn forget(&mut self, id: &SocketId, changes: &mut Vec<Change>) {
        self.listening.remove(id);
        if let Some(seen) = self.rows.remove(id) {
            changes.push(Change::Vanished(seen.row));
        }
    }

    /// These are all rows. Those in `spared` are left as they are: something newer is known of them.
    pub fn learn_all(
        &mut self,
        rows: &[SocketRow],
        spared: &HashSet<SocketId>,
        changes: &mut Vec<Change>,
    ) {
        self.round = self.round.wrapping_add(1);
        let mut learned = Vec::new();
        self.learn_some(rows, spared, &mut learned);
        let (round, listening) = (self.round, &mut self.listening);
        self.rows.retain(|id, seen| {
            let stays = seen.round == round || spared.contains(id);
            if !stays {
                listening.remove(id);
                changes.push(Change::Vanished(seen.row));
            }
            stays
        });
        changes.append(&mut learned);
    }

    /// These rows exist, and perhaps others; those in `spared` are left as they are.
    pub fn learn_some(
        &mut self,
        rows: &[SocketRow],
        spared: &HashSet<SocketId>,
        changes: &mut Vec<Change>,
    ) {
        let mut others = Vec::new();
        for row in rows {
            let row = self.told_apart(*row);
            if !spared.is_empty() && spared.contains(&row.name()) {
                continue;
            }
            if self.other(&row).is_some_and(|other| row.may_be_twin_of(&other.row)) {
                others.push(row);
            } else {
                self.learn(row, changes);
            }
        }
        for row in others {
            let is_there = self.other(&row).is_some_and(|other| other.round == self.round);
            self.learn(row.as_twin().filter(|_| is_there).unwrap_or(row), changes);
        }
    }

    /// The other socket that has the name of this row.
    fn other(&self, row: &SocketRow) -> Option<&SeenRow> {
        self.rows.get(&row.name()).filter(|seen| !seen.row.is_same_socket(row))
    }

    /// The row by the name that it has: a socket that shared the name of another one keeps its own.
    pub fn told_apart(&self, row: SocketRow) -> SocketRow {
        let twin = self.has_twins.then(|| row.as_twin()).flatten();
        twin.filter(|twin| self.rows.contains_key(&twin.name())).unwrap_or(row)
    }

    /// These are all rows in LISTEN.
    pub fn learn_listening(&mut self, rows: &[SocketRow], changes: &mut Vec<Change>) {
        let now: HashSet<SocketId> = rows.iter().map(SocketRow::name).collect();
        let gone: Vec<SocketId> = self.listening.difference(&now).copied().collect();
        for id in gone {
            self.forget(&id, changes);
        }
        for row in rows {
            self.learn(*row, changes);
        }
    }
}

/// Whether the rows differ in more than a timer that runs down.
fn differs(from: &SocketRow, to: &SocketRow) -> bool {
    let without = |row: &SocketRow| SocketRow { timer: None, cookie: 0, ..*row };
    let timer_differs = match (from.timer, to.timer) {
        (Some(from), Some(to)) => {
            from.kind != to.kind || from.tries != to.tries || to.left > from.left
        }
        (from, to) => from != to,
    };
    timer_differs || without(from) != without(to)
}
