pub(crate) mod backend;
pub(crate) mod frames;
pub(crate) mod inputs;
pub(crate) mod screen;
pub(crate) mod theme_choice;
pub(crate) mod world;

use std::net::IpAddr;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{Action, Clients, Effect, Event, LabStage, Server, State, update};
use crate::cli::DashboardArgs;
use crate::kernel::settings;
use crate::kernel::watch::Poller;
use crate::net::Engine;
use crate::run::dashboard::frames::FramePacer;
use crate::run::dashboard::inputs::Input;
use crate::run::dashboard::screen::Screen;
use crate::run::dashboard::world::World;
use crate::run::fault::break_on_purpose;
use crate::run::lab::LabSession;
use crate::run::{Clock, Exit};
use crate::tcp::{ConnectSpec, Endpoint, LabEvent, ListenSpec, SocketEvent};
use crate::view;
use crate::view::{Scroll, Theme, hit};

/// How many facts may wait for the loop.
const INBOX: usize = 1024;
/// How long facts are taken in before a frame is drawn in between.
const TAKE_IN: Duration = Duration::from_millis(8);

/// How many computers play clients on loopback when nothing else is asked.
const COMPUTERS: u8 = 4;

/// Runs the dashboard until the person quits, a signal comes or the terminal is gone.
///
/// # Errors
/// When the terminal cannot be taken or written to, or a thread cannot be started.
pub(crate) async fn dashboard(args: &DashboardArgs) -> anyhow::Result<Exit> {
    let clock = Clock::start();
    let descriptors = settings::raise_descriptor_limit();
    let machine = crate::tcp::HostLimits { descriptors, ..settings::machine() };
    let state = first_state(args, machine, &clock);
    let (inbox_sender, inbox) = channel(INBOX);
    let lab = LabSession::new(clock, inbox_sender.clone(), args.lab.pcap.as_deref())?;
    let (news_sender, news) = channel(INBOX);
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    // A signal that comes once the terminal is ours must not end the program before the terminal is given back.
    inputs::listen_to_signals(&tasks, &stop, &inbox_sender).context("cannot listen to signals")?;
    let screen = Screen::enter(!args.no_mouse).context("cannot take the terminal")?;
    inputs::listen_to_terminal(&tasks, stop.clone(), inbox_sender.clone());
    inputs::watch_for_hangup(inbox_sender.clone());
    let program = Engine::with_elsewhere(
        news_sender,
        tasks.clone(),
        stop.child_token(),
        descriptors,
        lab.sockets(),
    );
    program.tell_calls();
    let world =
        World::new(program, (poller(clock, inbox_sender.clone()), lab), tasks, stop, inbox_sender);

    let theme = theme_choice::theme(args);
    let frames = FramePacer::a_second(args.fps);
    let mut dashboard = Dashboard {
        clock,
        state,
        screen,
        world,
        theme,
        scroll: Scroll::default(),
        frames,
        listen: args.listen,
        lab: args.lab.lab,
        ended: None,
    };
    let result = dashboard.run(inbox, news).await;
    let Dashboard { screen, world, .. } = dashboard;
    drop(screen);
    world.end().await;
    result.or_else(
        |why| {
            if screen::is_gone() { Ok(Exit::BySignal(libc::SIGHUP)) } else { Err(why) }
        },
    )
}

fn first_state(args: &DashboardArgs, machine: crate::tcp::HostLimits, clock: &Clock) -> State {
    let loopback = IpAddr::from([127, 0, 0, 1]);
    let (here, in_lab) = if args.lab.lab { (None, args.bind) } else { (args.bind, None) };
    let at = Endpoint::new(here.unwrap_or(loopback), args.port);
    let spec = ListenSpec { backlog: args.backlog, ..ListenSpec::at(at) };
    let connect = ConnectSpec {
        payload: args.payload.0.clone(),
        allow_remote: args.allow_remote,
        ..ConnectSpec::to(Endpoint::new(loopback, args.port).into())
    };
    let clients = Clients::new(args.computers.unwrap_or(COMPUTERS), connect);
    let mut state = State::new(machine, clock.started_at(), Server::new(spec), clients);
    state.ui.look.keys = args.show_keys;
    state.lab.spec = args.lab.spec();
    state.lab.bind = in_lab;
    state
}

fn poller(clock: Clock, inbox: Sender<Input>) -> Poller {
    let report = move |event| inbox.blocking_send(Input::from(event)).is_ok();
    Poller::start(move || clock.now(), report)
}

/// The loop: facts in, orders out, at most one frame at a time, and none when nothing changed.
struct Dashboard {
    clock: Clock,
    state: State,
    screen: Screen,
    world: World,
    theme: Theme,
    scroll: Scroll,
    frames: FramePacer,
    listen: bool,
    lab: bool,
    ended: Option<Exit>,
}

impl Dashboard {
    async fn run(
        &mut self,
        mut inbox: Receiver<Input>,
        mut news: Receiver<SocketEvent>,
    ) -> anyhow::Result<Exit> {
        let first = crate::app::watch_at_start(&self.state);
        self.carry_out(first);
        if std::mem::take(&mut self.lab) {
            self.tell(Event::Requested(Action::Lab));
        }
        self.draw()?;
        loop {
            let tick = self.clock.instant(self.frames.last.plus(self.state.tick_after()));
            let frame = self.clock.instant(self.frames.next());
            tokio::select! {
                biased;
                input = inbox.recv() => match input {
                    Some(input) => self.take(input)?,
                    None => return Ok(Exit::Done),
                },
                Some(told) = news.recv() => self.tell(Event::Net(told)),
                () = tokio::time::sleep_until(frame.into()), if self.frames.due => (),
                () = tokio::time::sleep_until(tick.into()) => self.tell(Event::Ticked),
            }
            self.take_in(&mut inbox, &mut news)?;
            if let Some(ended) = self.ended.take() {
                return Ok(ended);
            }
            if self.frames.due && self.clock.now() >= self.frames.next() {
                self.draw()?;
            }
        }
    }

    /// Takes what else is there already, for a few milliseconds at most.
    fn take_in(
        &mut self,
        inbox: &mut Receiver<Input>,
        news: &mut Receiver<SocketEvent>,
    ) -> anyhow::Result<()> {
        let until = self.clock.now().plus(TAKE_IN);
        while self.ended.is_none() && self.clock.now() < until {
            if let Ok(input) = inbox.try_recv() {
                self.take(input)?;
            } else if let Ok(told) = news.try_recv() {
                self.tell(Event::Net(told));
            } else {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, input: Input) -> anyhow::Result<()> {
        match input {
            Input::Fact(fact) => {
                let seen = matches!(fact, Event::TableRead(_) | Event::TableUnreadable { .. });
                if matches!(fact, Event::Lab(LabEvent::Down(_))) {
                    self.world.lab_is_down();
                }
                self.tell(fact);
                // Only now can a refusal name the rows that are to blame.
                let settled = seen && self.state.lab.stage != LabStage::Starting;
                if settled && std::mem::take(&mut self.listen) {
                    self.tell(Event::Requested(Action::Listen));
                }
            }
            Input::Clicked { x, y } => {
                for action in hit::hit(self.screen.area(), &self.state, &self.scroll, x, y) {
                    self.tell(Event::Requested(action));
                }
            }
            Input::Wheel { x, y, down } => {
                if let Some(pane) = hit::pane_at(self.screen.area(), &self.state, x, y) {
                    self.tell(Event::Requested(Action::Focus(pane)));
                }
                self.tell(Event::Requested(if down { Action::Next } else { Action::Previous }));
            }
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

    fn suspend(&mut self) -> anyhow::Result<()> {
        if rustix::process::getsid(None).is_ok_and(|leader| leader == rustix::process::getpid()) {
            // Nobody could continue it.
            self.tell(Event::Pressed(crate::app::Key::Ctrl('z')));
            return Ok(());
        }
        self.screen.suspend().context("cannot take the terminal again")?;
        self.frames.due = true;
        Ok(())
    }

    fn tell(&mut self, event: Event) {
        if matches!(event, Event::Pressed(_)) {
            break_on_purpose("update");
        }
        let effects = update(&mut self.state, self.clock.now(), event);
        self.frames.due = true;
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
        if let Some(last) = scroll.notices_end() {
            state.notices.ends_at(last);
        }
        let now = self.clock.now();
        let unowned = self.state.unowned(self.scroll.visible());
        self.world.inspect(self.state.looked_inside());
        self.world.show(now, self.scroll.visible(), unowned);
        self.frames.drawn(now);
        Ok(())
    }
}
