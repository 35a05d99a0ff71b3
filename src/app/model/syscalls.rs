use std::collections::VecDeque;

use crate::tcp::{Moment, Purpose, SyscallTrace};

/// The system calls made on our own sockets, as reported by `net`, the newest last.
#[derive(Clone, Debug, Default)]
pub struct SyscallLog {
    /// Every entry, the oldest first.
    pub entries: VecDeque<SyscallEntry>,
    /// How many calls are kept.
    pub count: usize,
    /// The number of calls that are no longer kept.
    pub forgotten: u64,
}

/// The calls of one socket for one purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyscallEntry {
    /// When they were reported.
    pub at: Moment,
    /// The calls.
    pub record: SyscallTrace,
    /// How many further sockets had the same calls and were left out of the trace.
    pub omitted: u32,
}

const KEPT: usize = 1000;

impl SyscallLog {
    pub(crate) fn made(&mut self, at: Moment, record: SyscallTrace) {
        self.count += record.calls.len();
        self.entries.push_back(SyscallEntry { at, record, omitted: 0 });
        while self.count > KEPT && self.entries.len() > 1 {
            self.forget_one();
        }
    }

    /// Records that further sockets had the same calls as the newest of that purpose.
    pub(crate) fn omitted(&mut self, purpose: Purpose, count: u32) {
        let mut newest = self.entries.iter_mut().rev();
        if let Some(entry) = newest.find(|entry| entry.record.purpose == purpose) {
            entry.omitted = entry.omitted.saturating_add(count);
        }
    }

    /// Drops the oldest entry; entries of listening sockets are kept longer.
    fn forget_one(&mut self) {
        let listens = |entry: &SyscallEntry| {
            entry.record.purpose == Purpose::Listen && entry.record.row.is_some()
        };
        let listening = self.entries.iter().take_while(|entry| listens(entry)).count();
        let place = if listening < self.entries.len().min(LISTENING) { listening } else { 0 };
        if let Some(entry) = self.entries.remove(place) {
            self.count -= entry.record.calls.len();
            self.forgotten += entry.record.calls.len() as u64;
        }
    }
}

/// The number of listening sockets whose calls are always kept.
const LISTENING: usize = 16;
