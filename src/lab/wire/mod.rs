//! The wire between the lab's computers: forwards, delays, loses, reports and captures frames.

mod capture_file;
mod datagrams;
mod decode;
mod forwarder;
mod impairment;
mod pcapng;
pub(super) mod port;
mod reporter;
mod retransmission;

pub use crate::lab::wire::decode::segment;
pub use crate::lab::wire::impairment::{FrameFate, FrameInfo, Impairment};
pub use crate::lab::wire::pcapng::Capture;

use std::any::Any;
use std::os::fd::OwnedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rustix::event::{EventfdFlags, eventfd};

use crate::lab::wire::forwarder::Forwarder;
use crate::lab::wire::port::WirePort;
use crate::lab::wire::reporter::Reporter;
use crate::tcp::{Host, Moment, WireEvent, WireOrder};

/// How many orders wait for the wire's thread, which takes them in microseconds; a key with a count gives many at once. The next one waits
/// for space, as an order that was left out would make the dashboard show another wire than there is. The thread never waits for the giver.
const MOST_ORDERS: usize = 1024;

/// Carries frames between the computers of a lab, on a thread of its own, until it is dropped.
#[derive(Debug)]
pub struct Wire {
    /// `None` once the thread is to end.
    orders: Option<SyncSender<WireOrder>>,
    wake: Arc<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

impl Wire {
    /// Connects the packet sockets of the computers. `report` takes batches of events, and returns at once those it has no space for;
    /// `capture` writes what crosses. If the thread panics, `on_panic` gets the panic, and nothing crosses any more.
    ///
    /// # Errors
    /// When a thread or a descriptor cannot be created.
    pub fn start(
        sockets: Vec<(Host, OwnedFd)>,
        clock: impl Fn() -> Moment + Send + 'static,
        report: impl FnMut(Vec<WireEvent>) -> Result<(), Vec<WireEvent>> + Send + 'static,
        capture: Option<Capture>,
        on_panic: impl FnOnce(Box<dyn Any + Send>) + Send + 'static,
    ) -> std::io::Result<Wire> {
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (orders, given) = sync_channel(MOST_ORDERS);
        let ports = sockets.into_iter().map(WirePort::new).collect();
        let reporter = Reporter::new(Box::new(report));
        let forwarder = Forwarder::new(ports, (given, Arc::clone(&wake)), clock, reporter, capture);
        let thread = thread::Builder::new().name("wire".to_owned()).spawn(move || {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| forwarder.run())) {
                on_panic(panic);
            }
        })?;
        Ok(Wire { orders: Some(orders), wake, thread: Some(thread) })
    }

    /// Gives the wire an order, which it carries out at once.
    pub fn order(&self, order: WireOrder) {
        if let Some(orders) = &self.orders {
            // It fails when the thread has panicked.
            let _ = orders.send(order);
        }
        self.wake();
    }

    fn wake(&self) {
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.orders = None;
        self.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
