//! A robot whose sockets are real and whose table is the kernel's: what the dashboard does, without its terminal.

use std::time::Duration;

use fivetuple::app::{Effect, Event, Holder};
use fivetuple::kernel;
use fivetuple::kernel::SocketSource;
use fivetuple::net::Engine;
use fivetuple::run::Clock;
use fivetuple::tcp::{Command, Filter, HostLimits, ListenerId, Moment, SocketEvent, SocketRow};
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::robot::Robot;
use crate::support::again::test_around;
use crate::support::netns;

const LIMIT: Duration = Duration::from_secs(60);

/// A dashboard for port 5000 with real sockets; only in a network of its own is that port free.
pub(crate) struct Real {
    pub(crate) robot: Robot,
    program: Engine,
    news: Receiver<SocketEvent>,
    source: Box<dyn SocketSource>,
    runtime: tokio::runtime::Runtime,
    saved: Vec<(&'static str, String)>,
    clock: Clock,
    at: Moment,
}

impl Real {
    /// Runs the test with one in a network of its own.
    pub(crate) fn alone<F: FnOnce(Real)>(body: F) {
        netns::alone_for(test_around::<F>(), || body(Real::start()));
    }

    /// The laptop is connected, and accepted.
    #[track_caller]
    pub(crate) fn connect(&mut self) {
        self.press_until("l", "Listening on");
        self.press_until("c", "laptop connected");
        self.until("accepted", |robot| {
            robot.state.ends.count(Holder::Server(ListenerId::FIRST)) == 1
        });
    }

    pub(crate) fn start() -> Real {
        let (sender, news) = mpsc::channel(1024);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let program = Engine::new(sender, tasks, stop, (4000, Engine::ECHO_TIMEOUT), None);
        program.trace_syscalls();
        Real {
            robot: Robot::new(),
            program,
            news,
            source: kernel::open().0,
            runtime: tokio::runtime::Runtime::new().unwrap(),
            saved: Vec::new(),
            clock: Clock::start(),
            at: Moment::default(),
        }
    }

    /// Presses keys, and goes on until each is taken.
    pub(crate) fn press(&mut self, keys: &str) {
        self.robot.press_at_once(keys);
        self.turn();
        while !self.robot.state.ui.ahead.is_empty() {
            std::thread::park_timeout(Duration::from_millis(1));
            self.turn();
        }
        self.turn();
    }

    pub(crate) fn order(&mut self, command: Command) {
        let _inside = self.runtime.enter();
        self.program.run(command);
    }

    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, is_so: impl Fn(&Robot) -> bool) {
        let end = self.clock.now().plus(LIMIT);
        while !is_so(&self.robot) {
            let rows = self.rows();
            let said = self.robot.said();
            assert!(self.clock.now() < end, "never {what}; said {said:?}; {rows:#?}");
            self.turn();
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    /// Presses keys, and goes on until a sentence since then contains `words`; it need not be the newest, as news may come right after it.
    #[track_caller]
    pub(crate) fn press_until(&mut self, keys: &str, words: &str) {
        let pressed = self.robot.state.now;
        self.press(keys);
        self.until(words, |robot| {
            let mut all = robot.state.notices.newest_first();
            all.any(|notice| notice.at >= pressed && notice.text().contains(words))
        });
    }

    /// The kernel's rows with a listener's port at one end, in its own words.
    pub(crate) fn rows(&mut self) -> Vec<SocketRow> {
        let ports = self.robot.state.servers.ports.iter().copied();
        let read = self.source.snapshot(&Filter::ports(ports));
        let mut rows = read.unwrap().snapshot.rows;
        rows.sort_by_key(SocketRow::name);
        rows
    }

    /// The texts that were to be written, by their endings.
    pub(crate) fn saved(&mut self) -> Vec<(&'static str, String)> {
        std::mem::take(&mut self.saved)
    }

    fn read_limits(&mut self) {
        let HostLimits { pid, descriptors, .. } = self.robot.state.machine;
        let now = HostLimits { pid, descriptors, ..kernel::machine() };
        self.robot.tell(Event::LimitsRead(now));
    }

    /// Orders out, news and rows in.
    fn turn(&mut self) {
        let _inside = self.runtime.enter();
        for order in self.robot.orders() {
            match order {
                Effect::Run(command) => self.program.run(command),
                Effect::Save { texts, .. } => self.saved = texts,
                Effect::ReadLimits => self.read_limits(),
                Effect::Watch(_)
                | Effect::Lookup(_)
                | Effect::Lab(_)
                | Effect::KeepExercise(_)
                | Effect::Exit => (),
            }
        }
        while let Ok(news) = self.news.try_recv() {
            if news.is_refusal() {
                self.read_limits();
            }
            self.robot.hear(news);
        }
        let rows: fivetuple::tcp::Snapshot = self.rows().into_iter().collect();
        let now = self.clock.now();
        self.robot.later(now.since(std::mem::replace(&mut self.at, now)));
        self.robot.kernel(&rows.to_string());
    }
}
