use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::net::connect::{ConnectRoute, Started, dial};
use crate::net::connection::{ConnectOutcome, ConnectionTask, Policy};
use crate::net::listener::Listener;
use crate::net::registry::Registry;
use crate::net::{resolve, socket};
use crate::tcp::{
    Burst, Call, CloseKind, ConnectSpec, Endpoint, Errno, Host, OnData, OwnSocket, PortRange,
    Protocol, SocketEvent, SourcePort, Stays, SyscallError,
};

/// One Connect command under way: as many calls as it asks for, one after the other.
pub(crate) struct BurstTask {
    sockets: Arc<Registry>,
    /// What was asked, without the payload.
    spec: ConnectSpec,
    /// One copy for all clients.
    payload: Arc<Vec<u8>>,
    burst: Burst,
    stop: CancellationToken,
    progress: BurstCounts,
    sweeps: u64,
}

/// How the calls of a burst went.
#[derive(Debug, Default)]
struct BurstCounts {
    opened: AtomicU32,
    unanswered: AtomicU32,
    answered: Notify,
}

impl BurstTask {
    /// How long the end of a burst waits for answers that are still to come.
    const LAST_ANSWERS: Duration = Duration::from_secs(1);
    /// How long an address has to answer while there is another one to try.
    const NEXT_ADDRESS: Duration = Duration::from_secs(3);

    pub(crate) fn new(
        sockets: &Arc<Registry>,
        mut spec: ConnectSpec,
        burst: Burst,
        stop: CancellationToken,
    ) -> BurstTask {
        let payload = Arc::new(std::mem::take(&mut spec.payload));
        BurstTask {
            sockets: Arc::clone(sockets),
            spec,
            payload,
            burst,
            stop,
            progress: BurstCounts::default(),
            sweeps: sockets.sweeps(),
        }
    }

    /// Makes the calls, and tells of each.
    pub(crate) async fn make(self: Arc<Self>) {
        let addresses = tokio::select! {
            biased;
            () = self.stop.cancelled() => Ok(Vec::new()),
            addresses = resolve::addresses(&self.spec) => addresses,
        };
        let whole = self.whole_range();
        let burst = self.burst;
        if burst.count > 1 {
            let whole_range = whole.is_some();
            self.tell(SocketEvent::BurstBegun { burst, whole_range }).await;
        }
        let begun = Instant::now();
        match addresses {
            Ok(addresses) => self.call_all(addresses, whole).await,
            Err(why) => self.tell_refused((None, None), why).await,
        }
        if burst.count > 1 {
            let took = begun.elapsed();
            self.last_answers().await;
            let opened = self.progress.opened.load(Ordering::Acquire);
            let asked = burst.count;
            self.tell(SocketEvent::BurstEnded { opened, asked, took }).await;
        }
    }

    /// The range that the kernel picks from, when this many calls would have it search (`IP_LOCAL_PORT_RANGE`).
    fn whole_range(&self) -> Option<PortRange> {
        let is_large = self.burst.count >= Burst::LARGE
            && self.spec.protocol == Protocol::Tcp
            && self.spec.source_port == SourcePort::KernelPicks;
        is_large.then(|| self.sockets.makers.ephemeral_range(self.spec.host)).flatten()
    }

    async fn call_all(self: &Arc<Self>, mut addresses: Vec<SocketAddr>, whole: Option<PortRange>) {
        let is_steady = !self.burst.every.is_zero();
        let mut pace = tokio::time::interval(self.burst.every.max(Duration::from_millis(1)));
        pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
        for _ in 0..self.burst.count {
            let mut refused = None;
            for (index, &to) in addresses.iter().enumerate() {
                let turn = async {
                    if is_steady && index == 0 {
                        pace.tick().await;
                    }
                    self.turn_at_door(to).await
                };
                let door = tokio::select! {
                    biased;
                    () = self.stop.cancelled() => return,
                    door = turn => door,
                };
                let way = ConnectRoute { to, whole, door };
                let has_another = index + 1 < addresses.len();
                match self.call(way, has_another).await {
                    Ok(()) => {
                        refused = None;
                        // Whoever answered once is the one to call from now on.
                        addresses = vec![to];
                        break;
                    }
                    Err(why) => refused = Some((to, why)),
                }
            }
            let Some((to, why)) = refused else { continue };
            let may_be_back = is_steady && is_theirs(why.errno);
            self.tell_refused((None, Some(to)), why).await;
            if !may_be_back {
                return;
            }
        }
    }

    /// Waits until our own accept queue has room, if it is we who are called.
    async fn turn_at_door(&self, to: SocketAddr) -> Option<Arc<Listener>> {
        if self.spec.protocol == Protocol::Udp {
            return None;
        }
        let host = self.spec.host;
        let door = self.sockets.door(host, to)?;
        if host == Host::THIS && !socket::is_ours(to.ip()) {
            return None;
        }
        door.queue_has_room().await;
        Some(door)
    }

    /// One call; waits for the answer only when there is another address to try.
    async fn call(
        self: &Arc<Self>,
        way: ConnectRoute,
        has_another: bool,
    ) -> Result<(), SyscallError> {
        let Started { own, wire, seat, connected } = dial(&self.sockets, &self.spec, &way).await?;
        if self.sockets.sweeps() != self.sweeps {
            seat.line.end(CloseKind::Abort);
        }
        let manner = Policy {
            on_data: OnData::Read,
            closes_with_peer: true,
            closes_after: match self.spec.stays {
                Stays::For(time) => Some(time),
                Stays::UntilClosed => None,
            },
        };
        let mut end = ConnectionTask::new(wire, seat, manner, Arc::clone(&self.payload));
        if connected {
            self.welcome(own, end).await;
            return Ok(());
        }
        self.tell(SocketEvent::Connecting(own)).await;
        if !has_another {
            self.progress.unanswered.fetch_add(1, Ordering::AcqRel);
            let calls = Arc::clone(self);
            self.sockets.spawn(calls.answered(own, end, way));
            return Ok(());
        }
        let answer = tokio::time::timeout(BurstTask::NEXT_ADDRESS, end.reach()).await;
        let errno = match answer.unwrap_or(ConnectOutcome::Refused(Errno::ETIMEDOUT)) {
            ConnectOutcome::Connected => {
                self.welcome(own, end).await;
                return Ok(());
            }
            ConnectOutcome::GivenUp(how) => {
                end.leave(how).await;
                return Ok(());
            }
            ConnectOutcome::Refused(errno) => errno,
        };
        end.leave(Some(CloseKind::Broken(errno))).await;
        let call = Call::Connect;
        Err(SyscallError { call, errno })
    }

    /// Waits for the answer to one call, and tells of it.
    async fn answered(
        self: Arc<Self>,
        own: OwnSocket,
        mut end: Box<ConnectionTask>,
        way: ConnectRoute,
    ) {
        let answer = end.reach().await;
        self.progress.unanswered.fetch_sub(1, Ordering::AcqRel);
        if answer == ConnectOutcome::Connected {
            self.progress.opened.fetch_add(1, Ordering::AcqRel);
            self.progress.answered.notify_one();
            self.tell(SocketEvent::Connected(own)).await;
            drop(self);
            return end.live().await;
        }
        self.progress.answered.notify_one();
        if let Some(door) = &way.door {
            door.let_in();
        }
        match answer {
            ConnectOutcome::Connected => (),
            ConnectOutcome::GivenUp(how) => end.leave(how).await,
            ConnectOutcome::Refused(errno) => {
                let (call, local) = (Call::Connect, own.name.tuple.local);
                let why = SyscallError { call, errno };
                self.tell_refused((Some(local), Some(way.to)), why).await;
                end.leave(Some(CloseKind::Broken(errno))).await;
            }
        }
    }

    async fn welcome(&self, own: OwnSocket, end: Box<ConnectionTask>) {
        self.progress.opened.fetch_add(1, Ordering::AcqRel);
        self.tell(SocketEvent::Connected(own)).await;
        self.sockets.spawn(end.live());
    }

    async fn last_answers(&self) {
        let all = async {
            while self.progress.unanswered.load(Ordering::Acquire) > 0 {
                self.progress.answered.notified().await;
            }
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => (),
            _ = tokio::time::timeout(BurstTask::LAST_ANSWERS, all) => (),
        }
    }

    /// Tells that a call is refused; from its own end where that was told before.
    async fn tell_refused(
        &self,
        (local, to): (Option<Endpoint>, Option<SocketAddr>),
        why: SyscallError,
    ) {
        let mut spec = self.spec.clone();
        spec.payload.clone_from(&self.payload);
        self.tell(SocketEvent::ConnectFailed { spec, to: to.map(Endpoint::from), local, why })
            .await;
    }

    async fn tell(&self, news: SocketEvent) {
        self.sockets.tell(news).await;
    }
}

/// Whether it is the other end, or the way there, that refused; it may think better of it.
fn is_theirs(errno: Errno) -> bool {
    matches!(
        errno,
        Errno::ECONNREFUSED
            | Errno::ECONNRESET
            | Errno::ETIMEDOUT
            | Errno::ENETUNREACH
            | Errno::EHOSTUNREACH
    )
}
