use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::tcp::WireOrder;

/// What the wire's thread shares with its owner.
#[derive(Debug)]
pub(super) struct Shared {
    /// `None` once the thread is to end.
    pub(super) orders: Mutex<Option<Vec<WireOrder>>>,
    /// Whether there are new orders: cheaper to check for each frame than the mutex.
    pub(super) pending: AtomicBool,
    pub(super) wake: OwnedFd,
}

impl Shared {
    pub(super) fn change(&self, change: impl FnOnce(&mut Option<Vec<WireOrder>>)) {
        change(&mut self.orders.lock().unwrap_or_else(PoisonError::into_inner));
        self.pending.store(true, Ordering::Release);
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    /// The new orders; `None` once the thread is to end.
    pub(super) fn take(&self) -> Option<Vec<WireOrder>> {
        if !self.pending.swap(false, Ordering::AcqRel) {
            return Some(Vec::new());
        }
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.as_mut().map(std::mem::take)
    }
}
