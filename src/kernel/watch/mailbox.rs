use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::kernel::watch::ReadOrder;
use crate::kernel::{ReadResult, Reading, SocketSource};
use crate::tcp::{Filter, SocketId};

/// What a poller and its two threads exchange. Nothing waits for space: a newer request replaces or joins the older.
#[derive(Default)]
pub(super) struct WatchMailbox {
    slots: Mutex<Slots>,
    for_planner: Condvar,
    for_reader: Condvar,
}

#[derive(Default)]
struct Slots {
    requests: Requests,
    read: Option<ReadRequest>,
    is_stopped: bool,
}

#[derive(Default)]
pub(super) struct Requests {
    pub(super) watch: Option<Filter>,
    pub(super) lookup: Vec<SocketId>,
    pub(super) visible: Option<Vec<SocketId>>,
    pub(super) inspect: Option<Vec<SocketId>>,
    pub(super) answer: Option<ReadAnswer>,
}

impl Requests {
    fn are_urgent(&self) -> bool {
        self.watch.is_some() || !self.lookup.is_empty() || self.answer.is_some()
    }
}

pub(super) struct ReadRequest {
    pub(super) order: ReadOrder,
    pub(super) source: Box<dyn SocketSource>,
    pub(super) reading: Reading,
}

/// The answer to a [`ReadRequest`]; the source is lost when it panicked.
pub(super) struct ReadAnswer {
    pub(super) order: ReadOrder,
    pub(super) source: Option<Box<dyn SocketSource>>,
    pub(super) reading: Reading,
    pub(super) outcome: ReadResult<Duration>,
}

impl WatchMailbox {
    pub(super) fn request(&self, add: impl FnOnce(&mut Requests)) {
        let mut slots = self.slots();
        add(&mut slots.requests);
        if slots.requests.are_urgent() {
            self.for_planner.notify_one();
        }
    }

    /// Takes the requests, after waiting for an urgent one for at most `pause`; `None` when the thread is to end.
    pub(super) fn take_requests(&self, pause: Duration) -> Option<Requests> {
        let is_idle = |slots: &mut Slots| !slots.is_stopped && !slots.requests.are_urgent();
        let (mut slots, _) = self
            .for_planner
            .wait_timeout_while(self.slots(), pause, is_idle)
            .unwrap_or_else(PoisonError::into_inner);
        (!slots.is_stopped).then(|| mem::take(&mut slots.requests))
    }

    pub(super) fn read(&self, request: ReadRequest) {
        self.slots().read = Some(request);
        self.for_reader.notify_one();
    }

    pub(super) fn next_read(&self) -> Option<ReadRequest> {
        let is_idle = |slots: &mut Slots| !slots.is_stopped && slots.read.is_none();
        let mut slots = self
            .for_reader
            .wait_while(self.slots(), is_idle)
            .unwrap_or_else(PoisonError::into_inner);
        if slots.is_stopped { None } else { slots.read.take() }
    }

    pub(super) fn stop(&self) {
        self.slots().is_stopped = true;
        self.for_planner.notify_all();
        self.for_reader.notify_all();
    }

    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
