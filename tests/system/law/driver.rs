//! The dashboard without its terminal: its state, with the real sockets, the real poller and, where asked for, the real lab.

use std::collections::{BTreeSet, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use fivetuple::app::{Action, Effect, Event, State, update};
use fivetuple::kernel::{self, watch::Poller};
use fivetuple::lab::{Helper, Lab, Wire};
use fivetuple::net::Engine;
use fivetuple::tcp::{Command, Host, LabComputer, LabEvent, LabOrder, LabSpec, SocketId};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::others::Others;
use super::program::{self, Said};
use super::reader::Reader;
use super::story::Story;
use super::table::{Key, Row, Table};
use super::world::{self, Clockwork, Sockets};
use crate::support::clock::Deadline;

/// How long the inbox must be silent at the end of a step.
const QUIET: Duration = Duration::from_millis(25);
/// How long the dashboard may take until it shows what the kernel shows: much longer than the longest time between two readings, for a slow
/// machine.
const LIMIT: Duration = Duration::from_secs(15);
const INBOX: usize = 4096;

/// The dashboard and its world.
pub(super) struct Driver {
    pub(super) state: State,
    pub(super) story: Story,
    /// What was said in this step, and what was to be seen then.
    moments: Vec<(Said, Story)>,
    pub(super) others: Others,
    clock: Clockwork,
    engine: Engine,
    pollers: Vec<(Host, Poller)>,
    lab: Option<(Wire, Helper)>,
    reader: Reader,
    /// The ports whose rows the dashboard shows.
    watched: BTreeSet<u16>,
    /// The ports of this run: another's rows are left out.
    ports: BTreeSet<u16>,
    asked: HashSet<u64>,
    inbox: Receiver<Event>,
    runtime: tokio::runtime::Runtime,
}

impl Driver {
    /// A dashboard for that port, with a lab or on loopback; why there is no lab, if there is none.
    pub(super) fn start(port: u16, has_lab: bool) -> Result<Driver, String> {
        let spec = LabSpec { computers: 4, ports: None };
        let lab = || Lab::start(Path::new(env!("CARGO_BIN_EXE_fivetuple")), spec);
        let lab = has_lab.then(lab).transpose().map_err(|why| format!("no lab here: {why:?}"))?;
        let pool = lab.as_ref().map(|lab| Arc::clone(&lab.pool));
        let (sender, inbox) = sync_channel(INBOX);
        let sockets = Arc::new(Sockets(pool.clone()));
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let engine =
            Engine::new(news(&sender), tasks, stop, (4000, Engine::ECHO_TIMEOUT), Some(sockets));
        engine.trace_syscalls();
        let clock = Clockwork::start();
        let (state, first) = program::dashboard(port, Duration::ZERO);
        let local = |last, port| SocketAddr::new(IpAddr::from([127, 0, 0, last]), port);
        let places = (local(1, port + 1), local(1, port), (Host::THIS, local(9, 0).ip()));
        let mut driver = Driver {
            state,
            story: Story::default(),
            moments: Vec::new(),
            others: Others::new(pool, places),
            pollers: vec![(Host::THIS, world::poller(&clock, &sender))],
            clock,
            engine,
            lab: None,
            reader: Reader::of(&[]),
            watched: BTreeSet::new(),
            ports: (port..port + 10).collect(),
            asked: HashSet::new(),
            inbox,
            runtime: tokio::runtime::Runtime::new().expect("a runtime"),
        };
        let lab = lab.map(|lab| driver.enter(lab, port, &sender));
        driver.carry_out(first);
        if let Some(up) = lab {
            driver.tell(Event::Requested(Action::Lab));
            driver.tell(Event::Lab(up));
        }
        driver.settle();
        Ok(driver)
    }

    /// Enters a lab; what the dashboard is told of it.
    fn enter(&mut self, lab: Lab, port: u16, sender: &SyncSender<Event>) -> LabEvent {
        let computers = lab.computers.clone();
        let name = |one: &LabComputer| (one.host.0, one.host.name().unwrap_or("nobody"));
        self.reader = Reader::of(&computers.iter().map(name).collect::<Vec<_>>());
        let [server, .., last] = &computers[..] else { panic!("a lab of {}", computers.len()) };
        let end = |port| SocketAddr::new(server.ip, port);
        self.others.places = (end(port + 1), end(port), (last.host, last.ip));
        let (pollers, wire, up) = world::enter(lab, &self.clock, sender);
        self.pollers.extend(pollers);
        self.lab = Some(wire);
        up
    }

    /// A new step begins.
    pub(super) fn begin(&mut self) {
        self.story.begin();
        self.moments.clear();
        self.story.watched[0].clone_from(&self.watched);
    }

    /// Hands the dashboard one event, as its loop does, and has carried out what comes of it.
    pub(super) fn tell(&mut self, event: Event) {
        program::learn(&mut self.story, &event);
        let before = program::said(&self.state, &[]);
        let effects = update(&mut self.state, self.clock.now(), event);
        let new = program::said(&self.state, &before);
        if !new.is_empty() {
            // The second reader looks, before anything else is done.
            self.read();
            self.moments.extend(new.into_iter().map(|one| (one, self.story.clone())));
        }
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Run(command) => {
                    program::learn_order(&mut self.story, &command);
                    let _inside = self.runtime.enter();
                    self.engine.run(command);
                }
                Effect::Watch(filter) => {
                    self.watched = filter.ports.iter().flatten().map(|port| port.0).collect();
                    self.pollers.iter().for_each(|(_, poller)| poller.watch(filter.clone()));
                }
                Effect::Lookup(names) => self.share(&names, |poller, own| {
                    if !own.is_empty() {
                        poller.lookup(own);
                    }
                }),
                Effect::Lab(LabOrder::Wire(order)) => {
                    let _ = self.lab.as_ref().map(|(wire, _)| wire.order(order));
                }
                Effect::Lab(LabOrder::Start(_) | LabOrder::Stop)
                | Effect::ReadLimits
                | Effect::Save { .. }
                | Effect::KeepExercise(_)
                | Effect::Exit => (),
            }
        }
    }

    /// Gives each poller its own of the rows.
    fn share(&self, names: &[SocketId], with: fn(&Poller, Vec<SocketId>)) {
        for (host, poller) in &self.pollers {
            with(poller, names.iter().filter(|name| name.host == *host).copied().collect());
        }
    }

    /// What is done for each frame.
    fn frame(&mut self) {
        self.state.arrange();
        // As many as fit on a screen.
        let shown: Vec<SocketId> = self.state.ui.shown.iter().take(60).copied().collect();
        self.share(&shown, Poller::set_visible);
        let unowned = self.state.unowned(&shown);
        let wanted: HashSet<u64> =
            unowned.into_iter().filter(|inode| self.asked.insert(*inode)).collect();
        if !wanted.is_empty() {
            let mut owners = kernel::owners(&wanted);
            let others = self.others.inodes();
            for (_, owner) in owners.found.iter_mut().filter(|(inode, _)| others.contains(inode)) {
                (owner.pid, owner.program) = (1, "other".to_owned());
            }
            self.tell(Event::OwnersFound(owners.found));
            self.tell(Event::OwnersHidden(owners.missing));
        }
    }

    /// Goes on until nothing comes in any more, and the dashboard shows what the kernel shows; what it shows otherwise, if it never does.
    pub(super) fn settle(&mut self) -> Option<String> {
        let limit = Deadline::after(LIMIT);
        loop {
            match self.inbox.recv_timeout(QUIET) {
                Ok(event) => {
                    self.tell(event);
                    while let Ok(event) = self.inbox.try_recv() {
                        self.tell(event);
                    }
                    self.frame();
                    if !limit.left().is_zero() {
                        continue;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.tell(Event::Ticked),
                Err(RecvTimeoutError::Disconnected) => panic!("the dashboard's world is gone"),
            }
            self.frame();
            self.read();
            let differs = self.differs();
            self.story.watched[1].clone_from(&self.watched);
            self.story.computers = program::computers(&self.state);
            let is_settled = differs.is_none() && self.state.ui.ahead.is_empty();
            if is_settled || limit.left().is_zero() {
                return differs;
            }
        }
    }

    /// Has the second reader look.
    fn read(&mut self) {
        let Driver { reader, ports, watched, .. } = self;
        let table = reader.read(|key| key.has_port(ports) || key.has_port(watched));
        self.story.read(table);
    }

    /// How the dashboard's rows differ from the second reader's.
    fn differs(&self) -> Option<String> {
        let there: Vec<(Key, Row)> = self.after().rows.clone().into_iter().collect();
        let there = there.into_iter().filter(|(key, _)| key.has_port(&self.watched));
        let (mut there, mut shown) = (there.collect::<Vec<_>>(), program::rows(&self.state));
        shown.sort_by_key(|(key, _)| *key);
        shown.dedup_by_key(|(key, _)| *key);
        let both: Vec<_> = there.iter().filter(|one| shown.contains(one)).copied().collect();
        there.retain(|one| !both.contains(one));
        shown.retain(|one| !both.contains(one));
        let differs = !(there.is_empty() && shown.is_empty());
        differs.then(|| format!("the dashboard shows {shown:?}, the second reader {there:?}"))
    }

    fn after(&self) -> &Table {
        &self.story.after
    }

    /// What was to be seen when that was said, and at the end of the step.
    pub(super) fn stories(&self, said: &Said) -> Vec<&Story> {
        let then = self.moments.iter().find(|(one, _)| one.is_same(said)).map(|(_, story)| story);
        then.into_iter().chain([&self.story]).collect()
    }

    /// Puts the clock forward, so that what comes is told by itself and not as one of many; not where segments are on their way.
    pub(super) fn wait(&self) {
        let wire = &self.state.lab.wire;
        if self.lab.is_none() || !(wire.held || wire.cut || !wire.delay.is_zero()) {
            self.clock.put_forward(2);
        }
    }

    /// Whether somebody listens where the server is to be.
    pub(super) fn listens(&self) -> bool {
        self.after().listeners().any(|key| key.local == self.others.places.1)
    }

    /// Whether some connection is open.
    pub(super) fn is_connected(&self) -> bool {
        self.after().rows.values().any(|row| row.state == "ESTABLISHED")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _inside = self.runtime.enter();
        self.engine.run(Command::CloseEverything);
    }
}

/// Where the engine reports what its sockets do: it goes to the inbox.
fn news(inbox: &SyncSender<Event>) -> tokio::sync::mpsc::Sender<fivetuple::tcp::SocketEvent> {
    let (sender, mut news) = tokio::sync::mpsc::channel(INBOX);
    let inbox = inbox.clone();
    std::thread::spawn(move || {
        while let Some(news) = news.blocking_recv() {
            if inbox.send(Event::Net(news)).is_err() {
                break;
            }
        }
    });
    sender
}
