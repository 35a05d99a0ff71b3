use std::collections::VecDeque;

use crate::app::Table;
use crate::tcp::{Ending, Host, Moment, RowName, SocketRow, TcpState};

/// What happened to the table, one entry for each look that brought something, so that the past can be shown: the oldest entries are
/// folded into the table they lead to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    /// The table before the first entry, and when it was that.
    base: Table,
    base_at: Moment,
    entries: VecDeque<Entry>,
    /// How many entries, and steps among them, are folded into the base.
    folded: (usize, usize),
    /// How many steps there were since the start.
    steps: usize,
    /// How many bytes the entries take.
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    at: Moment,
    what: What,
    /// Whether something can be seen that differs.
    is_step: bool,
}

/// A fact about the table.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// It was looked at.
    Look {
        /// The computer whose rows these are all, if they are.
        afresh: Option<Host>,
        /// The rows that differ.
        rows: Box<[Noted]>,
    },
    /// One of our own ends was told about its end.
    Ended {
        name: RowName,
        how: Ending,
        /// Which state it had reached at least, as far as its own calls tell.
        reached: Option<TcpState>,
        /// Whether it was the end of a server of ours.
        serves: bool,
    },
    /// The ghosts whose time was over were taken away.
    Laid,
}

/// A row as a look showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noted {
    /// It is there; and whether it was the end of a server of ours then.
    There(SocketRow, bool),
    /// It is there no more.
    Gone(SocketRow),
}

/// A table of the past, which stands still.
#[derive(Clone, Debug)]
pub struct Past {
    /// How many steps had been made then, since the start.
    pub step: usize,
    /// When it was that way.
    pub at: Moment,
    /// Whether the table was only stopped, and not stepped through.
    pub paused: bool,
    pub(crate) table: Table,
    /// How many entries made it.
    taken: usize,
}

impl Journal {
    /// How many bytes the entries may take; the base comes on top of it.
    const MOST: usize = 16 << 20;

    /// A journal that begins with this table.
    pub(crate) fn starting(base: Table) -> Journal {
        Journal {
            base,
            ..Journal::default()
        }
    }

    /// Notes what was done to the table; says whether the oldest had to be folded for the first time.
    pub(crate) fn note(&mut self, at: Moment, what: What, is_step: bool) -> bool {
        let entry = Entry { at, what, is_step };
        self.steps += usize::from(is_step);
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        let had_all = self.folded.0 == 0;
        while self.bytes > Journal::MOST && self.fold() {}
        had_all && self.folded.0 > 0
    }

    fn fold(&mut self) -> bool {
        let Some(entry) = self.entries.pop_front() else {
            return false;
        };
        self.bytes -= entry.bytes();
        self.base.take(entry.at, &entry.what);
        self.base_at = entry.at;
        self.folded.0 += 1;
        self.folded.1 += usize::from(entry.is_step);
        true
    }

    /// The step before which nothing is known any more, and the newest.
    pub(crate) fn steps(&self) -> (usize, usize) {
        (self.folded.1, self.steps)
    }

    /// The table as it is now, `live`, to stand still.
    pub(crate) fn stop(&self, at: Moment, live: &Table) -> Past {
        Past {
            step: self.steps,
            at,
            paused: true,
            table: live.clone(),
            taken: self.folded.0 + self.entries.len(),
        }
    }

    /// The table after so many steps since the start, or the oldest that is known.
    pub(crate) fn replay(&self, step: usize) -> Past {
        let mut past = Past {
            step: self.folded.1,
            at: self.base_at,
            paused: false,
            table: self.base.clone(),
            taken: self.folded.0,
        };
        while past.step < step && self.forward(&mut past) {}
        past
    }

    /// Makes one step; says whether there was one.
    pub(crate) fn forward(&self, past: &mut Past) -> bool {
        if past.taken < self.folded.0 {
            *past = self.replay(0);
            return true;
        }
        for entry in self.entries.range(past.taken - self.folded.0..) {
            past.taken += 1;
            past.table.take(entry.at, &entry.what);
            if entry.is_step {
                (past.step, past.at, past.paused) = (past.step + 1, entry.at, false);
                return true;
            }
        }
        false
    }

    /// The fact that made the last step of `past`, while it is known.
    pub(crate) fn last_step(&self, past: &Past) -> Option<&What> {
        let place = past.taken.checked_sub(self.folded.0 + 1)?;
        let entry = self.entries.get(place)?;
        Some(&entry.what).filter(|_| entry.is_step && !past.paused)
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        let rows = match &self.what {
            What::Look { rows, .. } => rows.len(),
            What::Ended { .. } | What::Laid => 0,
        };
        size_of::<Entry>() + rows * size_of::<Noted>()
    }
}
