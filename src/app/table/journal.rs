use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use crate::app::Table;
use crate::app::table::{RowChange, TableEvent};
use crate::tcp::{Moment, SocketId, SocketRow};

/// The changes of the table, so that the past can be replayed. The oldest entries are folded into a base table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    /// The table before the first entry, and its time.
    base: Table,
    base_at: Moment,
    entries: VecDeque<JournalEntry>,
    /// How many entries, and steps among them, are folded into the base.
    folded: (usize, usize),
    steps: usize,
    begun: Option<Moment>,
    bytes: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct JournalEntry {
    at: Moment,
    what: TableEvent,
    /// Whether it ends a step: something visible changed, and no later entry belongs to the same step.
    is_step: bool,
}

/// How an entry counts as a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepKind {
    /// No step: only timers changed.
    None,
    /// A step of its own.
    New,
    /// Part of the step before, if that has just begun.
    MayGoOn,
}

/// The table at a moment of the past.
#[derive(Clone, Debug)]
pub struct Past {
    /// How many steps since the start.
    pub step: usize,
    /// Its time.
    pub at: Moment,
    /// Whether the table was only stopped, and not stepped through.
    pub paused: bool,
    pub(crate) table: Table,
    /// How many entries it includes.
    taken: usize,
}

impl Journal {
    /// How many bytes the entries may take, without the base.
    const MOST: usize = 16 << 20;
    /// Tables that are read one after the other within this time are one step.
    const TOGETHER: Duration = Duration::from_millis(100);

    pub(crate) fn starting(base: Table) -> Journal {
        Journal { base, ..Journal::default() }
    }

    /// Adds an entry; says whether the oldest one was folded for the first time.
    pub(crate) fn note(&mut self, at: Moment, what: TableEvent, step: StepKind) -> bool {
        let is_young = |begun: Moment| at.since(begun) < Journal::TOGETHER;
        let goes_on = step == StepKind::MayGoOn && self.begun.is_some_and(is_young);
        let newest = self.entries.iter_mut().rev().find(|entry| entry.is_step);
        let newest = newest.filter(|_| goes_on);
        match (step, newest) {
            (StepKind::None, _) => (),
            // One table without the other would show a state that never existed.
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

    /// Starts a new step: the next entry is not merged with the previous one.
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

    /// The oldest step that is known, and the newest.
    pub(crate) fn steps(&self) -> (usize, usize) {
        (self.folded.1, self.steps)
    }

    pub(crate) fn stop(&self, at: Moment, live: &Table) -> Past {
        Past {
            step: self.steps,
            at,
            paused: true,
            table: live.clone(),
            taken: self.folded.0 + self.entries.len(),
        }
    }

    /// The table after `step` steps, or the oldest that is known.
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

    /// Steps forward; returns whether there was a step.
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

    /// The rows that the last step of `past` changed, each as it was before; empty if that is not known any more.
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
    fn names(&self) -> impl Iterator<Item = SocketId> {
        let ended = if let TableEvent::Ended { name, .. } = self.what { Some(name) } else { None };
        self.what.rows().iter().map(|change| change.row.name()).chain(ended)
    }

    /// Moves the rows that this entry shows from `unknown` to `known`.
    fn tell(
        &self,
        unknown: &mut HashSet<SocketId>,
        known: &mut HashMap<SocketId, Option<SocketRow>>,
    ) {
        let TableEvent::Look { afresh, rows } = &self.what else {
            return;
        };
        for RowChange { row, is_gone, .. } in rows {
            if unknown.remove(&row.name()) {
                known.insert(row.name(), Some(*row).filter(|_| !is_gone));
            }
        }
        unknown.retain(|name| Some(name.host) != *afresh);
    }

    fn bytes(&self) -> usize {
        size_of::<JournalEntry>() + size_of_val(self.what.rows())
    }
}
