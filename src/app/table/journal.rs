use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use crate::app::Table;
use crate::app::table::{RowChange, TableEvent};
use crate::tcp::{Moment, SocketId, SocketRow};

/// What happened to the table, one entry for each look that brought something, so that the past can be shown: the oldest entries are
/// folded into the table they lead to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    /// The table before the first entry, and when it was that.
    base: Table,
    base_at: Moment,
    entries: VecDeque<JournalEntry>,
    /// How many entries, and steps among them, are folded into the base.
    folded: (usize, usize),
    /// How many steps there were since the start.
    steps: usize,
    /// When the first entry of the newest step came.
    begun: Option<Moment>,
    /// How many bytes the entries take.
    bytes: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct JournalEntry {
    at: Moment,
    what: TableEvent,
    /// Whether something can be seen that differs, and nothing after it belongs to the same step.
    is_step: bool,
}

/// What a fact is to somebody who steps through the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepKind {
    /// Nothing: all that differs is timers.
    None,
    /// A step of its own.
    New,
    /// One with the step before, if that has just begun.
    MayGoOn,
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
    /// What several tables show within this time, one read after the other, may have been there at once.
    const TOGETHER: Duration = Duration::from_millis(100);

    /// A journal that begins with this table.
    pub(crate) fn starting(base: Table) -> Journal {
        Journal { base, ..Journal::default() }
    }

    /// Notes what was done to the table; says whether the oldest had to be folded for the first time.
    pub(crate) fn note(&mut self, at: Moment, what: TableEvent, step: StepKind) -> bool {
        let is_young = |begun: Moment| at.since(begun) < Journal::TOGETHER;
        let goes_on = step == StepKind::MayGoOn && self.begun.is_some_and(is_young);
        let newest = self.entries.iter_mut().rev().find(|entry| entry.is_step);
        let newest = newest.filter(|_| goes_on);
        match (step, newest) {
            (StepKind::None, _) => (),
            // One table without the other would be a picture that never was.
            (_, Some(newest)) => newest.is_step = false,
            (StepKind::New | StepKind::MayGoOn, None) => {
                self.steps += 1;
                self.begun = Some(at);
            }
        }
        let is_step = step != StepKind::None;
        let entry = JournalEntry { at, what, is_step };
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        let had_all = self.folded.0 == 0;
        while self.bytes > Journal::MOST && self.fold() {}
        had_all && self.folded.0 > 0
    }

    /// What is noted from now on goes on with no step of before.
    pub(crate) fn begin_step(&mut self) {
        self.begun = None;
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

    /// The rows that the last step of `past` is about, each as it was before, if it was there; none where that is not known any more.
    pub(crate) fn last_step(&self, past: &Past) -> Vec<(SocketId, Option<SocketRow>)> {
        let Some(last) = past.taken.checked_sub(self.folded.0 + 1) else {
            return Vec::new();
        };
        if past.paused || !self.entries.get(last).is_some_and(|entry| entry.is_step) {
            return Vec::new();
        }
        let before = self.entries.range(..last).rposition(|entry| entry.is_step);
        let first = before.map_or(0, |before| before + 1);
        let mut names = Vec::new();
        let mut unknown = HashSet::new();
        for name in self.entries.range(first..=last).flat_map(JournalEntry::names) {
            if unknown.insert(name) {
                names.push(name);
            }
        }
        let mut rows = HashMap::new();
        for entry in self.entries.range(..first).rev() {
            if unknown.is_empty() {
                break;
            }
            entry.tell(&mut unknown, &mut rows);
        }
        for name in unknown {
            let line = self.base.get(name).filter(|line| line.gone.is_none());
            rows.insert(name, line.map(|line| line.row));
        }
        let was = |name: SocketId| (name, rows.get(&name).copied().flatten());
        names.into_iter().map(was).collect()
    }
}

impl JournalEntry {
    /// The rows that it is about.
    fn names(&self) -> Vec<SocketId> {
        match &self.what {
            TableEvent::Look { rows, .. } => rows.iter().map(RowChange::name).collect(),
            TableEvent::Ended { name, .. } => vec![*name],
            TableEvent::Laid => Vec::new(),
        }
    }

    /// Tells how those rows were after it that are not known yet, as far as it says so.
    fn tell(
        &self,
        unknown: &mut HashSet<SocketId>,
        known: &mut HashMap<SocketId, Option<SocketRow>>,
    ) {
        let TableEvent::Look { afresh, rows } = &self.what else {
            return;
        };
        for noted in rows {
            if unknown.remove(&noted.name()) {
                let row = match noted {
                    RowChange::There(row, _) => Some(*row),
                    RowChange::Gone(_) => None,
                };
                known.insert(noted.name(), row);
            }
        }
        unknown.retain(|name| Some(name.host) != *afresh);
    }

    fn bytes(&self) -> usize {
        let rows = match &self.what {
            TableEvent::Look { rows, .. } => rows.len(),
            TableEvent::Ended { .. } | TableEvent::Laid => 0,
        };
        size_of::<JournalEntry>() + rows * size_of::<RowChange>()
    }
}
