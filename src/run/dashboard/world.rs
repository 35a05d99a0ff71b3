use std::collections::HashMap;
use std::panic::catch_unwind;
use std::path::Path;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Effect, Event};
use crate::kernel::owner;
use crate::kernel::watch::Poller;
use crate::net::{Engine, panic_words};
use crate::run::Clock;
use crate::run::dashboard::inputs::Input;
use crate::run::fault::break_on_purpose;
use crate::run::lab::LabSession;
use crate::run::save::save;
use crate::tcp::{Command, LabOrder, Moment, SocketEvent, SocketId};

/// Carries out effects. Owns every task and every thread.
pub(crate) struct World {
    program: Engine,
    poller: Poller,
    lab: LabSession,
    tasks: TaskTracker,
    stop: CancellationToken,
    inbox: Sender<Input>,
    asked: HashMap<u64, Moment>,
    search: Search,
}

/// The search for owners, one at a time: in a burst, or among many descriptors, it would take more time than all the rest.
#[derive(Default)]
struct Search {
    /// Tells how long it took.
    under_way: Option<JoinHandle<Duration>>,
    rests_until: Moment,
}

impl Search {
    /// Searching may take one part in so many of the time.
    const SHARE: u32 = 10;

    fn may_begin(&mut self, now: Moment) -> bool {
        if let Some(search) = self.under_way.take_if(|search| search.is_finished()) {
            let took = search.now_or_never().and_then(Result::ok);
            self.rests_until = now.plus(took.unwrap_or_default() * (Search::SHARE - 1));
        }
        self.under_way.is_none() && now >= self.rests_until
    }
}

/// How long an owner that was not found is not looked for again.
const ASK_AGAIN: Duration = Duration::from_secs(5);

impl World {
    /// A world in which `program` holds the sockets, `poller` watches this machine's table, and `lab` keeps other computers.
    pub(crate) fn new(
        program: Engine,
        (poller, lab): (Poller, LabSession),
        tasks: TaskTracker,
        stop: CancellationToken,
        inbox: Sender<Input>,
    ) -> World {
        World {
            program,
            poller,
            lab,
            tasks,
            stop,
            inbox,
            asked: HashMap::new(),
            search: Search::default(),
        }
    }

    /// Carries out one order; says whether it was the order to leave. Never waits.
    pub(crate) fn carry_out(&mut self, effect: Effect) -> bool {
        match effect {
            Effect::Run(command) => self.program.run(command),
            Effect::Watch(filter) => {
                self.lab.watch(&filter);
                self.poller.watch(filter);
            }
            Effect::Lab(LabOrder::Start(spec)) => self.lab.start(spec),
            Effect::Lab(LabOrder::Stop) => {
                self.program.leave_elsewhere();
                self.lab.stop();
            }
            Effect::Lab(LabOrder::Wire(order)) => self.lab.wire(order),
            Effect::Lookup(names) => {
                let here = self.lab.lookup(names);
                if !here.is_empty() {
                    self.poller.lookup(here);
                }
            }
            Effect::Save { name, texts } => self.save(name, texts),
            Effect::Exit => return true,
        }
        false
    }

    /// Writes files where the program was started; what comes of it is a fact.
    fn save(&self, name: String, texts: Vec<(&'static str, String)>) {
        let inbox = self.inbox.clone();
        self.tasks.spawn_blocking(move || {
            let saved = save(Path::new("."), &name, &texts);
            let _ = inbox.blocking_send(Input::Fact(Event::Saved(saved)));
        });
    }

    /// These rows are on the screen: they are read more often, and their owners are looked for.
    pub(crate) fn show(&mut self, now: Moment, rows: &[SocketId], unowned: Vec<u64>) {
        let here = self.lab.set_visible(rows);
        self.poller.set_visible(here);
        if unowned.is_empty() || !self.search.may_begin(now) {
            return;
        }
        self.asked.retain(|_, asked| now.since(*asked) < ASK_AGAIN);
        let wanted: std::collections::HashSet<u64> =
            unowned.into_iter().filter(|inode| self.asked.insert(*inode, now).is_none()).collect();
        if wanted.is_empty() {
            return;
        }
        let inbox = self.inbox.clone();
        let search = self.tasks.spawn_blocking(move || {
            let clock = Clock::start();
            let look = || {
                break_on_purpose("task");
                owner::owners(&wanted)
            };
            let facts = match catch_unwind(look) {
                Ok(owners) => {
                    vec![Event::OwnersFound(owners.found), Event::OwnersHidden(owners.missing)]
                }
                Err(panic) => vec![Event::Net(SocketEvent::Crashed(panic_words(&*panic)))],
            };
            let took = clock.now().since_start();
            for fact in facts {
                let _ = inbox.blocking_send(Input::Fact(fact));
            }
            took
        });
        self.search.under_way = Some(search);
    }

    /// These connections are looked inside.
    pub(crate) fn inspect(&self, rows: Vec<SocketId>) {
        let here = self.lab.inspect(rows);
        self.poller.inspect(here);
    }

    /// The lab is gone, whoever took it down; so are its sockets.
    pub(crate) fn lab_is_down(&mut self) {
        self.program.leave_elsewhere();
    }

    /// Closes every socket, with RST, so that the next run finds no TIME_WAIT at its port; ends every task and thread, and waits for them a
    /// moment.
    pub(crate) async fn end(mut self) {
        self.program.run(Command::CloseEverything);
        self.poller.stop();
        self.stop.cancel();
        // Its threads are waited for like tasks.
        let lab = self.lab;
        self.tasks.spawn_blocking(move || lab.end());
        self.tasks.close();
        let _ = tokio::time::timeout(Duration::from_millis(500), self.tasks.wait()).await;
    }
}
