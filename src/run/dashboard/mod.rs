//! The dashboard's loop, its terminal, its inputs, and the world in which it carries out effects.
//!
//! There are two bounded queues. The sockets' events have their own, and the inbox goes first: in a burst thousands of tasks wait to send
//! an event, and a key or a signal must not wait behind them. The order of a row and an event of the same socket is open in any case, as
//! the poller and the socket's task see the change independently.

mod backend;
mod burst_memory;
mod frames;
pub(super) mod inputs;
pub(super) mod job;
mod keyboard;
pub(super) mod notes;
pub(super) mod open;
pub(super) mod screen;
mod terminal_events;
mod theme_choice;

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::mpsc::{Receiver, channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Action, Effect, Event, LabStage, State, explain, watch_at_start};
use crate::cli::DashboardArgs;
use crate::kernel::watch::Poller;
use crate::kernel::{raise_descriptor_limit, unread_machine};
use crate::run::dashboard::burst_memory::BurstMemory;
use crate::run::dashboard::frames::FramePacer;
use crate::run::dashboard::inputs::Input;
use crate::run::dashboard::notes::server::NotesServer;
use crate::run::dashboard::screen::{Screen, exit_later};
use crate::run::fault::break_on_purpose;
use crate::run::lab::LabSession;
use crate::run::output::Output;
use crate::run::world::World;
use crate::run::world::first_state::first_state;
use crate::run::{Clock, Exit};
use crate::tcp::{HostLimits, Moment, SocketEvent};
use crate::view::{self, Scroll, Theme};

const QUEUE: usize = 1024;
const TAKE_TIME: Duration = Duration::from_millis(8);

/// Runs until the user quits; these events come first.
pub(super) async fn dashboard(args: &DashboardArgs, first: Vec<Event>) -> anyhow::Result<Exit> {
    let clock = Clock::start();
    let descriptors = raise_descriptor_limit();
    let state = first_state(args, HostLimits { descriptors, ..unread_machine() }, &clock);
    let (inbox_sender, inputs) = channel(QUEUE);
    let lab = LabSession::new(clock, inbox_sender.clone(), args.lab.pcap.as_deref())?;
    let (events_sender, events) = channel(QUEUE);
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    // From now on a signal must not end the program before the terminal is restored.
    inputs::listen_to_signals(&tasks, &stop, &inbox_sender).context("cannot handle signals")?;
    let screen = Screen::enter(!args.screen.no_mouse).context("cannot set up the terminal")?;
    keyboard::listen(inbox_sender.clone()).context("cannot read the terminal")?;
    inputs::watch_for_hangup(inbox_sender.clone()).context("cannot watch the terminal")?;
    let channels = (inbox_sender, events_sender);
    let world = World::open(clock, descriptors, lab, (tasks, stop), channels)?;
    let theme = theme_choice::theme(&args.screen);
    let frames = FramePacer::per_second(args.screen.fps);
    let mut dashboard = Dashboard {
        clock,
        state,
        screen,
        world,
        theme,
        scroll: Scroll::default(),
        frames,
        ticked: Moment::default(),
        memory: BurstMemory::default(),
        listen: args.listen,
        lab: args.lab.lab,
        first,
        notes: NotesServer::default(),
        ended: None,
    };
    let result = dashboard.run(inputs, events).await;
    let Dashboard { screen, world, state, .. } = dashboard;
    exit_later(result.as_ref().map_or(1, |ended| ended.code().into()));
    let restored = screen::leave();
    drop(screen);
    let written = world.end().await;
    if matches!(result, Ok(Exit::BySignal(libc::SIGHUP))) || screen::is_gone() {
        return Ok(Exit::BySignal(libc::SIGHUP));
    }
    if let Some(closed) = state.closes_at_the_end().filter(|_| matches!(result, Ok(Exit::Done))) {
        let _ = writeln!(Output::stdout(), "{}", explain::words(&closed));
    }
    Exit::of_dashboard(result, restored, written)
}

struct Dashboard {
    clock: Clock,
    state: State,
    screen: Screen,
    world: World,
    theme: Theme,
    scroll: Scroll,
    frames: FramePacer,
    ticked: Moment,
    memory: BurstMemory,
    listen: bool,
    lab: bool,
    first: Vec<Event>,
    notes: NotesServer,
    ended: Option<Exit>,
}

impl Dashboard {
    async fn run(
        &mut self,
        mut inbox: Receiver<Input>,
        mut events: Receiver<SocketEvent>,
    ) -> anyhow::Result<Exit> {
        self.carry_out(watch_at_start(&self.state));
        self.carry_out(vec![Effect::ReadLimits]);
        if std::mem::take(&mut self.lab) {
            self.handle(Event::Requested(Action::Lab));
        }
        for event in std::mem::take(&mut self.first) {
            self.handle(event);
        }
        for input in theme_choice::find_background(self.theme, &mut inbox).await? {
            self.take(input)?;
        }
        self.draw()?;
        while self.ended.is_none() {
            // While the terminal takes no bytes there are no frames, but ticks.
            let last = self.frames.last.max(self.ticked);
            let tick = self.clock.instant(last.plus(self.state.tick_after()));
            let frame = self.clock.instant(self.frames.next());
            tokio::select! {
                biased;
                input = inbox.recv() => match input {
                    Some(input) => self.take(input)?,
                    None => return Ok(Exit::Done),
                },
                read = self.world.limits.read(), if self.world.limits.are_coming() => {
                    read.into_iter().flatten().for_each(|event| self.handle(event));
                }
                Some(event) = events.recv(), if self.world.limits.is_free() => {
                    self.handle(Event::Net(event));
                }
                () = async {
                    tokio::time::sleep_until(frame.into()).await;
                    self.screen.ready().await;
                }, if self.frames.due => (),
                () = tokio::time::sleep_until(tick.into()) => {
                    self.handle(Event::Ticked);
                    self.ticked = self.clock.now();
                    self.memory.tick(self.ticked);
                }
            }
            self.take_waiting(&mut inbox, &mut events)?;
            let may_draw = self.clock.now() >= self.frames.next() && self.screen.is_ready();
            if self.frames.due && may_draw && self.ended.is_none() {
                self.draw()?;
            }
        }
        Ok(self.ended.take().unwrap_or(Exit::Done))
    }

    fn take_waiting(
        &mut self,
        inbox: &mut Receiver<Input>,
        events: &mut Receiver<SocketEvent>,
    ) -> anyhow::Result<()> {
        let until = self.clock.now().plus(TAKE_TIME);
        while self.ended.is_none() && self.clock.now() < until {
            if let Ok(input) = inbox.try_recv() {
                self.take(input)?;
            } else if self.world.limits.is_free()
                && let Ok(event) = events.try_recv()
            {
                self.handle(Event::Net(event));
            } else {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, input: Input) -> anyhow::Result<()> {
        match input {
            Input::Event(event) => {
                let is_read = matches!(event, Event::TableRead(_) | Event::TableUnreadable { .. });
                self.memory.hear(self.clock.now(), &event);
                if is_read {
                    self.frames.answered();
                }
                self.handle(event);
                // A refusal can only name the rows in its way once the table was read.
                let may_listen = is_read && self.state.lab.stage != LabStage::Starting;
                if may_listen && std::mem::take(&mut self.listen) {
                    self.handle(Event::Requested(Action::Listen));
                }
            }
            Input::Terminal(event) => self.take_from_terminal(event)?,
            Input::Unreadable(why) => return Err(why).context("cannot read the terminal"),
            Input::Resized => {
                self.screen.repaint()?;
                self.frames.due = true;
            }
            Input::Suspend => self.suspend()?,
            Input::Continued => {
                self.screen.resume()?;
                self.frames.due = true;
            }
            Input::Signal(number) => self.end_by(number),
            Input::HungUp => self.end_by(libc::SIGHUP),
        }
        Ok(())
    }

    fn end_by(&mut self, signal: i32) {
        break_on_purpose("end");
        self.ended = Some(Exit::BySignal(signal));
    }

    fn handle(&mut self, event: Event) {
        let now = self.clock.now();
        let Some(effects) = self.world.apply(&mut self.state, now, event) else { return };
        self.frames.due = true;
        if effects.iter().any(|effect| matches!(effect, Effect::Run(_) | Effect::Lookup(_))) {
            self.frames.ordered(now);
        }
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if self.world.carry_out(effect) {
                self.ended = Some(Exit::Done);
            }
        }
    }

    fn draw(&mut self) -> anyhow::Result<()> {
        break_on_purpose("draw");
        self.state.arrange();
        let Dashboard { state, theme, scroll, screen, .. } = self;
        let theme = theme.after(state.ui.look.theme);
        screen.draw(|frame| view::draw(frame, state, &theme, scroll)).context("cannot draw")?;
        if let Some(last) = scroll.help_end() {
            state.ui.help_ends_at(last);
        }
        if let Some((last, pages)) = scroll.notices() {
            state.notices.fit(last, pages);
        }
        let now = self.clock.now();
        self.world.distribute(&self.state.shown_in_details(), Poller::inspect);
        self.world.show(now, self.scroll.visible(), &self.state);
        self.frames.drawn(now);
        let page = self.state.speaker_page(self.clock.epoch());
        self.notes.show(page, (&self.world.tasks, &self.world.stop));
        Ok(())
    }
}
