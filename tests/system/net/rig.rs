//! The engine as a test has it: orders go in, and the events that matter are waited for.

use std::time::Duration;

use fivetuple::net::Engine;
use fivetuple::tcp::{
    Burst, Call, CloseKind, Command, ConnectSpec, Endpoint, Errno, ListenSpec, ListenerId,
    OwnSocket, SocketEvent, SocketId, SyscallError,
};
use tokio::sync::mpsc::{self, Receiver};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// An engine and the reader of its events.
pub(crate) struct Rig {
    pub(crate) engine: Engine,
    pub(crate) events: Receiver<SocketEvent>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
}

/// Both ends of one connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) client: SocketId,
    pub(crate) server: SocketId,
}

impl Rig {
    pub(crate) fn new() -> Rig {
        Rig::with(20_000, Engine::ECHO_TIMEOUT)
    }

    pub(crate) fn with(descriptors: u64, patience: Duration) -> Rig {
        let (sender, events) = mpsc::channel(256);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let engine =
            Engine::new(sender, tasks.clone(), stop.clone(), (descriptors, patience), None);
        Rig { engine, events, tasks, stop }
    }

    /// The same over an engine that is there.
    pub(crate) fn over((engine, events): (Engine, Receiver<SocketEvent>)) -> Rig {
        Rig { engine, events, tasks: TaskTracker::new(), stop: CancellationToken::new() }
    }

    pub(crate) fn run(&mut self, command: Command) {
        self.engine.run(command);
    }

    /// What `pick` returns for the first event that it wants; others are ignored.
    pub(crate) async fn wait_for<T>(
        &mut self,
        mut pick: impl FnMut(SocketEvent) -> Option<T>,
    ) -> T {
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
    pub(crate) async fn count(&mut self, many: usize, is_it: impl Fn(&SocketEvent) -> bool) {
        let mut count = 0;
        self.wait_for(|event| {
            count += usize::from(is_it(&event));
            (count == many).then_some(())
        })
        .await;
    }

    pub(crate) async fn until(&mut self, is_it: impl Fn(&SocketEvent) -> bool) {
        self.count(1, is_it).await;
    }

    pub(crate) async fn hears(&mut self, wanted: SocketEvent) {
        self.until(|event| *event == wanted).await;
    }

    /// Waits until so many ends are connected or accepted, and none is refused.
    pub(crate) async fn opened(&mut self, ends: usize) {
        self.count(ends, |event| match event {
            SocketEvent::ConnectFailed { why, .. } => panic!("{why}"),
            event => matches!(event, SocketEvent::Connected(_) | SocketEvent::Accepted { .. }),
        })
        .await;
    }

    pub(crate) async fn try_listen(
        &mut self,
        spec: ListenSpec,
    ) -> Result<Vec<OwnSocket>, SyscallError> {
        self.run(Command::Listen(spec));
        self.wait_for(|event| match event {
            SocketEvent::Listening { sockets, .. } => Some(Ok(sockets)),
            SocketEvent::ListenFailed { why, .. } => Some(Err(why)),
            _ => None,
        })
        .await
    }

    /// Listens; where.
    pub(crate) async fn listen(&mut self, spec: ListenSpec) -> Endpoint {
        self.try_listen(spec).await.expect("listens")[0].name.tuple.local
    }

    pub(crate) async fn stop_listening(&mut self) {
        self.run(Command::StopListening(ListenerId::FIRST));
        self.hears(SocketEvent::StoppedListening { id: ListenerId::FIRST, why: None }).await;
    }

    /// Connects once; the result.
    pub(crate) async fn connect(&mut self, spec: ConnectSpec) -> Result<OwnSocket, SyscallError> {
        self.run(Command::Connect(spec, Burst::ONE));
        self.wait_for(|event| match event {
            SocketEvent::Connected(own) => Some(Ok(own)),
            SocketEvent::ConnectFailed { why, .. } => Some(Err(why)),
            _ => None,
        })
        .await
    }

    pub(crate) async fn refused(&mut self, spec: ConnectSpec) -> (Call, Errno) {
        let SyscallError { call, errno } = self.connect(spec).await.expect_err("refused");
        (call, errno)
    }

    /// A connection to a listener of ours.
    pub(crate) async fn pair(&mut self, spec: ConnectSpec) -> Pair {
        self.run(Command::Connect(spec, Burst::ONE));
        let (mut client, mut server) = (None, None);
        self.wait_for(|event| {
            match event {
                SocketEvent::Connected(own) => client = Some(own.name),
                SocketEvent::Accepted { socket: own, .. } => server = Some(own.name),
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
    pub(crate) async fn burst_ended(&mut self) -> (u32, u32) {
        self.wait_for(|event| match event {
            SocketEvent::BurstEnded { opened, asked, .. } => Some((opened, asked)),
            _ => None,
        })
        .await
    }

    pub(crate) async fn accepted(&mut self) -> SocketId {
        self.wait_for(|event| match event {
            SocketEvent::Accepted { socket: own, .. } => Some(own.name),
            _ => None,
        })
        .await
    }

    pub(crate) async fn accept_failed(&mut self) -> (Errno, Duration) {
        self.wait_for(|event| match event {
            SocketEvent::AcceptFailed { why, pause, .. } => Some((why.errno, pause)),
            _ => None,
        })
        .await
    }

    pub(crate) async fn call_failed(&mut self, name: SocketId) -> (Call, Errno) {
        self.wait_for(|event| match event {
            SocketEvent::CallFailed { at, why } if at == name => Some((why.call, why.errno)),
            _ => None,
        })
        .await
    }

    pub(crate) async fn closed(&mut self, name: SocketId) -> CloseKind {
        self.wait_for(|event| match event {
            SocketEvent::Closed { at, how } if at == name => Some(how),
            _ => None,
        })
        .await
    }

    /// Waits until both ends are closed, in any order; how the client's was, and the server's.
    pub(crate) async fn both_closed(&mut self, pair: Pair) -> (CloseKind, CloseKind) {
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
    pub(crate) async fn received(&mut self, name: SocketId) -> Vec<u8> {
        self.wait_for(|event| match event {
            SocketEvent::Received { at, first, .. } if at == name => Some(first),
            _ => None,
        })
        .await
    }

    /// Nothing happens and no task spins: the runtime of this test has only this thread.
    pub(crate) async fn rests(&mut self) {
        let before = on_cpu();
        let more = tokio::time::timeout(Duration::from_millis(300), self.events.recv()).await;
        assert!(more.is_err(), "{more:?}");
        let spun = on_cpu().saturating_sub(before);
        assert!(spun < Duration::from_millis(30), "spins: {spun:?}");
    }

    /// The events that are in the queue.
    pub(crate) fn pending_events(&mut self) -> Vec<SocketEvent> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }

    /// Every task ends.
    pub(crate) async fn ends_within(&mut self, limit: Duration) {
        self.tasks.close();
        let ended = tokio::time::timeout(limit, self.tasks.wait()).await;
        assert!(ended.is_ok(), "{} tasks are left", self.tasks.len());
    }
}

/// The CPU time of this thread.
pub(crate) fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|word| word.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}
