use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::tcp::CloseKind;

/// How orders reach the task that owns one end of a connection.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    orders: Mutex<Orders>,
    /// Rings when there is an order.
    pub(crate) bell: Notify,
}

/// What is to be done at one end, in this order.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    /// Bytes to write, one entry for each write.
    pub(crate) send: Vec<Vec<u8>>,
    /// Something was not taken in, because too much waits already.
    pub(crate) refused: bool,
    /// shutdown(`SHUT_WR`) after that.
    pub(crate) half_close: bool,
    /// close() after that.
    pub(crate) end: Option<CloseKind>,
}

impl Mailbox {
    /// At most so many bytes wait to be taken over by the task, and as many for the kernel to take them.
    pub(crate) const UNSENT: usize = 1 << 20;

    pub(crate) fn send(&self, bytes: Vec<u8>) {
        self.order(|orders| {
            let waiting: usize = orders.send.iter().map(Vec::len).sum();
            if waiting > 0 && waiting + bytes.len() > Mailbox::UNSENT {
                orders.refused = true;
            } else {
                orders.send.push(bytes);
            }
        });
    }

    pub(crate) fn half_close(&self) {
        self.order(|orders| orders.half_close = true);
    }

    /// A RST asked for stays a RST.
    pub(crate) fn end(&self, how: CloseKind) {
        self.order(|orders| {
            if orders.end != Some(CloseKind::Abort) {
                orders.end = Some(how);
            }
        });
    }

    /// The orders given since the last time.
    pub(crate) fn take(&self) -> Orders {
        std::mem::take(&mut *self.orders.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn order(&self, give: impl FnOnce(&mut Orders)) {
        give(&mut self.orders.lock().unwrap_or_else(PoisonError::into_inner));
        self.bell.notify_one();
    }
}
