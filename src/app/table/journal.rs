use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use crate::app::table::TableEvent;
use crate::app::{Spotlight, Table};
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
    /// What changed before does not belong to the step.
    from: Moment,
    /// Since when the past is shown.
    pub(crate) entered: Moment,
    /// Whether the table was only stopped, and not stepped through.
    pub paused: bool,
    pub(crate) table: Table,
    /// The rows that the last step changed, each as it was before.
    pub(crate) changed: Vec<(SocketId, Option<SocketRow>)>,
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
        let newest = self.entries.iter_mut().rev().find(|entry| entry.is_step).filter(|_| goes_on);
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
        let Some(entry) = self.entries.pop_front() else { return false };
        self.bytes -= entry.bytes();
        self.base.take(entry.at, &entry.what);
        self.base_at = entry.at;
        self.folded.0 += 1;
        self.folded.1 += usize::from(entry.is_step);
        true
    }

    pub(crate) fn steps(&self) -> (usize, usize) {
        (self.folded.1, self.steps)
    }

    pub(crate) fn stop(&self, at: Moment, live: &Table) -> Past {
        let taken = self.folded.0 + self.entries.len();
        Past { paused: true, ..Past::new(self.steps, at, live.clone(), taken) }
    }

    /// The table after `step` steps, or the oldest that is known.
    pub(crate) fn replay(&self, step: usize, entered: Moment) -> Past {
        let (taken, base_step) = self.folded;
        let base = Past::new(base_step, self.base_at, self.base.clone(), taken);
        let mut past = Past { entered, ..base };
        while past.step < step && self.forward(&mut past) {}
        past
    }

    /// Steps forward; returns whether there was a step.
    pub(crate) fn forward(&self, past: &mut Past) -> bool {
        if past.taken < self.folded.0 {
            *past = self.replay(0, past.entered);
            return true;
        }
        let (mut names, mut changed) = (HashSet::new(), Vec::new());
        for entry in self.entries.range(past.taken - self.folded.0..) {
            for name in entry.names().filter(|name| names.insert(*name)) {
                let line = past.table.get(name).filter(|line| line.gone.is_none());
                changed.push((name, line.map(|line| line.row)));
            }
            past.taken += 1;
            past.table.take(entry.at, &entry.what);
            if entry.is_step {
                let is_first = past.step == 0;
                past.from = if is_first { past.at } else { past.at.plus(Duration::from_nanos(1)) };
                (past.step, past.at, past.paused) = (past.step + 1, entry.at, false);
                past.changed = changed;
                return true;
            }
        }
        false
    }
}

impl Past {
    fn new(step: usize, at: Moment, table: Table, taken: usize) -> Past {
        let (from, entered) = (at, at);
        Past { step, at, from, entered, paused: false, table, changed: Vec::new(), taken }
    }

    /// The rows of the step, and no others.
    pub(crate) fn spotlight(&self) -> Spotlight {
        Spotlight { from: self.from, until: self.at, now: self.at }
    }
}

impl JournalEntry {
    fn names(&self) -> impl Iterator<Item = SocketId> {
        let ended = if let TableEvent::Ended { name, .. } = self.what { Some(name) } else { None };
        self.what.rows().iter().map(|change| change.row.name()).chain(ended)
    }

    fn bytes(&self) -> usize {
        size_of::<JournalEntry>() + size_of_val(self.what.rows())
    }
}
