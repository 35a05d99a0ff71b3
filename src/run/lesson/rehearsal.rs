//! A lesson without a screen: the dashboard's state and its world, played by a loop instead of by keys.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Action, Effect, Event, Lesson, LessonProgress, Phase, State, watch_at_start};
use crate::cli::DashboardArgs;
use crate::kernel::watch::Poller;
use crate::kernel::{raise_descriptor_limit, unread_machine};
use crate::run::Clock;
use crate::run::dashboard::inputs::Input;
use crate::run::lab::LabSession;
use crate::run::world::World;
use crate::run::world::first_state::first_state;
use crate::tcp::{HostLimits, Moment, SocketEvent, SocketId};

const QUEUE: usize = 1024;
/// The most rows that are read again and again, as those on a screen.
const MOST_ROWS: usize = 200;

pub(super) struct Rehearsal {
    pub(super) state: State,
    clock: Clock,
    world: World,
    inbox: Receiver<Input>,
    events: Receiver<SocketEvent>,
    ticked: Moment,
    looked: Moment,
}

/// How a step ended.
pub(super) struct PlayedStep {
    /// Its place, counted from 0.
    pub(super) place: usize,
    /// What the table did not show, in sentences with their lines in the file.
    pub(super) faults: Vec<(usize, String)>,
    pub(super) took: Duration,
}

impl Rehearsal {
    pub(super) fn start(args: &DashboardArgs, lesson: Arc<Lesson>) -> anyhow::Result<Rehearsal> {
        let clock = Clock::start();
        let descriptors = raise_descriptor_limit();
        let state = first_state(args, HostLimits { descriptors, ..unread_machine() }, &clock);
        let (inbox_sender, inbox) = channel(QUEUE);
        let (events_sender, events) = channel(QUEUE);
        let lab = LabSession::new(clock, inbox_sender.clone(), None)?;
        let life = (TaskTracker::new(), CancellationToken::new());
        let world = World::open(clock, descriptors, lab, life, (inbox_sender, events_sender))?;
        let (ticked, looked) = (Moment::default(), Moment::default());
        let mut rehearsal = Rehearsal { state, clock, world, inbox, events, ticked, looked };
        let start = watch_at_start(&rehearsal.state);
        for effect in start.into_iter().chain([Effect::ReadLimits]) {
            rehearsal.world.carry_out(effect);
        }
        rehearsal.handle(Event::LessonGiven { lesson, number: None, pace: None, practice: false });
        Ok(rehearsal)
    }

    fn handle(&mut self, event: Event) {
        let now = self.clock.now();
        let effects = self.world.apply(&mut self.state, now, event);
        for effect in effects.into_iter().flatten() {
            self.world.carry_out(effect);
        }
    }

    /// Plays the step that is next, to its end; `None` behind the last one, or where the lesson cannot be given.
    pub(super) async fn play_step(&mut self) -> Option<PlayedStep> {
        let is_over =
            |lesson: &LessonProgress| matches!(lesson.phase, Phase::Done | Phase::Failed(_));
        if self.state.lesson.as_ref().is_some_and(is_over) {
            self.handle(Event::Requested(Action::LessonNext));
        }
        self.until(|lesson| !matches!(lesson.phase, Phase::SettingUp)).await;
        let lesson = self.state.lesson.as_ref()?;
        if lesson.lacks.is_some() || lesson.step().is_none() {
            return None;
        }
        let begun = self.clock.now();
        if lesson.phase == Phase::Asking {
            self.handle(Event::Requested(Action::LessonNext));
        }
        self.until(is_over).await;
        let took = self.clock.now().since(begun);
        let lesson = self.state.lesson.as_ref().filter(|lesson| lesson.lacks.is_none())?;
        let faults =
            if let Phase::Failed(faults) = &lesson.phase { faults.clone() } else { Vec::new() };
        Some(PlayedStep { place: lesson.at, faults, took })
    }

    /// What this machine lacks for the lesson, in a sentence.
    pub(super) fn lacks(&self) -> Option<String> {
        self.state.lesson.as_ref()?.lacks.clone()
    }

    async fn until(&mut self, is_so: impl Fn(&LessonProgress) -> bool) {
        while self.state.lesson.as_ref().is_some_and(|lesson| !is_so(lesson)) {
            let tick = self.clock.instant(self.ticked.plus(self.state.tick_after()));
            tokio::select! {
                biased;
                Some(input) = self.inbox.recv() => {
                    // All the rest is of a terminal.
                    if let Input::Event(event) = input {
                        self.handle(event);
                    }
                }
                read = self.world.limits.read(), if self.world.limits.are_coming() => {
                    read.into_iter().flatten().for_each(|event| self.handle(event));
                }
                Some(event) = self.events.recv(), if self.world.limits.is_free() => {
                    self.handle(Event::Net(event));
                }
                () = tokio::time::sleep_until(tick.into()) => {
                    self.handle(Event::Ticked);
                    self.ticked = self.clock.now();
                }
            }
            self.look();
        }
    }

    /// Has the rows of the lesson read again and again, as a screen has those that it shows. Whose the others are does not matter.
    fn look(&mut self) {
        const PAUSE: Duration = Duration::from_millis(15);
        let now = self.clock.now();
        if now.since(self.looked) < PAUSE {
            return;
        }
        self.looked = now;
        self.state.arrange();
        let rows: Vec<SocketId> = self.state.ui.shown.iter().take(MOST_ROWS).copied().collect();
        self.world.distribute(&rows, Poller::set_visible);
    }

    pub(super) async fn end(self) {
        // Nothing is captured that could not be written down.
        let _ = self.world.end().await;
    }
}
