use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use crate::net::lock;
use crate::tcp::CloseKind;

#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    orders: Mutex<Orders>,
    /// Not among the orders: it counts for a FIN that is read before they are taken.
    stays_open: AtomicBool,
    pub(super) has_orders: Notify,
}

#[derive(Debug, Default)]
pub(super) struct Orders {
    pub(super) send: Vec<Vec<u8>>,
    /// Some bytes were not accepted, because too many are waiting.
    pub(super) overflowed: bool,
    pub(super) half_close: bool,
    pub(super) close: Option<CloseKind>,
}

impl Mailbox {
    /// The most bytes that wait for the task, and as many for the kernel.
    pub(super) const MOST_UNSENT: usize = 1 << 20;

    pub(crate) fn send(&self, bytes: Vec<u8>) {
        self.order(|orders| {
            let waiting: usize = orders.send.iter().map(Vec::len).sum();
            if waiting > 0 && waiting + bytes.len() > Mailbox::MOST_UNSENT {
                orders.overflowed = true;
            } else {
                orders.send.push(bytes);
            }
        });
    }

    pub(crate) fn half_close(&self) {
        self.order(|orders| orders.half_close = true);
    }

    pub(crate) fn stay_open(&self, stays_open: bool) {
        self.stays_open.store(stays_open, Ordering::Release);
        self.has_orders.notify_one();
    }

    pub(super) fn stays_open(&self) -> bool {
        self.stays_open.load(Ordering::Acquire)
    }

    /// An earlier order to abort is not replaced.
    pub(crate) fn close(&self, how: CloseKind) {
        self.order(|orders| {
            if orders.close != Some(CloseKind::Abort) {
                orders.close = Some(how);
            }
        });
    }

    pub(super) fn take(&self) -> Orders {
        std::mem::take(&mut *lock(&self.orders))
    }

    fn order(&self, give: impl FnOnce(&mut Orders)) {
        give(&mut lock(&self.orders));
        self.has_orders.notify_one();
    }
}
