//! The dashboard without its terminal: its state, with the real sockets, the real poller and, where asked for, the real lab.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::others::Others;
use super::program::{
    self, Action, Effect, Engine, Event, Filter, Host, LabEvent, LabOrder, LabSpec, Poller,
    SocketId, SocketPool, State, event, update,
};
use super::reader::Reader;
use super::story::Story;
use super::table::{Key, Row, Table};
use super::world::{Clockwork, Sockets, Up};
use crate::support::clock::Deadline;

/// How long the inbox must be silent at the end of a step.
const QUIET: Duration = Duration::from_millis(25);
/// How long the dashboard may take until it shows what the kernel shows: longer than the longest time between two readings.
const LIMIT: Duration = Duration::from_secs(8);
const INBOX: usize = 4096;

/// The dashboard and its world.
pub(super) struct Driver {
    pub(super) state: State,
    pub(super) story: Story,
    pub(super) others: Others,
    /// Where another program listens, where the dashboard's server is, and from where another program calls it.
    pub(super) places: (SocketAddr, SocketAddr, (Host, IpAddr)),
    /// The ports of this run.
    ports: Range<u16>,
    clock: Clockwork,
    program: Engine,
    poller: Poller,
    lab: Option<Up>,
    stock: Arc<OnceLock<Arc<SocketPool>>>,
    reader: Reader,
    wanted: Filter,
    asked: HashSet<u64>,
    inbox: Receiver<Event>,
    sender: SyncSender<Event>,
    runtime: tokio::runtime::Runtime,
}

impl Driver {
    /// A dashboard for that port, with a lab or on loopback; why there is no lab, if there is none.
    pub(super) fn start(port: u16, has_lab: bool) -> Result<Driver, String> {
        let (sender, inbox) = sync_channel(INBOX);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let (news_sender, mut news) = tokio::sync::mpsc::channel(INBOX);
        let to_inbox = sender.clone();
        std::thread::spawn(move || {
            while let Some(news) = news.blocking_recv() {
                if to_inbox.send(Event::Net(news)).is_err() {
                    break;
                }
            }
        });
        let stock = Arc::default();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let elsewhere = Arc::new(Sockets(Arc::clone(&stock)));
        let program = Engine::with_remote_sockets(news_sender, tasks, stop, 4000, elsewhere);
        program.trace_syscalls();
        let to_inbox = sender.clone();
        let clock = Clockwork::start();
        let now = clock.clone();
        let poller =
            Poller::start(move || now.now(), move |seen| to_inbox.send(event(seen)).is_ok());
        let (state, first) = program::dashboard(port, 4000, clock.started_at());
        let local = |last, port| SocketAddr::new(IpAddr::from([127, 0, 0, last]), port);
        let mut driver = Driver {
            state,
            story: Story::default(),
            others: Others::default(),
            places: (local(1, port + 1), local(1, port), (Host::THIS, local(9, 0).ip())),
            ports: port..port + 10,
            clock,
            program,
            poller,
            lab: None,
            stock,
            reader: Reader::here(),
            wanted: Filter::ports([]),
            asked: HashSet::new(),
            inbox,
            sender,
            runtime,
        };
        driver.carry_out(first);
        if has_lab {
            driver.enter_lab(port)?;
        }
        driver.settle();
        Ok(driver)
    }

    /// Sets the lab up as the key for it does.
    fn enter_lab(&mut self, port: u16) -> Result<(), String> {
        let order = update(&mut self.state, self.clock.now(), Event::Requested(Action::Lab));
        let spec = order.iter().find_map(|effect| match effect {
            Effect::Lab(LabOrder::Start(_)) => Some(LabSpec { computers: 4, ports: None }),
            _ => None,
        });
        self.carry_out(order);
        let spec = spec.expect("an order for a lab");
        let told = (self.clock.clone(), self.sender.clone());
        let (up, stock, (computers, limits)) = Up::start(spec, told, &self.wanted)?;
        let _ = self.stock.set(Arc::clone(&stock));
        self.others.stock = Some(stock);
        self.lab = Some(up);
        let named = program::named(&computers);
        let shells: Vec<(u8, &str)> = named.iter().map(|(host, name, _)| (*host, *name)).collect();
        self.reader = Reader::in_lab(&shells);
        let (server, last) = (named[0].2, named[named.len() - 1]);
        self.places = (
            SocketAddr::new(server, port + 1),
            SocketAddr::new(server, port),
            (Host(last.0), last.2),
        );
        self.tell(Event::Lab(LabEvent::Up { computers, limits, took: Duration::ZERO }));
        Ok(())
    }

    /// A new step begins.
    pub(super) fn begin(&mut self) {
        self.story.begin();
        self.story.watched[0] = program::watched(&self.wanted);
    }

    /// Hands the dashboard one event, as its loop does, and has carried out what comes of it.
    pub(super) fn tell(&mut self, event: Event) {
        for (key, row) in program::sights(&event) {
            self.story.touch(key.connection());
            if let Some(row) = row {
                self.story.saw(key, row);
            }
        }
        self.story.listened.extend(program::listeners(&event));
        self.story.opened.extend(program::opened(&event));
        if let Event::Net(news) = &event {
            for end in program::ends_of_news(news) {
                self.story.touch(program::key(end).connection());
            }
            self.story.asked.extend(program::addresses_of_news(news));
        }
        let effects = update(&mut self.state, self.clock.now(), event);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Run(command) => {
                    for end in program::ends_of_order(&command) {
                        self.story.touch(program::key(end).connection());
                    }
                    self.story.asked.extend(program::addresses_of_order(&command));
                    let _inside = self.runtime.enter();
                    self.program.run(command);
                }
                Effect::Watch(filter) => {
                    self.wanted = filter;
                    self.pollers().for_each(|(_, poller)| poller.watch(self.wanted.clone()));
                }
                Effect::Lookup(names) => self.share(&names, true),
                Effect::Lab(LabOrder::Wire(order)) => {
                    let _ = self.lab.as_ref().map(|up| up.wire.order(order));
                }
                Effect::Lab(LabOrder::Start(_) | LabOrder::Stop)
                | Effect::Save { .. }
                | Effect::Exit => (),
            }
        }
    }

    fn pollers(&self) -> impl Iterator<Item = (Host, &Poller)> {
        let lab = self.lab.iter().flat_map(|up| &up.pollers);
        [(Host::THIS, &self.poller)].into_iter().chain(lab.map(|(host, poller)| (*host, poller)))
    }

    /// Gives each poller its own of the rows: to be looked up now, or to be kept up to date.
    fn share(&self, names: &[SocketId], now: bool) {
        for (host, poller) in self.pollers() {
            let own: Vec<SocketId> =
                names.iter().filter(|name| name.host == host).copied().collect();
            match now {
                true if own.is_empty() => (),
                true => poller.lookup(own),
                false => poller.set_visible(own),
            }
        }
    }

    /// What is done for each frame.
    fn frame(&mut self) {
        self.state.arrange();
        let shown = program::shown(&self.state);
        self.share(&shown, false);
        let unowned = self.state.unowned(&shown);
        let wanted: HashSet<u64> =
            unowned.into_iter().filter(|inode| self.asked.insert(*inode)).collect();
        if !wanted.is_empty() {
            let found = program::owners(&wanted, &self.others.inodes());
            for event in found {
                self.tell(event);
            }
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
            let table = self.read();
            let differs = self.differs(&table);
            self.story.read(table);
            self.story.watched[1] = program::watched(&self.wanted);
            self.story.computers = program::computers(&self.state);
            let is_settled = differs.is_none() && !program::is_waiting(&self.state);
            if is_settled || limit.left().is_zero() {
                return differs;
            }
        }
    }

    /// What the second reader sees of the rows that this run is about: those of earlier ones are left out.
    fn read(&mut self) -> Table {
        let mut table = self.reader.read();
        let ports = self.ports.clone();
        let is_ours =
            |key: &Key| [key.local, key.remote].iter().any(|end| ports.contains(&end.port()));
        table.retain(|key| is_ours(key) || program::is_watched(&self.wanted, key));
        table
    }

    /// How the dashboard's rows differ from the second reader's.
    fn differs(&self, table: &Table) -> Option<String> {
        let there = |(key, row): (&Key, &Row)| {
            program::is_watched(&self.wanted, key).then_some((*key, *row))
        };
        let there: Vec<(Key, Row)> = table.rows.iter().filter_map(there).collect();
        let mut shown = program::rows(&self.state);
        shown.sort_by_key(|(key, _)| *key);
        shown.dedup_by_key(|(key, _)| *key);
        let of = |rows: &[(Key, Row)], others: &[(Key, Row)]| {
            let mut left = rows.to_vec();
            left.retain(|one| !others.contains(one));
            left
        };
        let (more, less) = (of(&shown, &there), of(&there, &shown));
        (!more.is_empty() || !less.is_empty())
            .then(|| format!("the dashboard shows {more:?}, the second reader {less:?}"))
    }

    /// Puts the clock forward, so that what comes is told by itself and not as one of many; not where segments are on their way.
    pub(super) fn wait(&self) {
        if self.lab.is_none() || program::is_wire_plain(&self.state) {
            self.clock.put_forward(2);
        }
    }

    /// Whether somebody listens where the server is to be.
    pub(super) fn listens(&self) -> bool {
        self.story.after.listeners.keys().any(|key| key.local == self.places.1)
    }

    /// Whether some connection is open.
    pub(super) fn is_connected(&self) -> bool {
        self.story.after.rows.values().any(|row| row.state == "ESTABLISHED")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _inside = self.runtime.enter();
        self.program.run(program::Command::CloseEverything);
    }
}
