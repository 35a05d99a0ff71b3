use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::app::Event;
use crate::kernel::{ChangeCounters, Procfs, ReadError, Reading, SocketSource};
use crate::run::watch::mailbox::{ReadAnswer, ReadRequest, Requests, WatchMailbox};
use crate::run::{Clock, Planner};
use crate::tcp::{Filter, Host, Moment, SocketId, TcpInfo};

/// Opens a source, and says why it is not the best one if it is not.
pub type Opener = dyn Fn() -> (Box<dyn SocketSource>, Option<ReadError>) + Send;

/// How often a thread that panicked is started again.
const RESTARTS: u64 = 3;
/// The pause after a failure, which doubles with each further one up to the limit.
const PAUSE: Duration = Duration::from_millis(100);
const PAUSE_LIMIT: Duration = Duration::from_secs(5);

/// Watches from this thread until it is told to stop, or nobody takes the reports any more.
pub(crate) fn watch_until_stopped(
    ui: &WatchMailbox,
    (host, opener): (Host, &Opener),
    pulse: &impl Fn() -> ChangeCounters,
    report: &impl Fn(Event) -> bool,
) {
    let clock = Clock::start();
    let mut wanted = None;
    for life in 0..=RESTARTS {
        let mut watch = || {
            let mut watch = Watch {
                ui,
                host,
                opener,
                report,
                clock,
                watcher: Planner::new(host, clock.now(), life << 32),
                pulse: pulse(),
                near: None,
                far: None,
                inside: Vec::new(),
                told_inside: Vec::new(),
                is_reading: false,
                spare: Reading::default(),
                failures: 0,
                retry_at: None,
                is_over: false,
            };
            watch.run(&mut wanted);
        };
        if catch_unwind(AssertUnwindSafe(&mut watch)).is_ok() {
            return;
        }
    }
    report(Event::TableUnreadable {
        host,
        why: "the thread that watches the table panicked again and again".to_owned(),
    });
}

/// Does what the watcher decides.
struct Watch<'a, R> {
    ui: &'a WatchMailbox,
    host: Host,
    opener: &'a Opener,
    report: &'a R,
    clock: Clock,
    watcher: Planner,
    pulse: ChangeCounters,
    /// Looks up single rows.
    near: Option<Box<dyn SocketSource>>,
    /// Reads whole tables; away while it does.
    far: Option<Box<dyn SocketSource>>,
    /// Which connections are looked inside, and what was told of them last.
    inside: Vec<SocketId>,
    told_inside: Vec<(SocketId, TcpInfo)>,
    is_reading: bool,
    spare: Reading,
    failures: u32,
    retry_at: Option<Moment>,
    is_over: bool,
}

impl<R: Fn(Event) -> bool> Watch<'_, R> {
    fn run(&mut self, wanted: &mut Option<Filter>) {
        if let Some(wanted) = wanted {
            self.watcher.watch(wanted.clone());
        }
        self.open();
        while !self.is_over {
            let pause = self.watcher.pause(self.clock.now());
            let Some(mut wishes) = self.ui.wishes(pause) else {
                return;
            };
            if let Some(watch) = wishes.watch.take() {
                *wanted = Some(watch.clone());
                self.watcher.watch(watch);
            }
            self.carry_out(wishes);
            self.observe();
            if let Some(sight) = self.watcher.report() {
                self.tell(Event::TableRead(sight));
            }
        }
    }

    fn carry_out(&mut self, wishes: Requests) {
        if let Some(answer) = wishes.answer {
            self.take(answer);
        }
        if let Some(visible) = wishes.visible {
            self.watcher.visible(visible);
        }
        self.look_all(&wishes.look);
        if let Some(inside) = wishes.inside.filter(|inside| *inside != self.inside) {
            self.inside = inside;
            self.inspect();
        }
    }

    /// Takes the answer of the reader, and its source back.
    fn take(&mut self, answer: ReadAnswer) {
        self.is_reading = false;
        // A source that was replaced meanwhile is not needed any more.
        let is_current = self.near.as_ref().map(|near| near.name());
        self.far = answer.source.filter(|source| is_current == Some(source.name()));
        match answer.outcome {
            Ok(cost) => {
                self.failures = 0;
                self.watcher.read(&answer.order, &answer.reading, cost);
            }
            Err(why) => self.fail(&why),
        }
        self.spare = answer.reading;
    }

    fn look_all(&mut self, names: &[SocketId]) {
        if names.is_empty() || !self.watcher.may_look() {
            return;
        }
        let mut looked = HashSet::with_capacity(names.len());
        for name in names {
            // In a burst a row is wished for at each of its calls: one look serves them all.
            if !looked.insert(*name) {
                continue;
            }
            let Some(near) = self.near.as_mut() else {
                return;
            };
            match near.look(*name) {
                Ok(found) => self.watcher.looked(*name, found),
                Err(why) => return self.fail(&why),
            }
        }
    }

    fn observe(&mut self) {
        let now = self.clock.now();
        if self.watcher.pulse_due(now) {
            let motion = self.pulse.motion();
            self.watcher.pulse(now, motion);
        }
        if self.retry_at.is_some_and(|at| now >= at) {
            self.open();
        }
        if self.near.is_none() {
            return;
        }
        if let Some(glance) = self.watcher.glance(now) {
            if let Some(wanted) = &glance.listening {
                self.listen(wanted);
            }
            self.look_all(&glance.names);
            self.inspect();
        }
        if !self.is_reading
            && let Some(order) = self.watcher.order(now)
        {
            let source = self.far.take().unwrap_or_else(|| (self.opener)().0);
            self.is_reading = true;
            let reading = std::mem::take(&mut self.spare);
            self.ui.send(ReadRequest { order, source, reading });
        }
    }

    /// Asks for what is beyond the rows that are looked inside, and tells it if it differs from the last time.
    fn inspect(&mut self) {
        let mut found = Vec::with_capacity(self.inside.len());
        for name in &self.inside {
            let Some(near) = self.near.as_mut() else {
                return;
            };
            match near.inside(*name) {
                Ok(info) => found.extend(info.map(|info| (*name, info))),
                Err(why) => return self.fail(&why),
            }
        }
        if found != self.told_inside {
            self.told_inside.clone_from(&found);
            let host = self.host;
            self.tell(Event::Inspected { host, found });
        }
    }

    fn listen(&mut self, wanted: &Filter) {
        let Some(near) = self.near.as_mut() else {
            return;
        };
        match near.snapshot(wanted) {
            Ok(reading) => self.watcher.listening(&reading.snapshot.rows),
            Err(why) => self.fail(&why),
        }
    }

    fn open(&mut self) {
        self.retry_at = None;
        let (near, why) = (self.opener)();
        self.far = None;
        self.watcher.source_is(near.name(), near.is_exact());
        self.near = Some(near);
        if let Some(why) = why.filter(|_| self.failures == 0) {
            self.tell(Event::FellBackToProcfs(why.to_string()));
        }
    }

    /// Says so once; goes over to /proc where the kernel refuses, and tries again later where it failed.
    fn fail(&mut self, why: &ReadError) {
        let is_denied = matches!(why, ReadError::Denied { .. }) && self.watcher.is_exact();
        if self.failures == 0 {
            let why = why.to_string();
            self.tell(if is_denied {
                Event::FellBackToProcfs(why)
            } else {
                Event::TableUnreadable { host: self.host, why }
            });
        }
        let pause = PAUSE.saturating_mul(1 << self.failures.min(16));
        self.failures += 1;
        self.watcher.failed();
        self.far = None;
        if is_denied {
            let procfs = Procfs::new(Host::THIS);
            self.watcher.source_is(procfs.name(), procfs.is_exact());
            self.near = Some(Box::new(procfs));
            self.far = Some(Box::new(procfs));
        } else {
            self.near = None;
            self.retry_at = Some(self.clock.now().plus(pause.min(PAUSE_LIMIT)));
        }
    }

    fn tell(&mut self, event: Event) {
        self.is_over |= !(self.report)(event);
    }
}
