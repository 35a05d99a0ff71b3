use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::tcp::WireOrder;

/// What the wire's thread and everybody else have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    /// `None` once the thread is to end.
    pub(crate) orders: Mutex<Option<Vec<WireOrder>>>,
    /// Whether there are orders that were not taken yet: cheaper to ask for each frame.
    pub(crate) pending: AtomicBool,
    pub(crate) wake: OwnedFd,
}

impl Shared {
    pub(crate) fn change(&self, change: impl FnOnce(&mut Option<Vec<WireOrder>>)) {
        change(&mut self.orders.lock().unwrap_or_else(PoisonError::into_inner));
        self.pending.store(true, Ordering::Release);
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    /// The orders since the last time; `None` once the thread is to end.
    pub(crate) fn take(&self) -> Option<Vec<WireOrder>> {
        if !self.pending.swap(false, Ordering::AcqRel) {
            return Some(Vec::new());
        }
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.as_mut().map(std::mem::take)
    }
}
