//! The engine on loopback: commands in, events out.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test whose expectation fails may panic"
)]

mod accepting;
mod closing;
mod connecting;
mod data;
mod descriptors;
mod held_states;
mod many_clients;
mod remote_sockets;
mod trace;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use fivetuple::net::Engine;
use fivetuple::tcp::{
    Accepting, Burst, Call, CloseKind, Command, ConnectSpec, Endpoint, Errno, ListenSpec,
    OwnSocket, SocketEvent, SocketId, SyscallError, Target,
};
use tokio::net::TcpStream;
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

    /// Waits for so many such events.
    async fn count(&mut self, many: usize, is_it: impl Fn(&SocketEvent) -> bool) {
        let mut count = 0;
        self.wait_for(|event| {
            count += usize::from(is_it(&event));
            (count == many).then_some(())
        })
        .await;
    }

    async fn until(&mut self, is_it: impl Fn(&SocketEvent) -> bool) {
        self.count(1, is_it).await;
    }

    async fn hears(&mut self, wanted: SocketEvent) {
        self.until(|event| *event == wanted).await;
    }

    /// Waits until so many ends are connected or accepted, and none is refused.
    async fn opened(&mut self, ends: usize) {
        self.count(ends, |event| match event {
            SocketEvent::ConnectFailed { why, .. } => panic!("{why}"),
            event => matches!(event, SocketEvent::Connected(_) | SocketEvent::Accepted(_)),
        })
        .await;
    }

    async fn try_listen(&mut self, spec: ListenSpec) -> Result<Vec<OwnSocket>, SyscallError> {
        self.run(Command::Listen(spec));
        self.wait_for(|event| match event {
            SocketEvent::Listening { sockets, .. } => Some(Ok(sockets)),
            SocketEvent::ListenFailed { why, .. } => Some(Err(why)),
            _ => None,
        })
        .await
    }

    /// Listens; where.
    async fn listen(&mut self, spec: ListenSpec) -> Endpoint {
        self.try_listen(spec).await.expect("listens")[0].name.tuple.local
    }

    async fn stop_listening(&mut self) {
        self.run(Command::StopListening);
        self.hears(SocketEvent::StoppedListening { why: None }).await;
    }

    /// Connects once; the result.
    async fn connect(&mut self, spec: ConnectSpec) -> Result<OwnSocket, SyscallError> {
        self.run(Command::Connect(spec, Burst::ONE));
        self.wait_for(|event| match event {
            SocketEvent::Connected(own) => Some(Ok(own)),
            SocketEvent::ConnectFailed { why, .. } => Some(Err(why)),
            _ => None,
        })
        .await
    }

    async fn refused(&mut self, spec: ConnectSpec) -> (Call, Errno) {
        let SyscallError { call, errno } = self.connect(spec).await.expect_err("refused");
        (call, errno)
    }

    /// A connection to a listener of ours.
    async fn pair(&mut self, spec: ConnectSpec) -> Pair {
        self.run(Command::Connect(spec, Burst::ONE));
        let (mut client, mut server) = (None, None);
        self.wait_for(|event| {
            match event {
                SocketEvent::Connected(own) => client = Some(own.name),
                SocketEvent::Accepted(own) => server = Some(own.name),
                SocketEvent::BurstBegun { .. } | SocketEvent::BurstEnded { .. } => {
                    panic!("one call is no burst: {event:?}")
                }
                _ => (),
            }
            Some(Pair { client: client?, server: server? })
        })
        .await
    }

    /// How many connections a burst opened, and how many it was asked for.
    async fn burst_ended(&mut self) -> (u32, u32) {
        self.wait_for(|event| match event {
            SocketEvent::BurstEnded { opened, asked, .. } => Some((opened, asked)),
            _ => None,
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

    async fn accept_failed(&mut self) -> (Errno, Duration) {
        self.wait_for(|event| match event {
            SocketEvent::AcceptFailed { why, pause } => Some((why.errno, pause)),
            _ => None,
        })
        .await
    }

    async fn call_failed(&mut self, name: SocketId) -> (Call, Errno) {
        self.wait_for(|event| match event {
            SocketEvent::CallFailed { at, why } if at == name => Some((why.call, why.errno)),
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

    /// Every task ends.
    async fn ends_within(&mut self, limit: Duration) {
        self.tasks.close();
        let ended = tokio::time::timeout(limit, self.tasks.wait()).await;
        assert!(ended.is_ok(), "{} tasks are left", self.tasks.len());
    }
}

/// Runs it on this thread.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime").block_on(work)
}

/// An engine that listens like this, and where.
async fn listening(spec: ListenSpec) -> (Rig, Endpoint) {
    let mut rig = Rig::new();
    let at = rig.listen(spec).await;
    (rig, at)
}

/// The same with a connection.
async fn connected(spec: ListenSpec) -> (Rig, Pair) {
    let (mut rig, at) = listening(spec).await;
    let pair = rig.pair(to(at)).await;
    (rig, pair)
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

fn held() -> ListenSpec {
    ListenSpec { accepting: Accepting::Held, ..anywhere() }
}

fn to(at: Endpoint) -> ConnectSpec {
    ConnectSpec::to(Target::from(at))
}

fn from(ip: IpAddr, at: Endpoint) -> ConnectSpec {
    ConnectSpec { from: Some(ip), ..to(at) }
}

/// Somebody who is not the engine's client.
async fn stranger(at: Endpoint) -> TcpStream {
    TcpStream::connect(SocketAddr::from(at)).await.expect("connects")
}
