//! The world in which effects are carried out: our own sockets, the kernel's tables, the lab.

pub(super) mod first_state;
mod limits;

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures_util::FutureExt;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Effect, Event, State, update};
use crate::kernel::watch::Poller;
use crate::kernel::{Owners, owners, still_holds};
use crate::net::{Engine, panic_message};
use crate::run::Clock;
use crate::run::dashboard::inputs::Input;
use crate::run::fault::break_on_purpose;
use crate::run::headless::NO_THREAD;
use crate::run::kept::keep;
use crate::run::lab::LabSession;
use crate::run::save::save;
use crate::run::world::limits::LimitsReader;
use crate::tcp::{Command, Host, LabEvent, LabOrder, Moment, SocketEvent, SocketId};

pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) poller: Poller,
    pub(super) lab: LabSession,
    pub(super) tasks: TaskTracker,
    pub(super) stop: CancellationToken,
    pub(super) inbox: Sender<Input>,
    pub(super) search: OwnerSearch,
    pub(super) limits: LimitsReader,
}

/// The search for owners, one at a time and limited: in a burst, or among many descriptors, it would take more time than all the rest.
#[derive(Default)]
pub(in crate::run) struct OwnerSearch {
    begun: HashMap<u64, Moment>,
    /// Returns how long it took.
    task: Option<JoinHandle<Duration>>,
    paused_until: Moment,
    checked: Moment,
}

impl OwnerSearch {
    /// The search may take one part in so many of the time.
    const SHARE: u32 = 10;

    fn may_begin(&mut self, now: Moment) -> bool {
        if let Some(search) = self.task.take_if(|search| search.is_finished()) {
            let took = search.now_or_never().and_then(Result::ok);
            self.paused_until = now.plus(took.unwrap_or_default() * (OwnerSearch::SHARE - 1));
        }
        self.task.is_none() && now >= self.paused_until
    }
}

const SEARCH_AGAIN: Duration = Duration::from_secs(5);
/// How often known owners are looked at: sockets are inherited, and processes end.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

impl World {
    /// Opens it: what our sockets report goes to `events`, and all else to `inbox`.
    pub(super) fn open(
        clock: Clock,
        descriptors: u64,
        lab: LabSession,
        (tasks, stop): (TaskTracker, CancellationToken),
        (inbox, events): (Sender<Input>, Sender<SocketEvent>),
    ) -> anyhow::Result<World> {
        let engine = Engine::new(
            events,
            tasks.clone(),
            stop.child_token(),
            (descriptors, Engine::ECHO_TIMEOUT),
            Some(lab.sockets()),
        );
        engine.trace_syscalls();
        let sender = inbox.clone();
        let report = move |event| sender.blocking_send(Input::from(event)).is_ok();
        let poller = Poller::start(move || clock.now(), report).context(NO_THREAD)?;
        let (search, limits) = (OwnerSearch::default(), LimitsReader::default());
        Ok(World { engine, poller, lab, tasks, stop, inbox, search, limits })
    }

    /// Applies an event to the state, and returns what is to be carried out; `None` for one that waits for what explains it.
    pub(super) fn apply(
        &mut self,
        state: &mut State,
        now: Moment,
        event: Event,
    ) -> Option<Vec<Effect>> {
        if matches!(event, Event::Lab(LabEvent::Down(_))) {
            self.engine.close_remote();
        }
        let event = self.limits.explain(event, &self.tasks)?;
        if matches!(event, Event::Pressed(_)) {
            break_on_purpose("update");
        }
        Some(update(state, now, event))
    }

    /// Carries out an effect without blocking; returns whether it was the one to exit.
    pub(super) fn carry_out(&mut self, effect: Effect) -> bool {
        match effect {
            Effect::Run(command) => self.engine.run(command),
            Effect::Watch(filter) => {
                self.lab.watch(&filter);
                self.poller.watch(filter);
            }
            Effect::Lab(LabOrder::Start(spec)) => self.lab.start(spec),
            Effect::Lab(LabOrder::Stop) => {
                self.engine.close_remote();
                self.lab.stop();
            }
            Effect::Lab(LabOrder::Wire(order)) => self.lab.wire(order),
            Effect::Lookup(names) => self.distribute(&names, Poller::lookup),
            Effect::Save { name, texts } => self.save(name, texts),
            Effect::KeepExercise(number) => self.keep(number),
            Effect::ReadLimits => self.limits.begin(&self.tasks),
            Effect::Exit => return true,
        }
        false
    }

    fn save(&self, name: String, texts: Vec<(&'static str, String)>) {
        let inbox = self.inbox.clone();
        self.tasks.spawn_blocking(move || {
            let saved = save(Path::new("."), &name, &texts);
            let _ = inbox.blocking_send(Input::Event(Event::Saved(saved)));
        });
    }

    fn keep(&self, exercise: usize) {
        let inbox = self.inbox.clone();
        self.tasks.spawn_blocking(move || {
            if let Err(why) = keep(exercise) {
                let _ = inbox.blocking_send(Input::Event(Event::ExerciseNotKept(why)));
            }
        });
    }

    pub(super) fn show(&mut self, now: Moment, rows: &[SocketId], state: &State) {
        self.distribute(rows, Poller::set_visible);
        let unowned = state.unowned(rows);
        let is_check_due = now.since(self.search.checked) >= CHECK_INTERVAL;
        if (unowned.is_empty() && !is_check_due) || !self.search.may_begin(now) {
            return;
        }
        self.search.begun.retain(|_, at| now.since(*at) < SEARCH_AGAIN);
        let mut wanted: HashSet<u64> = unowned
            .into_iter()
            .filter(|inode| self.search.begun.insert(*inode, now).is_none())
            .collect();
        let owned = if is_check_due { state.owned(rows) } else { Vec::new() };
        if is_check_due {
            self.search.checked = now;
        }
        if wanted.is_empty() && owned.is_empty() {
            return;
        }
        let inbox = self.inbox.clone();
        let search = self.tasks.spawn_blocking(move || {
            let clock = Clock::start();
            let look = || {
                break_on_purpose("task");
                let lost = owned.iter().filter(|(inode, owner)| !still_holds(*inode, owner));
                wanted.extend(lost.map(|(inode, _)| inode));
                owners(&wanted)
            };
            let events = match catch_unwind(AssertUnwindSafe(look)) {
                Ok(owners) if owners == Owners::default() => Vec::new(),
                Ok(owners) => {
                    vec![Event::OwnersFound(owners.found), Event::OwnersHidden(owners.missing)]
                }
                Err(panic) => vec![Event::Net(SocketEvent::Crashed(panic_message(&*panic)))],
            };
            let took = clock.now().since_start();
            for event in events {
                let _ = inbox.blocking_send(Input::Event(event));
            }
            took
        });
        self.search.task = Some(search);
    }

    pub(super) fn distribute(&self, ids: &[SocketId], give: impl Fn(&Poller, Vec<SocketId>)) {
        let of = |host| ids.iter().filter(|id| id.host == host).copied().collect();
        give(&self.poller, of(Host::THIS));
        self.lab.each_poller(|host, poller| give(poller, of(host)));
    }

    /// Aborts every socket, so that the next run finds no TIME_WAIT at its port; ends every task and thread, and waits for up to 500 ms.
    /// Fails when what crossed the lab's wire could not be written down.
    pub(super) async fn end(mut self) -> anyhow::Result<()> {
        self.engine.run(Command::CloseEverything);
        self.poller.stop();
        self.stop.cancel();
        let lab = self.lab;
        let capture_failed = Arc::clone(&lab.capture_failed);
        self.tasks.spawn_blocking(move || lab.end());
        self.tasks.close();
        let _ = tokio::time::timeout(Duration::from_millis(500), self.tasks.wait()).await;
        capture_failed.get().map_or(Ok(()), |why| Err(anyhow::anyhow!("{why}")))
    }
}
