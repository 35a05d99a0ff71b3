//! The engine on loopback: commands in, events out.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test whose expectation fails may panic"
)]

pub(crate) mod accepting;
pub(crate) mod binding;
pub(crate) mod bursts;
pub(crate) mod closing;
pub(crate) mod connecting;
pub(crate) mod data;
pub(crate) mod descriptors;
pub(crate) mod held_states;
pub(crate) mod limits;
pub(crate) mod many_clients;
pub(crate) mod remote_sockets;
pub(crate) mod shortages;
pub(crate) mod trace;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use fivetuple::net::Engine;
use fivetuple::tcp::{
    Burst, CloseKind, Command, ConnectSpec, Endpoint, ListenSpec, OwnSocket, SocketEvent, SocketId,
    SyscallError, Target,
};
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// An engine and the reader of its events.
struct Rig {
    engine: Engine,
    events: Receiver<SocketEvent>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// Both ends of one connection.
#[derive(Clone, Copy, Debug)]
struct Pair {
    client: SocketId,
    server: SocketId,
}

impl Rig {
    fn new() -> Rig {
        Rig::with(20_000, Engine::ECHO_TIMEOUT)
    }

    fn with(descriptors: u64, patience: Duration) -> Rig {
        let (sender, events) = mpsc::channel(256);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let engine =
            Engine::with_echo_timeout(sender, tasks.clone(), stop.clone(), descriptors, patience);
        Rig { engine, events, tasks, stop }
    }

    fn run(&mut self, command: Command) {
        self.engine.run(command);
    }

    /// What `pick` returns for the first event that it wants; others are ignored.
    async fn wait_for<T>(&mut self, mut pick: impl FnMut(SocketEvent) -> Option<T>) -> T {
        let mut passed = Vec::new();
        let wait = async {
            loop {
                let event = self.events.recv().await.expect("the engine is there");
                if let Some(found) = pick(event.clone()) {
                    return found;
                }
                passed.push(event);
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(60), wait).await;
        found.unwrap_or_else(|_| panic!("no such event; last: {:#?}", passed.last()))
    }

    async fn until(&mut self, mut is_it: impl FnMut(SocketEvent) -> bool) {
        self.wait_for(|event| is_it(event).then_some(())).await;
    }

    /// Listens; where.
    async fn listen(&mut self, spec: ListenSpec) -> Endpoint {
        self.run(Command::Listen(spec));
        let answer = self.wait_for(|event| match event {
            SocketEvent::Listening { spec, .. } => Some(Ok(spec.at)),
            SocketEvent::ListenFailed { why, .. } => Some(Err(why)),
            _ => None,
        });
        answer.await.expect("listens")
    }

    async fn listen_failed(&mut self, spec: ListenSpec) -> SyscallError {
        self.run(Command::Listen(spec));
        self.wait_for(|event| match event {
            SocketEvent::ListenFailed { why, .. } => Some(why),
            _ => None,
        })
        .await
    }

    /// Connects once; the result.
    async fn connect(&mut self, spec: ConnectSpec) -> Result<OwnSocket, SyscallError> {
        self.run(Command::Connect(spec, Burst::ONE));
        self.wait_for(connected).await
    }

    async fn refused(&mut self, spec: ConnectSpec) -> SyscallError {
        self.connect(spec).await.expect_err("refused")
    }

    /// A connection to a listener of ours.
    async fn pair(&mut self, spec: ConnectSpec) -> Pair {
        self.run(Command::Connect(spec, Burst::ONE));
        let (mut client, mut server) = (None, None);
        self.wait_for(|event| {
            match event {
                SocketEvent::Connected(own) => client = Some(own.name),
                SocketEvent::Accepted(own) => server = Some(own.name),
                _ => (),
            }
            let (client, server) = (client?, server?);
            Some(Pair { client, server })
        })
        .await
    }

    async fn accepted(&mut self) -> SocketId {
        self.wait_for(|event| match event {
            SocketEvent::Accepted(own) => Some(own.name),
            _ => None,
        })
        .await
    }

    async fn closed(&mut self, name: SocketId) -> CloseKind {
        self.wait_for(|event| match event {
            SocketEvent::Closed { at, how } if at == name => Some(how),
            _ => None,
        })
        .await
    }

    /// Waits until both ends are closed, in any order; how the client's was, and the server's.
    async fn both_closed(&mut self, pair: Pair) -> (CloseKind, CloseKind) {
        let (mut client, mut server) = (None, None);
        self.wait_for(|event| {
            match event {
                SocketEvent::Closed { at, how } if at == pair.client => client = Some(how),
                SocketEvent::Closed { at, how } if at == pair.server => server = Some(how),
                _ => (),
            }
            Some((client?, server?))
        })
        .await
    }

    async fn peer_closed(&mut self, name: SocketId) {
        self.wait_for(|event| (event == SocketEvent::PeerClosed(name)).then_some(())).await;
    }

    /// The first bytes that arrive at that end.
    async fn received(&mut self, name: SocketId) -> Vec<u8> {
        self.wait_for(|event| match event {
            SocketEvent::Received { at, first, .. } if at == name => Some(first),
            _ => None,
        })
        .await
    }

    /// Nothing happens and no task spins: the runtime of this test has only this thread.
    async fn rests(&mut self) {
        let before = on_cpu();
        let more = tokio::time::timeout(Duration::from_millis(300), self.events.recv()).await;
        assert!(more.is_err(), "{more:?}");
        let spun = on_cpu().saturating_sub(before);
        assert!(spun < Duration::from_millis(30), "spins: {spun:?}");
    }

    /// The events that are in the queue.
    fn pending_events(&mut self) -> Vec<SocketEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}

/// The result of a connect(), if the event has it.
#[allow(clippy::needless_pass_by_value, reason = "the events are passed by value")]
fn connected(event: SocketEvent) -> Option<Result<OwnSocket, SyscallError>> {
    match event {
        SocketEvent::Connected(own) => Some(Ok(own)),
        SocketEvent::ConnectFailed { why, .. } => Some(Err(why)),
        _ => None,
    }
}

/// The CPU time of this thread.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|word| word.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

fn burst(count: u32) -> Burst {
    Burst { count, every: Duration::ZERO }
}

/// An address of loopback.
fn loopback(last: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, 0, last).into()
}

/// A listener on a port chosen by the kernel.
fn anywhere() -> ListenSpec {
    ListenSpec::at(Endpoint::new(Ipv4Addr::LOCALHOST, 0))
}

fn to(at: Endpoint) -> ConnectSpec {
    ConnectSpec::to(Target::from(at))
}

fn from(ip: IpAddr, at: Endpoint) -> ConnectSpec {
    ConnectSpec { from: Some(ip), ..to(at) }
}
