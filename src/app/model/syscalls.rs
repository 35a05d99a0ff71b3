use std::collections::VecDeque;

use crate::tcp::{Moment, Purpose, SocketId, Syscall, SyscallTrace};

/// The system calls that our own sockets really made, as whoever made them told, the newest last.
#[derive(Clone, Debug, Default)]
pub struct SyscallLog {
    all: VecDeque<SyscallEntry>,
    /// How many calls the entries have.
    count: usize,
    /// How many calls were made too long ago to be kept.
    pub forgotten: u64,
}

/// The calls of one socket, for one deed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyscallEntry {
    /// When they were told.
    pub at: Moment,
    /// The calls.
    pub record: SyscallTrace,
    /// So many more sockets were dealt with like this one, too quickly to be told one by one.
    pub alike: u32,
}

/// How many calls are kept.
const KEPT: usize = 1000;

impl SyscallLog {
    /// Takes note of the calls of one socket.
    pub(crate) fn made(&mut self, at: Moment, record: SyscallTrace) {
        self.count += record.calls.len();
        self.all.push_back(SyscallEntry { at, record, alike: 0 });
        while self.count > KEPT && self.all.len() > 1 {
            self.forget_one();
        }
    }

    /// Takes note that so many more were made like the newest of that deed.
    pub(crate) fn made_alike(&mut self, deed: Purpose, count: u32) {
        let mut newest = self.all.iter_mut().rev();
        if let Some(entry) = newest.find(|entry| entry.record.deed == deed) {
            entry.alike = entry.alike.saturating_add(count);
        }
    }

    /// Forgets the oldest entry; how a socket came to listen is needed longer than the rest.
    fn forget_one(&mut self) {
        let listens = |entry: &SyscallEntry| {
            entry.record.deed == Purpose::Listen && entry.record.row.is_some()
        };
        let listening = self.all.iter().take_while(|entry| listens(entry)).count();
        let place = if listening < self.all.len().min(LISTENING) { listening } else { 0 };
        if let Some(entry) = self.all.remove(place) {
            self.count -= entry.record.calls.len();
            self.forgotten += entry.record.calls.len() as u64;
        }
    }

    /// Every entry, the oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &SyscallEntry> + ExactSizeIterator {
        self.all.iter()
    }

    /// How many entries there were at that moment.
    pub fn until(&self, then: Moment) -> usize {
        self.all.partition_point(|entry| entry.at <= then)
    }

    /// The entry so many after the oldest.
    pub fn entry(&self, n: usize) -> Option<&SyscallEntry> {
        self.all.get(n)
    }

    /// How many calls are kept.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether no call was made yet.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The calls that made a row.
    pub fn that_made(&self, row: SocketId) -> Option<&SyscallEntry> {
        let makes = |asked: Syscall| matches!(asked, Syscall::Socket { .. } | Syscall::Accept);
        let mut newest = self.all.iter().rev();
        newest.find(|entry| {
            let SyscallTrace { row: of, calls, .. } = &entry.record;
            *of == Some(row) && calls.first().is_some_and(|call| makes(call.asked))
        })
    }
}

/// So many sockets that came to listen are remembered in any case.
const LISTENING: usize = 16;
