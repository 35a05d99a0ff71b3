//! What came out of a program so far, and how to wait for more.

use std::num::NonZeroU16;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::clock::{Deadline, now};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk {
    pub(crate) at: Instant,
    pub(crate) end: usize,
}

pub(crate) struct Seen {
    pub(crate) parser: vt100::Parser,
    pub(crate) raw: Vec<u8>,
    pub(crate) chunks: Vec<Chunk>,
    ended: bool,
}

pub(crate) fn blank(cols: u16, rows: u16) -> vt100::Parser {
    vt100::Parser::new(at_least_one(rows), at_least_one(cols), 0)
}

/// The same number, or one where it is zero: a screen cannot be empty.
pub(crate) fn at_least_one(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN)
}

/// Output that one thread writes down and others wait for.
pub(crate) struct Watch {
    seen: Mutex<Seen>,
    grown: Condvar,
}

impl Watch {
    pub(crate) fn new(cols: u16, rows: u16) -> Watch {
        let seen =
            Seen { parser: blank(cols, rows), raw: Vec::new(), chunks: Vec::new(), ended: false };
        Watch { seen: Mutex::new(seen), grown: Condvar::new() }
    }

    pub(crate) fn look(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn feed(&self, bytes: &[u8]) {
        let mut seen = self.look();
        seen.parser.process(bytes);
        seen.raw.extend_from_slice(bytes);
        let end = seen.raw.len();
        seen.chunks.push(Chunk { at: now(), end });
        self.grown.notify_all();
    }

    pub(crate) fn end(&self) {
        self.look().ended = true;
        self.grown.notify_all();
    }

    /// What `answer` finds, as soon as it finds something; `None` after `limit`, or when nothing more will come.
    pub(crate) fn until<T>(
        &self,
        limit: Duration,
        mut answer: impl FnMut(&Seen) -> Option<T>,
    ) -> Option<T> {
        let deadline = Deadline::after(limit);
        let mut seen = self.look();
        loop {
            let found = answer(&seen);
            let left = deadline.left();
            if found.is_some() || seen.ended || left.is_zero() {
                return found;
            }
            seen = self.grown.wait_timeout(seen, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether nothing more will come; waits for that at most `limit`.
    pub(crate) fn ends_within(&self, limit: Duration) -> bool {
        self.until(limit, |_| None::<()>);
        self.look().ended
    }
}
