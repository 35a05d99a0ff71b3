use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::net::connect::{ConnectRoute, Started, start};
use crate::net::connection::{ConnectOutcome, ConnectionTask, Policy};
use crate::net::listener::Listener;
use crate::net::registry::Registry;
use crate::net::trace::CallResult;
use crate::net::{resolve, socket};
use crate::tcp::{
    Burst, Call, CloseKind, ConnectSpec, Endpoint, Errno, Host, OnData, OwnSocket, PortRange,
    Protocol, SocketEvent, SourcePort, Stays, SyscallError,
};

pub(super) struct BurstTask {
    registry: Arc<Registry>,
    spec: ConnectSpec,
    payload: Arc<Vec<u8>>,
    burst: Burst,
    stop: CancellationToken,
    opened: AtomicU32,
    unanswered: AtomicU32,
    answered: Notify,
    resets: u64,
}

impl BurstTask {
    const LAST_ANSWERS: Duration = Duration::from_secs(1);
    /// How long an address has to answer while there is another one to try.
    const NEXT_ADDRESS: Duration = Duration::from_secs(3);

    pub(super) fn new(
        registry: &Arc<Registry>,
        mut spec: ConnectSpec,
        burst: Burst,
        stop: CancellationToken,
    ) -> BurstTask {
        BurstTask {
            registry: Arc::clone(registry),
            payload: Arc::new(std::mem::take(&mut spec.payload)),
            spec,
            burst,
            stop,
            opened: AtomicU32::default(),
            unanswered: AtomicU32::default(),
            answered: Notify::default(),
            resets: registry.resets(),
        }
    }

    pub(super) async fn run(self: Arc<Self>) {
        let addresses = tokio::select! {
            biased;
            () = self.stop.cancelled() => Ok(Vec::new()),
            addresses = resolve::addresses(&self.spec) => addresses,
        };
        let whole = self.whole_range();
        let (id, burst) = (self.spec.id, self.burst);
        if burst.count > 1 {
            let whole_range = whole.is_some();
            self.registry.report(SocketEvent::BurstBegun { id, burst, whole_range }).await;
        }
        let begun = Instant::now();
        match addresses {
            Ok(addresses) => self.connect_all(addresses, whole).await,
            Err(why) => self.report_failed((None, None), why).await,
        }
        if burst.count > 1 {
            let took = begun.elapsed();
            self.wait_for_last_answers().await;
            let opened = self.opened.load(Ordering::Acquire);
            let asked = burst.count;
            self.registry.report(SocketEvent::BurstEnded { id, opened, asked, took }).await;
        }
    }

    /// The range from which the kernel picks, when this many connections would make it search (`IP_LOCAL_PORT_RANGE`).
    fn whole_range(&self) -> Option<PortRange> {
        let is_large = self.burst.count >= Burst::LARGE
            && self.spec.protocol == Protocol::Tcp
            && self.spec.source_port == SourcePort::KernelPicks;
        is_large.then(|| self.registry.factory.ephemeral_range(self.spec.host)).flatten()
    }

    async fn connect_all(
        self: &Arc<Self>,
        mut addresses: Vec<SocketAddr>,
        whole: Option<PortRange>,
    ) {
        let is_paced = !self.burst.every.is_zero();
        let mut pace = tokio::time::interval(self.burst.every.max(Duration::from_millis(1)));
        pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
        for _ in 0..self.burst.count {
            let mut failed = None;
            for (index, &to) in addresses.iter().enumerate() {
                let turn = async {
                    if is_paced && index == 0 {
                        pace.tick().await;
                    }
                    self.wait_for_listener(to).await
                };
                let listener = tokio::select! {
                    biased;
                    () = self.stop.cancelled() => return,
                    listener = turn => listener,
                };
                let route = ConnectRoute { to, whole, listener };
                let has_another = index + 1 < addresses.len();
                match self.connect(route, has_another).await {
                    Ok(()) => {
                        failed = None;
                        // An address that answered once is used from now on.
                        addresses = vec![to];
                        break;
                    }
                    Err(why) => failed = Some((to, why)),
                }
            }
            let Some((to, why)) = failed else { continue };
            self.report_failed((None, Some(to)), why).await;
            if !is_paced || !is_remote(why.errno) {
                return;
            }
        }
    }

    async fn wait_for_listener(&self, to: SocketAddr) -> Option<Arc<Listener>> {
        if self.spec.protocol == Protocol::Udp {
            return None;
        }
        let host = self.spec.host;
        let listener = self.registry.listener_at(host, to)?;
        if host == Host::THIS && !socket::is_local(to.ip()) {
            return None;
        }
        listener.wait_for_queue_space().await;
        Some(listener)
    }

    async fn connect(self: &Arc<Self>, route: ConnectRoute, has_another: bool) -> CallResult {
        let Started { own, stream, registration, connected } =
            start(&self.registry, &self.spec, &route).await?;
        if self.registry.resets() != self.resets {
            registration.mailbox.close(CloseKind::Abort);
        }
        let policy = Policy {
            on_data: OnData::Read,
            closes_with_peer: true,
            closes_after: match self.spec.stays {
                Stays::For(time) => Some(time),
                Stays::UntilClosed => None,
            },
        };
        let payload = Arc::clone(&self.payload);
        let mut connection = ConnectionTask::new(stream, registration, policy, payload);
        if connected {
            self.connected(own, connection).await;
            return Ok(());
        }
        self.registry.report(SocketEvent::Connecting(own)).await;
        if !has_another {
            self.unanswered.fetch_add(1, Ordering::AcqRel);
            self.registry.spawn(Arc::clone(self).wait_for_answer(own, connection, route));
            return Ok(());
        }
        let outcome = tokio::time::timeout(BurstTask::NEXT_ADDRESS, connection.connected()).await;
        match outcome.unwrap_or(ConnectOutcome::Refused(Errno::ETIMEDOUT)) {
            ConnectOutcome::Connected => self.connected(own, connection).await,
            ConnectOutcome::GivenUp(how) => connection.close(how).await,
            ConnectOutcome::Refused(errno) => {
                connection.close(Some(CloseKind::Broken(errno))).await;
                return Err(SyscallError { call: Call::Connect, errno });
            }
        }
        Ok(())
    }

    async fn wait_for_answer(
        self: Arc<Self>,
        own: OwnSocket,
        mut connection: Box<ConnectionTask>,
        route: ConnectRoute,
    ) {
        let outcome = connection.connected().await;
        let not_accepted = route.listener.filter(|_| outcome != ConnectOutcome::Connected);
        if let Some(listener) = not_accepted {
            listener.remove_pending();
        }
        match outcome {
            ConnectOutcome::Connected => {
                self.opened.fetch_add(1, Ordering::AcqRel);
                self.registry.report(SocketEvent::Connected(own)).await;
            }
            ConnectOutcome::GivenUp(_) => (),
            ConnectOutcome::Refused(errno) => {
                let why = SyscallError { call: Call::Connect, errno };
                self.report_failed((Some(own.name.tuple.local), Some(route.to)), why).await;
            }
        }
        // The end of the burst is reported after its last answer.
        self.unanswered.fetch_sub(1, Ordering::AcqRel);
        self.answered.notify_one();
        drop(self);
        match outcome {
            ConnectOutcome::Connected => connection.run().await,
            ConnectOutcome::GivenUp(how) => connection.close(how).await,
            ConnectOutcome::Refused(errno) => {
                connection.close(Some(CloseKind::Broken(errno))).await;
            }
        }
    }

    async fn connected(&self, own: OwnSocket, connection: Box<ConnectionTask>) {
        self.opened.fetch_add(1, Ordering::AcqRel);
        self.registry.report(SocketEvent::Connected(own)).await;
        self.registry.spawn(connection.run());
    }

    async fn wait_for_last_answers(&self) {
        let all = async {
            while self.unanswered.load(Ordering::Acquire) > 0 {
                self.answered.notified().await;
            }
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => (),
            _ = tokio::time::timeout(BurstTask::LAST_ANSWERS, all) => (),
        }
    }

    async fn report_failed(
        &self,
        (local, to): (Option<Endpoint>, Option<SocketAddr>),
        why: SyscallError,
    ) {
        let spec = ConnectSpec { payload: self.payload.to_vec(), ..self.spec.clone() };
        let to = to.map(Endpoint::from);
        self.registry.report(SocketEvent::ConnectFailed { spec, to, local, why }).await;
    }
}

/// Whether the peer, or the route to it, caused the error; a later attempt may succeed.
fn is_remote(errno: Errno) -> bool {
    matches!(
        errno,
        Errno::ECONNREFUSED
            | Errno::ECONNRESET
            | Errno::ETIMEDOUT
            | Errno::ENETUNREACH
            | Errno::EHOSTUNREACH
    )
}
