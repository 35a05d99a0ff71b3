use std::collections::HashSet;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::kernel::watch::Planner;
use crate::kernel::watch::mailbox::{ReadAnswer, ReadRequest, Requests, WatchMailbox};
use crate::kernel::{
    ChangeCounters, Procfs, ReadError, ReadResult, Reading, SocketSource, interfaces,
};
use crate::tcp::{Change, Filter, Host, Moment, SocketId, TableUpdate, TcpInfo};

/// What a [`Poller`](crate::kernel::watch::Poller) reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchEvent {
    /// The table was read, or rows of it.
    TableRead(TableUpdate),
    /// The table could not be read.
    TableUnreadable {
        /// Whose table.
        host: Host,
        /// The reason in words.
        why: String,
    },
    /// `sock_diag` is refused for this reason; /proc is read instead.
    FellBackToProcfs(String),
    /// What the kernel knows of the inspected connections; replaces what was reported before.
    Inspected {
        /// Whose kernel.
        host: Host,
        /// The connections that still exist.
        found: Vec<(SocketId, TcpInfo)>,
    },
}

/// Opens a source; the error says why it is not the best one, if it is not.
pub type Opener = dyn Fn() -> (Box<dyn SocketSource>, Option<ReadError>) + Send;

const RESTARTS: u64 = 3;
const RETRY_PAUSE: Duration = Duration::from_millis(100);
const RETRY_PAUSE_LIMIT: Duration = Duration::from_secs(5);

pub(super) fn watch_until_stopped(
    mailbox: &WatchMailbox,
    (host, opener): (Host, &Opener),
    open_counters: &impl Fn() -> ChangeCounters,
    now: &impl Fn() -> Moment,
    report: &impl Fn(WatchEvent) -> bool,
) {
    let mut wanted = None;
    for restart in 0..=RESTARTS {
        let mut watch = || {
            let mut worker = WatchWorker {
                mailbox,
                host,
                opener,
                now,
                report,
                planner: Planner::new(host, now(), restart << 32),
                counters: open_counters(),
                lookup_source: None,
                read_source: None,
                inspected: Vec::new(),
                reported_info: Vec::new(),
                is_reading: false,
                spare: Reading::default(),
                failures: 0,
                retry_at: None,
                is_over: false,
            };
            worker.run(&mut wanted);
        };
        if catch_unwind(AssertUnwindSafe(&mut watch)).is_ok() {
            return;
        }
    }
    report(WatchEvent::TableUnreadable {
        host,
        why: "the polling thread panicked repeatedly".to_owned(),
    });
}

struct WatchWorker<'a, N, R> {
    mailbox: &'a WatchMailbox,
    host: Host,
    opener: &'a Opener,
    now: &'a N,
    report: &'a R,
    planner: Planner,
    counters: ChangeCounters,
    lookup_source: Option<Box<dyn SocketSource>>,
    read_source: Option<Box<dyn SocketSource>>,
    inspected: Vec<SocketId>,
    reported_info: Vec<(SocketId, TcpInfo)>,
    is_reading: bool,
    spare: Reading,
    failures: u32,
    retry_at: Option<Moment>,
    is_over: bool,
}

impl<N: Fn() -> Moment, R: Fn(WatchEvent) -> bool> WatchWorker<'_, N, R> {
    fn run(&mut self, wanted: &mut Option<Filter>) {
        if let Some(wanted) = wanted {
            self.planner.watch(wanted.clone());
        }
        self.open();
        while !self.is_over {
            let pause = self.planner.pause((self.now)());
            let Some(mut requests) = self.mailbox.take_requests(pause) else { return };
            if let Some(watch) = requests.watch.take() {
                *wanted = Some(watch.clone());
                self.planner.watch(watch);
            }
            self.carry_out(requests);
            self.observe();
            if let Some(mut update) = self.planner.report() {
                if let Some(source) = &self.lookup_source {
                    update.interfaces =
                        interfaces(&**source, update.changes.iter().map(Change::row));
                }
                self.report(WatchEvent::TableRead(update));
            }
        }
    }

    fn carry_out(&mut self, requests: Requests) {
        if let Some(answer) = requests.answer {
            self.take_answer(answer);
        }
        if let Some(visible) = requests.visible {
            self.planner.set_visible(visible);
        }
        self.lookup_all(&requests.lookup);
        if let Some(inspect) = requests.inspect.filter(|inspect| *inspect != self.inspected) {
            self.inspected = inspect;
            self.inspect();
        }
    }

    fn take_answer(&mut self, answer: ReadAnswer) {
        self.is_reading = false;
        // A source that was replaced meanwhile is not needed any more.
        let current = self.lookup_source.as_ref().map(|source| source.name());
        let source = answer.source.filter(|source| current == Some(source.name()));
        self.read_source = source.or_else(|| self.read_source.take());
        match answer.outcome {
            Ok(cost) => {
                if !answer.reading.interrupted {
                    self.failures = 0;
                }
                self.planner.learn_reading(&answer.order, &answer.reading, cost);
            }
            Err(why) if self.planner.awaits(&answer.order) => self.fail(why),
            Err(_) => {}
        }
        self.spare = answer.reading;
    }

    fn lookup_all(&mut self, ids: &[SocketId]) {
        if ids.is_empty() || !self.planner.may_lookup() {
            return;
        }
        let mut looked_up = HashSet::with_capacity(ids.len());
        for id in ids {
            // In a burst a row is asked for at each of its system calls: one lookup is enough.
            if looked_up.insert(*id) {
                let id = self.planner.known_id(*id);
                let Some(found) = self.ask(|source| source.lookup(id)) else { return };
                self.planner.learn_lookup(id, found);
            }
        }
    }

    fn ask<T>(&mut self, ask: impl FnOnce(&mut dyn SocketSource) -> ReadResult<T>) -> Option<T> {
        let answer = ask(self.lookup_source.as_mut()?.as_mut());
        answer.inspect_err(|why| self.fail(*why)).ok()
    }

    fn observe(&mut self) {
        let now = (self.now)();
        if self.planner.is_sample_due(now) {
            self.planner.sampled(now, self.counters.activity());
        }
        if self.retry_at.is_some_and(|at| now >= at) {
            self.open();
        }
        if self.lookup_source.is_none() {
            return;
        }
        if let Some(order) = self.planner.lookup_order(now) {
            if let Some(wanted) = &order.listening
                && let Some(reading) = self.ask(|source| source.snapshot(wanted))
            {
                self.planner.learn_listening(&reading.snapshot.rows);
            }
            self.lookup_all(&order.visible);
            self.inspect();
        }
        if !self.is_reading
            && let Some(order) = self.planner.read_order(now)
        {
            let source = self.read_source.take().unwrap_or_else(|| (self.opener)().0);
            self.is_reading = true;
            let reading = mem::take(&mut self.spare);
            self.mailbox.read(ReadRequest { order, source, reading });
        }
    }

    fn inspect(&mut self) {
        let mut found = Vec::with_capacity(self.inspected.len());
        for id in self.inspected.clone() {
            let id = self.planner.known_id(id);
            let Some(info) = self.ask(|source| source.inspect(id)) else { return };
            found.extend(info.map(|info| (id, info)));
        }
        if found != self.reported_info {
            self.reported_info.clone_from(&found);
            self.report(WatchEvent::Inspected { host: self.host, found });
        }
    }

    fn open(&mut self) {
        self.retry_at = None;
        let (source, why) = (self.opener)();
        self.read_source = None;
        self.planner.set_source(source.name(), source.is_exact());
        self.lookup_source = Some(source);
        if let Some(why) = why.filter(|_| self.failures == 0) {
            self.report(WatchEvent::FellBackToProcfs(why.to_string()));
        }
    }

    /// Reports the first failure of a series; falls back to /proc where `sock_diag` is denied, else retries later.
    fn fail(&mut self, why: ReadError) {
        // /proc shows this machine, never another namespace.
        let is_denied = why.is_denied() && self.planner.is_exact() && self.host == Host::THIS;
        if self.failures == 0 {
            let why = why.to_string();
            self.report(if is_denied {
                WatchEvent::FellBackToProcfs(why)
            } else {
                WatchEvent::TableUnreadable { host: self.host, why }
            });
        }
        self.planner.read_failed();
        self.read_source = None;
        if is_denied {
            // The series begins with a failure of /proc, which is reported, too.
            let procfs = Procfs::new(Host::THIS);
            self.planner.set_source(procfs.name(), procfs.is_exact());
            self.lookup_source = Some(Box::new(procfs));
            self.read_source = Some(Box::new(procfs));
        } else {
            let pause = RETRY_PAUSE.saturating_mul(1 << self.failures.min(16));
            self.failures += 1;
            self.lookup_source = None;
            self.retry_at = Some((self.now)().plus(pause.min(RETRY_PAUSE_LIMIT)));
        }
    }

    fn report(&mut self, event: WatchEvent) {
        self.is_over |= !(self.report)(event);
    }
}
