use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::net::burst::BurstTask;
use crate::net::connection::mailbox::Mailbox;
use crate::net::factory::RemoteSockets;
use crate::net::held_state::HeldStates;
use crate::net::listen::listen;
use crate::net::listener::Listener;
use crate::net::probe::probe_all;
use crate::net::registry::Registry;
use crate::net::time_wait;
use crate::tcp::{
    Burst, Call, CloseKind, Command, ConnectSpec, Errno, Host, ListenSpec, ListenerId, SocketEvent,
    SocketId, SyscallError,
};

/// Owns our sockets: runs commands, and reports what happens as events.
///
/// Each socket in [`SocketEvent::Listening`], [`SocketEvent::Accepted`], [`SocketEvent::Connecting`] or [`SocketEvent::Connected`] is
/// followed by one [`SocketEvent::Closed`]. [`SocketEvent::StoppedListening`] follows when a listener has none open any more. A pending connect() that is refused brings ConnectFailed, then Closed.
///
/// A server that closes with its client does so upon the client's FIN, and cannot know whether the client only half-closed. Clients
/// close upon the server's FIN, too.
pub struct Engine {
    registry: Arc<Registry>,
    connecting: CancellationToken,
    /// Listeners of other computers whose sockets are perhaps not made yet; cancelling one closes it then.
    opening: Vec<(ListenSpec, CancellationToken)>,
    /// Listeners that are closed but perhaps not yet reported closed.
    closing: Vec<CancellationToken>,
    held_states: HeldStates,
    under_way: Arc<Semaphore>,
}

impl Engine {
    /// The most Connect commands under way, Listen commands of other computers included.
    pub const MOST_UNDER_WAY: usize = 32;
    /// How long a client may read nothing of its echo before the server gives up; tests have less patience.
    pub const ECHO_TIMEOUT: Duration = Duration::from_secs(10);

    /// An engine without sockets, for a process that may have `descriptors` open (`RLIMIT_NOFILE`, soft),
    /// some of which it leaves alone ([`RESERVED_DESCRIPTORS`](crate::tcp::HostLimits::RESERVED_DESCRIPTORS)).
    /// `remote` makes the sockets of other computers; it may gain and lose them at any time.
    ///
    /// It runs its tasks on `tasks`, each of which ends soon after `stop` is cancelled. They wait for room in `events`, so it sets their pace.
    pub fn new(
        events: Sender<SocketEvent>,
        tasks: TaskTracker,
        stop: CancellationToken,
        (descriptors, echo_timeout): (u64, Duration),
        remote: Option<Arc<dyn RemoteSockets>>,
    ) -> Engine {
        let mut registry = Registry::new(events, tasks, stop, descriptors, echo_timeout);
        registry.factory.remote = remote;
        Engine {
            connecting: registry.stop.child_token(),
            opening: Vec::new(),
            registry: Arc::new(registry),
            closing: Vec::new(),
            held_states: HeldStates::default(),
            under_way: Arc::new(Semaphore::new(Engine::MOST_UNDER_WAY)),
        }
    }

    /// From now on reports the system calls, too: [`SocketEvent::SyscallsTraced`].
    pub fn trace_syscalls(&self) {
        self.registry.trace_limit.turn_on();
    }

    /// Runs a command; its results are reported as events.
    ///
    /// Never blocks: sockets of this machine listen when this returns, everything else is left to tasks. An id without an open socket is
    /// ignored, since its end was reported already. Must be called within a tokio runtime.
    pub fn run(&mut self, command: Command) {
        match command {
            Command::Listen(spec) => self.listen(spec),
            Command::StopListening(id) => self.stop_listening(|spec| spec.id == id),
            Command::HoldAccept(id) => self.hold(id, true),
            Command::ResumeAccept(id) => self.hold(id, false),
            Command::AcceptOne(id) => self.each(id, Listener::permit_one),
            Command::Connect(spec, burst) => self.connect(spec, burst),
            Command::StopConnecting => self.stop_connecting(),
            Command::Send(id, bytes) => self.order(id, |mailbox| mailbox.send(bytes)),
            Command::HalfClose(id) => self.order(id, Mailbox::half_close),
            Command::StayOpen(id, other) => self.registry.stay_open(id, other),
            Command::CloseWithPeer(id) => self.order(id, |mailbox| mailbox.stay_open(false)),
            Command::Close(id) => self.close(id, CloseKind::Close),
            Command::Abort(id) => self.close(id, CloseKind::Abort),
            Command::EndTimeWait(id) => {
                self.registry.spawn(time_wait::end(Arc::clone(&self.registry), id));
            }
            Command::Probe(probes) => {
                self.registry.spawn(probe_all(Arc::clone(&self.registry), probes));
            }
            Command::CloseEverything => {
                self.stop_connecting();
                self.stop_listening(|_| true);
                self.registry.reset_all();
                self.held_states.close_all();
            }
            Command::HoldState(state, from) => {
                let held = self.held_states.hold(&self.registry, (state, from));
                self.registry.report_soon(held);
            }
        }
    }

    fn listen(&mut self, spec: ListenSpec) {
        self.closing.retain(|closed| !closed.is_cancelled());
        let stop = self.registry.stop.child_token();
        let listening =
            |spec, stop| listen(Arc::clone(&self.registry), spec, self.closing.clone(), stop);
        if spec.host == Host::THIS {
            // It has nothing to wait for.
            let _ = listening(spec, stop).now_or_never();
            return;
        }
        let Ok(permit) = Arc::clone(&self.under_way).try_acquire_owned() else {
            return self.registry.report_soon(SocketEvent::ListenFailed { spec, why: TOO_MANY });
        };
        let task = listening(spec.clone(), stop.clone());
        self.opening.retain(|(_, opened)| !opened.is_cancelled());
        self.opening.push((spec, stop.clone()));
        self.registry.spawn(task.map(move |()| {
            stop.cancel();
            drop(permit);
        }));
    }

    fn stop_listening(&mut self, which: impl Fn(&ListenSpec) -> bool) {
        let opening = self.opening.iter().filter(|(spec, _)| which(spec));
        opening.for_each(|(_, stop)| stop.cancel());
        self.close_listeners(|listener| which(&listener.spec));
    }

    fn close_listeners(&mut self, which: impl Fn(&Listener) -> bool) {
        for listener in self.registry.listeners().extract_if(.., |listener| which(listener)) {
            listener.close();
            self.closing.push(listener.closed.clone());
        }
    }

    fn hold(&self, id: ListenerId, held: bool) {
        // Its event comes before those of the connections that are accepted then.
        self.registry.report_soon(SocketEvent::AcceptHeld(id, held));
        self.each(id, |listener| listener.hold(held));
    }

    fn each(&self, id: ListenerId, change: impl Fn(&Listener)) {
        let listeners = self.registry.listeners();
        listeners.iter().filter(|listener| listener.spec.id == id).for_each(|one| change(one));
    }

    fn connect(&mut self, spec: ConnectSpec, burst: Burst) {
        let Ok(permit) = Arc::clone(&self.under_way).try_acquire_owned() else {
            let (id, to, why) = (spec.id, spec.to.endpoint(), TOO_MANY);
            self.registry.try_report(SocketEvent::ConnectFailed { spec, to, local: None, why });
            if burst.count > 1 {
                let (opened, asked, took) = (0, burst.count, Duration::ZERO);
                self.registry.try_report(SocketEvent::BurstEnded { id, opened, asked, took });
            }
            return;
        };
        let burst = BurstTask::new(&self.registry, spec, burst, self.connecting.clone());
        self.registry.spawn(Arc::new(burst).run().map(|()| drop(permit)));
    }

    /// Resets the connections and closes the listening sockets of all other computers.
    pub fn close_remote(&mut self) {
        self.stop_listening(|spec| spec.host != Host::THIS);
        self.registry.reset(|id| id.host != Host::THIS);
    }

    fn stop_connecting(&mut self) {
        self.connecting.cancel();
        self.connecting = self.registry.stop.child_token();
    }

    fn order(&self, id: SocketId, give: impl FnOnce(&Mailbox)) {
        if let Some(mailbox) = self.registry.mailbox(id) {
            give(&mailbox);
        }
    }

    fn close(&mut self, id: SocketId, how: CloseKind) {
        self.order(id, |mailbox| mailbox.close(how));
        self.close_listeners(|listener| listener.ids.contains(&id));
    }
}

const TOO_MANY: SyscallError = SyscallError { call: Call::Socket, errno: Errno::EAGAIN };
