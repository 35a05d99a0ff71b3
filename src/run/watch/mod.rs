pub(crate) mod budget;
pub(crate) mod diff;
pub(crate) mod mailbox;
pub(crate) mod planner;
pub(crate) mod schedule;
pub(crate) mod worker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::app::Event;
use crate::kernel::{ChangeCounters, ReadError, open, spent};
use crate::run::watch::mailbox::{ReadAnswer, ReadRequest, WatchMailbox};
use crate::run::watch::worker::{Opener, watch_until_stopped};
use crate::tcp::{Filter, Host, SocketId};

/// How long the end is waited for; a thread that hands over a report at that moment goes a little later.
const PATIENCE: Duration = Duration::from_millis(50);

/// Watches the socket table of one host from two threads of its own: one decides and looks up single rows, one reads whole tables,
/// so that a single row never waits for a table.
///
/// Wishes never block. The threads end when this is dropped, or when nobody takes the reports any more.
pub struct Poller {
    ui: Arc<WatchMailbox>,
}

impl Poller {
    /// Watches this machine. `report` hands an event over, may wait for room, and says whether anybody is left to take it.
    pub fn start(report: impl Fn(Event) -> bool + Send + 'static) -> Poller {
        Poller::over(Host::THIS, Box::new(open), ChangeCounters::open, report)
    }

    /// Watches the table of `host` through the sources that `opener` opens, and the pulse that `pulse` takes.
    pub fn over(
        host: Host,
        opener: Box<Opener>,
        pulse: impl Fn() -> ChangeCounters + Send + 'static,
        report: impl Fn(Event) -> bool + Send + 'static,
    ) -> Poller {
        let ui = Arc::new(WatchMailbox::default());
        let decide = {
            let ui = Arc::clone(&ui);
            move || watch_until_stopped(&ui, (host, &*opener), &pulse, &report)
        };
        let read = {
            let ui = Arc::clone(&ui);
            move || read_until_stopped(&ui)
        };
        spawn(&ui, "poller", decide);
        spawn(&ui, "reader", read);
        Poller { ui }
    }

    /// From now on these rows are wanted; the next report is the whole table, even if they are the same as before.
    pub fn watch(&self, wanted: Filter) {
        self.ui.watch(wanted);
    }

    /// Look these rows up at once.
    pub fn look(&self, names: Vec<SocketId>) {
        self.ui.look(names);
    }

    /// These rows are on the screen, at most about a hundred: their queues are kept up to date.
    pub fn visible(&self, names: Vec<SocketId>) {
        self.ui.visible(names);
    }

    /// These connections are looked inside, one or two: what the kernel knows beyond their rows is asked for, as long as they are.
    pub fn inspect(&self, names: Vec<SocketId>) {
        self.ui.inside(names);
    }

    /// Ends the threads.
    pub fn stop(&self) {
        self.ui.stop();
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.ui.stop();
        self.ui.wait(PATIENCE);
    }
}

fn spawn(ui: &Arc<WatchMailbox>, name: &str, work: impl FnOnce() + Send + 'static) {
    let here = Arc::clone(ui);
    ui.begins();
    let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
        work();
        here.ends();
    });
    if thread.is_err() {
        ui.ends();
    }
}

fn read_until_stopped(ui: &WatchMailbox) {
    while let Some(errand) = ui.errand() {
        let ReadRequest { order, mut source, mut reading } = errand;
        let before = spent();
        let read = AssertUnwindSafe(|| source.read(&order.wanted, &mut reading));
        let outcome = catch_unwind(read);
        let cost = spent().saturating_sub(before) + reading.beside;
        let (source, outcome) = match outcome {
            Ok(outcome) => (Some(source), outcome.map(|()| cost)),
            Err(_) => (None, Err(ReadError::Garbled("the reader panicked"))),
        };
        ui.answer(ReadAnswer { order, source, reading, outcome });
    }
}
