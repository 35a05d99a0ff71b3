//! The wire between the lab's computers, and what the one who holds it does with it.

mod cable;
mod capture;
mod end;
mod forward;
mod segment;
mod teller;

pub use cable::{Cable, Load, Put};
pub use capture::Capture;
pub use segment::segment;

use std::any::Any;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rustix::event::{EventfdFlags, eventfd};

use crate::lab::wire::end::End;
use crate::lab::wire::forward::Forwarder;
use crate::lab::wire::teller::Teller;
use crate::tcp::{Host, Moment, WireNews, WireOrder};

/// Carries frames between the computers of a lab, on a thread of its own, until it is dropped.
#[derive(Debug)]
pub struct Wire {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What the wire's thread and everybody else have in common.
#[derive(Debug)]
struct Shared {
    /// `None` once the thread is to end.
    orders: Mutex<Option<Vec<WireOrder>>>,
    /// Whether there are orders that were not taken yet: cheaper to ask for each frame.
    pending: AtomicBool,
    wake: OwnedFd,
}

impl Wire {
    /// Connects the ends. `clock` says when things happen; `tell` is handed what happens, in batches, and gives back at once what it has no
    /// room for; `capture` writes down what crosses. Should the thread panic, `broke` is handed the panic: then nothing crosses any more.
    ///
    /// # Errors
    /// When a thread or a descriptor cannot be had.
    pub fn start(
        ends: Vec<(Host, OwnedFd)>,
        clock: impl Fn() -> Moment + Send + 'static,
        tell: impl FnMut(Vec<WireNews>) -> Result<(), Vec<WireNews>> + Send + 'static,
        capture: Option<Capture>,
        broke: impl FnOnce(Box<dyn Any + Send>) + Send + 'static,
    ) -> std::io::Result<Wire> {
        let shared = Arc::new(Shared {
            orders: Mutex::new(Some(Vec::new())),
            pending: AtomicBool::new(false),
            wake: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
        });
        let forwarder = Forwarder {
            ends: ends.into_iter().map(End::new).collect(),
            shared: Arc::clone(&shared),
            clock,
            teller: Teller::new(Box::new(tell)),
            capture,
            cable: Cable::default(),
            count: 0,
            steps: 0,
            asked: Moment::default(),
            awake_until: Moment::default(),
        };
        let thread = thread::Builder::new().name("wire".to_owned()).spawn(move || {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| forwarder.run())) {
                broke(panic);
            }
        })?;
        Ok(Wire { shared, thread: Some(thread) })
    }

    /// Has the wire do this, at once.
    pub fn order(&self, order: WireOrder) {
        self.shared.change(|orders| {
            if let Some(orders) = orders {
                orders.push(order);
            }
        });
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.shared.change(|orders| *orders = None);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn change(&self, change: impl FnOnce(&mut Option<Vec<WireOrder>>)) {
        change(&mut self.orders.lock().unwrap_or_else(PoisonError::into_inner));
        self.pending.store(true, Ordering::Release);
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    /// The orders since the last time; `None` once the thread is to end.
    fn take(&self) -> Option<Vec<WireOrder>> {
        if !self.pending.swap(false, Ordering::AcqRel) {
            return Some(Vec::new());
        }
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        orders.as_mut().map(std::mem::take)
    }
}
