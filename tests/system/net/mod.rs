//! The program's sockets on loopback: what is asked, and what is told.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test that is wrong about what it hears may end at once"
)]

pub(crate) mod accepting;
pub(crate) mod binding;
pub(crate) mod bursts;
pub(crate) mod closing;
pub(crate) mod connecting;
pub(crate) mod data;
pub(crate) mod descriptors;
pub(crate) mod held_state;
pub(crate) mod limits;
pub(crate) mod many_clients;
pub(crate) mod remote_sockets;
pub(crate) mod shortages;
pub(crate) mod syscalls;

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

/// A program and the one who listens to its news.
struct Rig {
    program: Engine,
    news: Receiver<SocketEvent>,
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
        let (sender, news) = mpsc::channel(256);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let program =
            Engine::with_echo_timeout(sender, tasks.clone(), stop.clone(), descriptors, patience);
        Rig { program, news, tasks, stop }
    }

    fn run(&mut self, command: Command) {
        self.program.run(command);
    }

    /// What `pick` finds in the first piece of news that it wants; others are passed over.
    async fn heard<T>(&mut self, mut pick: impl FnMut(SocketEvent) -> Option<T>) -> T {
        let mut passed = Vec::new();
        let wait = async {
            loop {
                let news = self.news.recv().await.expect("the program is there");
                if let Some(found) = pick(news.clone()) {
                    return found;
                }
                passed.push(news);
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(60), wait).await;
        found.unwrap_or_else(|_| panic!("not heard; last: {:#?}", passed.last()))
    }

    /// Listens, and says where.
    async fn listen(&mut self, spec: ListenSpec) -> Endpoint {
        self.run(Command::Listen(spec));
        let answer = self.heard(|news| match news {
            SocketEvent::Listening { spec, .. } => Some(Ok(spec.at)),
            SocketEvent::ListenFailed { why, .. } => Some(Err(why)),
            _ => None,
        });
        answer.await.expect("listens")
    }

    async fn listen_failed(&mut self, spec: ListenSpec) -> SyscallError {
        self.run(Command::Listen(spec));
        self.heard(|news| match news {
            SocketEvent::ListenFailed { why, .. } => Some(why),
            _ => None,
        })
        .await
    }

    /// Connects once, and says how it went.
    async fn connect(&mut self, spec: ConnectSpec) -> Result<OwnSocket, SyscallError> {
        self.run(Command::Connect(spec, Burst::ONE));
        self.heard(connected).await
    }

    async fn refused(&mut self, spec: ConnectSpec) -> SyscallError {
        self.connect(spec).await.expect_err("refused")
    }

    /// A connection to a listener of ours.
    async fn pair(&mut self, spec: ConnectSpec) -> Pair {
        self.run(Command::Connect(spec, Burst::ONE));
        let (mut client, mut server) = (None, None);
        self.heard(|news| {
            match news {
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
        self.heard(|news| match news {
            SocketEvent::Accepted(own) => Some(own.name),
            _ => None,
        })
        .await
    }

    async fn closed(&mut self, name: SocketId) -> CloseKind {
        self.heard(|news| match news {
            SocketEvent::Closed { at, how } if at == name => Some(how),
            _ => None,
        })
        .await
    }

    /// Both ends closed, in whichever order: the client's ending, then the server's.
    async fn both_closed(&mut self, pair: Pair) -> (CloseKind, CloseKind) {
        let (mut client, mut server) = (None, None);
        self.heard(|news| {
            match news {
                SocketEvent::Closed { at, how } if at == pair.client => client = Some(how),
                SocketEvent::Closed { at, how } if at == pair.server => server = Some(how),
                _ => (),
            }
            Some((client?, server?))
        })
        .await
    }

    async fn peer_closed(&mut self, name: SocketId) {
        self.heard(|news| (news == SocketEvent::PeerClosed(name)).then_some(())).await;
    }

    /// The first bytes that arrive at that end.
    async fn received(&mut self, name: SocketId) -> Vec<u8> {
        self.heard(|news| match news {
            SocketEvent::Received { at, first, .. } if at == name => Some(first),
            _ => None,
        })
        .await
    }

    /// Nothing happens, and nobody is busy with it: the runtime of this test has only this thread.
    async fn rests(&mut self) {
        let before = on_cpu();
        let more = tokio::time::timeout(Duration::from_millis(300), self.news.recv()).await;
        assert!(more.is_err(), "{more:?}");
        let spun = on_cpu().saturating_sub(before);
        assert!(spun < Duration::from_millis(30), "spins: {spun:?}");
    }

    /// News that is there already.
    fn at_hand(&mut self) -> Vec<SocketEvent> {
        std::iter::from_fn(|| self.news.try_recv().ok()).collect()
    }
}

/// How a connect() went, when it is told.
#[allow(clippy::needless_pass_by_value, reason = "what is heard is handed over")]
fn connected(news: SocketEvent) -> Option<Result<OwnSocket, SyscallError>> {
    match news {
        SocketEvent::Connected(own) => Some(Ok(own)),
        SocketEvent::ConnectFailed { why, .. } => Some(Err(why)),
        _ => None,
    }
}

/// How long this thread has been running, without its waiting.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|word| word.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

fn burst(count: u32) -> Burst {
    Burst { count, every: Duration::ZERO }
}

/// An address of this machine that nobody else uses.
fn loopback(last: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, 0, last).into()
}

/// A listener at a port that the kernel chooses.
fn anywhere() -> ListenSpec {
    ListenSpec::at(Endpoint::new(Ipv4Addr::LOCALHOST, 0))
}

fn to(at: Endpoint) -> ConnectSpec {
    ConnectSpec::to(Target::from(at))
}

fn from(ip: IpAddr, at: Endpoint) -> ConnectSpec {
    ConnectSpec { from: Some(ip), ..to(at) }
}
