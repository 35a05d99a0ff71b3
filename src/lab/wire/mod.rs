//! The wire between the lab's computers, and what the one who holds it does with it.

pub(crate) mod decode;
pub(crate) mod forwarder;
pub(crate) mod impairment;
pub(crate) mod packet_socket;
pub(crate) mod pcapng;
pub(crate) mod port;
pub(crate) mod reporter;
pub(crate) mod shared;

pub use crate::lab::wire::decode::segment;
pub use crate::lab::wire::impairment::FrameFate;
pub use crate::lab::wire::impairment::FrameInfo;
pub use crate::lab::wire::impairment::Impairment;
pub use crate::lab::wire::pcapng::Capture;

use std::any::Any;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::thread;
use std::thread::JoinHandle;

use rustix::event::{EventfdFlags, eventfd};

use crate::lab::wire::forwarder::Forwarder;
use crate::lab::wire::port::WirePort;
use crate::lab::wire::reporter::Reporter;
use crate::lab::wire::shared::Shared;
use crate::tcp::{Host, Moment, WireEvent, WireOrder};

/// Carries frames between the computers of a lab, on a thread of its own, until it is dropped.
#[derive(Debug)]
pub struct Wire {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
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
        tell: impl FnMut(Vec<WireEvent>) -> Result<(), Vec<WireEvent>> + Send + 'static,
        capture: Option<Capture>,
        broke: impl FnOnce(Box<dyn Any + Send>) + Send + 'static,
    ) -> std::io::Result<Wire> {
        let shared = Arc::new(Shared {
            orders: Mutex::new(Some(Vec::new())),
            pending: AtomicBool::new(false),
            wake: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
        });
        let forwarder = Forwarder {
            ends: ends.into_iter().map(WirePort::new).collect(),
            shared: Arc::clone(&shared),
            clock,
            teller: Reporter::new(Box::new(tell)),
            capture,
            cable: Impairment::default(),
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
