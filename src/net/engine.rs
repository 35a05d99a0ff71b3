use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::net::burst::BurstTask;
use crate::net::factory::{RemoteSockets, SocketFactory};
use crate::net::held_state::HeldStates;
use crate::net::listen::ListenTask;
use crate::net::listener::Listener;
use crate::net::probe::try_all;
use crate::net::registry::Registry;
use crate::tcp::{
    Burst, Call, CloseKind, Command, ConnectSpec, Errno, Host, HostLimits, ListenSpec, SocketEvent,
    SocketId, SyscallError,
};

/// The program whose sockets these are: it does as it is told, and tells what happens.
///
/// For each socket in [`SocketEvent::Listening`], [`SocketEvent::Accepted`], [`SocketEvent::Connecting`] or [`SocketEvent::Connected`] there comes [`SocketEvent::Closed`]
/// once. [`SocketEvent::StoppedListening`] follows when no socket listens any more, or when one had to stop. A call that was told as Connecting and is refused later brings ConnectFailed,
/// then Closed.
///
/// A server end that closes with its client does so upon the client's FIN, and cannot know whether the client only half-closed. Clients
/// close upon the server's FIN, too.
#[derive(Debug)]
pub struct Engine {
    sockets: Arc<Registry>,
    /// Ends the Connect commands that are under way.
    connecting: CancellationToken,
    /// Closes the doors that are being opened.
    opening: CancellationToken,
    /// Doors that are closed, but perhaps not told to be.
    leaving: Vec<CancellationToken>,
    /// Connections that are held in a state.
    stage: HeldStates,
    /// So many commands may be under way.
    under_way: Arc<Semaphore>,
}

impl Engine {
    /// So many Connect commands can be under way at a time, and Listen commands of other computers among them.
    pub const BURSTS: usize = 32;
    /// So many Listen commands can be in force at a time.
    pub const DOORS: usize = 16;
    /// How long the other end may refuse to take an echo before the server gives up.
    pub const PATIENCE: Duration = Duration::from_secs(10);

    /// A program without sockets, of a process that may have `descriptors` open (`RLIMIT_NOFILE`, soft),
    /// [`HostLimits::RESERVED_DESCRIPTORS`] of which it does not touch.
    ///
    /// It runs its tasks on `tasks`, each of which ends soon after `stop` is cancelled. They wait for room in `news`, so it sets their pace.
    pub fn new(
        news: Sender<SocketEvent>,
        tasks: TaskTracker,
        stop: CancellationToken,
        descriptors: u64,
    ) -> Engine {
        Engine::with_patience(news, tasks, stop, descriptors, Engine::PATIENCE)
    }

    /// The same with another [`Engine::PATIENCE`].
    pub fn with_patience(
        news: Sender<SocketEvent>,
        tasks: TaskTracker,
        stop: CancellationToken,
        descriptors: u64,
        patience: Duration,
    ) -> Engine {
        let budget = descriptors.saturating_sub(HostLimits::RESERVED_DESCRIPTORS);
        Engine::of(Registry::new(news, tasks, stop, budget, patience))
    }

    /// The same with sockets of other computers, too; `elsewhere` may have and lose them as time goes by.
    pub fn with_elsewhere(
        news: Sender<SocketEvent>,
        tasks: TaskTracker,
        stop: CancellationToken,
        descriptors: u64,
        elsewhere: Arc<dyn RemoteSockets>,
    ) -> Engine {
        let budget = descriptors.saturating_sub(HostLimits::RESERVED_DESCRIPTORS);
        let mut sockets = Registry::new(news, tasks, stop, budget, Engine::PATIENCE);
        sockets.makers = SocketFactory::with(elsewhere);
        Engine::of(sockets)
    }

    fn of(sockets: Registry) -> Engine {
        Engine {
            connecting: sockets.stop.child_token(),
            opening: sockets.stop.child_token(),
            sockets: Arc::new(sockets),
            leaving: Vec::new(),
            stage: HeldStates::default(),
            under_way: Arc::new(Semaphore::new(Engine::BURSTS)),
        }
    }

    /// Has the system calls told, too: [`SocketEvent::Called`].
    pub fn tell_calls(&self) {
        self.sockets.ledger.begin();
    }

    /// Does what `command` says, or has it done; what comes of it is news.
    ///
    /// Never waits: sockets of this machine listen when this returns, everything else is left to tasks. A name that belongs to no open end of ours is
    /// passed over, since its end has been told already. Must be called within a tokio runtime.
    pub fn run(&mut self, command: Command) {
        match command {
            Command::Listen(spec) => self.listen(spec),
            Command::StopListening => self.stop_listening(),
            Command::HoldAccept => self.hold(true),
            Command::ResumeAccept => self.hold(false),
            Command::AcceptOne => self.sockets.doors().iter().for_each(|door| door.once()),
            Command::Connect(spec, burst) => self.connect(spec, burst),
            Command::StopConnecting => self.stop_connecting(),
            Command::Send(name, bytes) => {
                if let Some(line) = self.sockets.line(name) {
                    line.send(bytes);
                }
            }
            Command::HalfClose(name) => {
                if let Some(line) = self.sockets.line(name) {
                    line.half_close();
                }
            }
            Command::Close(name) => self.end(name, CloseKind::Close),
            Command::Abort(name) => self.end(name, CloseKind::Abort),
            Command::Try(trials) => {
                let sockets = Arc::clone(&self.sockets);
                self.sockets.spawn(try_all(sockets, trials));
            }
            Command::CloseEverything => {
                self.stop_connecting();
                self.stop_listening();
                self.sockets.sweep();
                self.stage.clear();
            }
            Command::Stage(state, from) => self.sockets.announce(self.stage.hold(state, from)),
        }
    }

    fn listen(&mut self, spec: ListenSpec) {
        let is_here = spec.host == Host::THIS;
        self.leaving.retain(|gone| !gone.is_cancelled());
        let opening = ListenTask {
            sockets: Arc::clone(&self.sockets),
            spec,
            before: self.leaving.clone(),
            stop: self.opening.clone(),
        };
        if is_here {
            // It has nothing to wait for.
            let _ = opening.open().now_or_never();
            return;
        }
        let Ok(place) = Arc::clone(&self.under_way).try_acquire_owned() else {
            let (spec, why) = (opening.spec, busy());
            return self.sockets.announce(SocketEvent::ListenFailed { spec, why });
        };
        self.sockets.spawn(async move {
            opening.open().await;
            drop(place);
        });
    }

    fn stop_listening(&mut self) {
        self.stop_opening();
        let doors: Vec<Arc<Listener>> = self.sockets.doors().drain(..).collect();
        for door in doors {
            self.close_door(&door);
        }
    }

    fn close_door(&mut self, door: &Listener) {
        door.close();
        self.leaving.retain(|gone| !gone.is_cancelled());
        self.leaving.push(door.gone.clone());
    }

    fn hold(&mut self, held: bool) {
        // First the news of it, then what comes of it.
        self.sockets.announce(SocketEvent::AcceptHeld(held));
        for door in self.sockets.doors().iter() {
            if held {
                door.hold();
            } else {
                door.resume();
            }
        }
    }

    fn connect(&mut self, spec: ConnectSpec, burst: Burst) {
        let Ok(place) = Arc::clone(&self.under_way).try_acquire_owned() else {
            let (to, local, why) = (spec.to.endpoint(), None, busy());
            self.sockets.mention(SocketEvent::ConnectFailed { spec, to, local, why });
            return;
        };
        let calls = BurstTask::new(&self.sockets, spec, burst, self.connecting.clone());
        let calls = Arc::new(calls);
        self.sockets.spawn(async move {
            calls.make().await;
            drop(place);
        });
    }

    /// Closes at once again what is not open yet; that is only where other computers are to listen.
    fn stop_opening(&mut self) {
        self.opening.cancel();
        self.opening = self.sockets.stop.child_token();
    }

    /// Resets the connections and closes the listening sockets of all other computers.
    pub fn leave_elsewhere(&mut self) {
        self.stop_opening();
        let mut doors = self.sockets.doors();
        let gone = doors.extract_if(.., |door| door.spec.host != Host::THIS);
        let gone: Vec<Arc<Listener>> = gone.collect();
        drop(doors);
        for door in gone {
            self.close_door(&door);
        }
        self.sockets.sweep_elsewhere();
    }

    fn stop_connecting(&mut self) {
        self.connecting.cancel();
        self.connecting = self.sockets.stop.child_token();
    }

    fn end(&mut self, name: SocketId, how: CloseKind) {
        if let Some(line) = self.sockets.line(name) {
            line.end(how);
        }
        // All sockets of one door go together.
        let meant = |door: &&Arc<Listener>| door.names.contains(&name);
        let door = self.sockets.doors().iter().find(meant).map(Arc::clone);
        if let Some(door) = door {
            self.sockets.forget_door(&door);
            self.close_door(&door);
        }
    }
}

/// Too much is under way already.
fn busy() -> SyscallError {
    SyscallError { call: Call::Socket, errno: Errno::EAGAIN }
}
