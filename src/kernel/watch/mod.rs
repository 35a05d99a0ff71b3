//! The poller: watches the socket table of one host from two threads of its own and reports what changes.

mod diff;
mod mailbox;
mod planner;
mod schedule;
mod worker;

pub use crate::kernel::watch::diff::KnownRows;
pub use crate::kernel::watch::planner::{LookupOrder, Planner, ReadOrder};
pub use crate::kernel::watch::schedule::Budget;
pub use crate::kernel::watch::worker::{Opener, WatchEvent};

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::kernel::watch::mailbox::{ReadAnswer, ReadRequest, WatchMailbox};
use crate::kernel::watch::worker::watch_until_stopped;
use crate::kernel::{ChangeCounters, ReadError, open, thread_cpu_time};
use crate::tcp::{Filter, Host, Moment, SocketId};

/// How long dropping waits for the threads; one that is handing over a report may end a little later.
const END_TIMEOUT: Duration = Duration::from_millis(50);
/// A request for more lookups than this is as expensive as reading the table.
const MAX_LOOKUPS: usize = 4096;

/// Watches the socket table of one host from two threads: one decides and looks up single rows, one reads whole tables, so that a
/// single row never waits for a table.
///
/// Requests never block. The threads end when this is dropped, or when the receiver of the reports is gone.
pub struct Poller {
    mailbox: Arc<WatchMailbox>,
    /// Disconnected once both threads have ended.
    ended: Receiver<()>,
}

impl Poller {
    /// Watches this machine. `report` hands an event over, may block, and returns whether anybody is left to take it.
    ///
    /// # Errors
    /// When its threads cannot be started.
    pub fn start(
        now: impl Fn() -> Moment + Send + 'static,
        report: impl Fn(WatchEvent) -> bool + Send + 'static,
    ) -> io::Result<Poller> {
        Poller::over(Host::THIS, Box::new(open), ChangeCounters::open, now, report)
    }

    /// Watches the table of `host` through the sources that `opener` opens and the counters that `counters` opens.
    ///
    /// # Errors
    /// When its threads cannot be started.
    pub fn over(
        host: Host,
        opener: Box<Opener>,
        counters: impl Fn() -> ChangeCounters + Send + 'static,
        now: impl Fn() -> Moment + Send + 'static,
        report: impl Fn(WatchEvent) -> bool + Send + 'static,
    ) -> io::Result<Poller> {
        let (running, ended) = channel();
        // Dropped on failure, it ends the thread that could be started.
        let poller = Poller { mailbox: Arc::new(WatchMailbox::default()), ended };
        let spawn = |name: &str, work: Box<dyn FnOnce(&WatchMailbox) + Send>| {
            let (mailbox, running) = (Arc::clone(&poller.mailbox), running.clone());
            let work = move || {
                work(&mailbox);
                drop(running);
            };
            thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
        };
        let watch = move |mailbox: &WatchMailbox| {
            watch_until_stopped(mailbox, (host, &*opener), &counters, &now, &report);
        };
        spawn("poller", Box::new(watch))?;
        spawn("reader", Box::new(read_until_stopped))?;
        drop(running);
        Ok(poller)
    }

    /// Watches these rows from now on; the next report is the whole table, even if they are the same as before.
    pub fn watch(&self, wanted: Filter) {
        self.mailbox.request(|requests| requests.watch = Some(wanted));
    }

    /// Looks these rows up at once.
    pub fn lookup(&self, ids: Vec<SocketId>) {
        self.mailbox.request(|requests| {
            let space = MAX_LOOKUPS.saturating_sub(requests.lookup.len());
            requests.lookup.extend(ids.into_iter().take(space));
        });
    }

    /// Keeps the queues of these rows up to date: they are on the screen, at most about a hundred.
    pub fn set_visible(&self, ids: Vec<SocketId>) {
        self.mailbox.request(|requests| requests.visible = Some(ids));
    }

    /// Asks for the `tcp_info` of these connections, one or two, until others are named.
    pub fn inspect(&self, ids: Vec<SocketId>) {
        self.mailbox.request(|requests| requests.inspect = Some(ids));
    }

    /// Ends the threads.
    pub fn stop(&self) {
        self.mailbox.stop();
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.stop();
        let _ = self.ended.recv_timeout(END_TIMEOUT);
    }
}

fn read_until_stopped(mailbox: &WatchMailbox) {
    while let Some(ReadRequest { order, mut source, mut reading }) = mailbox.next_read() {
        let before = thread_cpu_time();
        let read = AssertUnwindSafe(|| source.read(&order.wanted, &mut reading));
        let outcome = catch_unwind(read);
        let cost = thread_cpu_time().saturating_sub(before) + reading.beside;
        let (source, outcome) = match outcome {
            Ok(outcome) => (Some(source), outcome.map(|()| cost)),
            Err(_) => (None, Err(ReadError::Garbled("the reader panicked"))),
        };
        let answer = ReadAnswer { order, source, reading, outcome };
        mailbox.request(|requests| requests.answer = Some(answer));
    }
}
