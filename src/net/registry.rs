use std::any::Any;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, ready};
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::net::connection::mailbox::Mailbox;
use crate::net::factory::SocketFactory;
use crate::net::listener::Listener;
use crate::net::lock;
use crate::net::trace::{TraceLimit, TraceRecorder};
use crate::tcp::{
    CloseKind, Host, HostLimits, ListenSpec, OwnSocket, Purpose, SocketEvent, SocketId,
    SyscallTrace,
};

pub(crate) struct Registry {
    events: Sender<SocketEvent>,
    tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    pub(crate) echo_timeout: Duration,
    pub(crate) factory: SocketFactory,
    budget: u64,
    open: AtomicU64,
    registered: AtomicU64,
    resets: AtomicU64,
    /// By id and registration: copies of a UDP socket (`SO_REUSEADDR`) share an id, and a new 5-tuple may be that of one being closed.
    mailboxes: Mutex<BTreeMap<(SocketId, u64), Arc<Mailbox>>>,
    /// Ends that stay open once accept() has returned them, each with the other end, while that is open.
    staying: Mutex<Vec<(SocketId, Weak<Mailbox>)>>,
    listeners: Mutex<Vec<Arc<Listener>>>,
    pub(crate) trace_limit: TraceLimit,
}

impl Registry {
    pub(crate) fn new(
        events: Sender<SocketEvent>,
        tasks: TaskTracker,
        stop: CancellationToken,
        descriptors: u64,
        echo_timeout: Duration,
    ) -> Registry {
        Registry {
            events,
            tasks,
            stop,
            echo_timeout,
            factory: SocketFactory::default(),
            budget: descriptors.saturating_sub(HostLimits::RESERVED_DESCRIPTORS),
            open: AtomicU64::default(),
            registered: AtomicU64::default(),
            resets: AtomicU64::default(),
            mailboxes: Mutex::default(),
            staying: Mutex::default(),
            listeners: Mutex::default(),
            trace_limit: TraceLimit::default(),
        }
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let events = self.events.clone();
        // Combinators, since an async block would hold the task twice.
        let guarded = AssertUnwindSafe(task).catch_unwind();
        self.tasks.spawn(guarded.then(|ended| match ended {
            Ok(()) => Either::Left(ready(())),
            Err(panic) => Either::Right(Box::pin(async move {
                let _ = events.send(SocketEvent::Crashed(panic_message(&*panic))).await;
            })),
        }));
    }

    /// Waits until the reader has room for `event`; once everything stops, an event without room is lost.
    pub(crate) fn report(&self, event: SocketEvent) -> impl Future<Output = ()> + Send {
        let waits = match self.events.try_send(event) {
            Err(TrySendError::Full(event)) => Some(self.wait_for_room(event)),
            Err(TrySendError::Closed(_)) | Ok(()) => None,
        };
        async move {
            if let Some(waits) = waits {
                waits.await;
            }
        }
    }

    /// On the heap, since every connection would hold it, and few ever wait.
    fn wait_for_room(&self, event: SocketEvent) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => (),
                _ = self.events.send(event) => (),
            }
        })
    }

    pub(crate) fn report_soon(self: &Arc<Self>, event: SocketEvent) {
        if let Err(TrySendError::Full(event)) = self.events.try_send(event) {
            let registry = Arc::clone(self);
            self.spawn(async move { registry.report(event).await });
        }
    }

    pub(crate) fn try_report(&self, event: SocketEvent) {
        let _ = self.events.try_send(event);
    }

    pub(crate) fn register(self: &Arc<Self>, id: SocketId) -> Option<Registration> {
        let taken = self.open.fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| {
            (open < self.budget()).then_some(open + 1)
        });
        taken.ok()?;
        let number = self.registered.fetch_add(1, Ordering::Relaxed);
        let mailbox = Arc::<Mailbox>::default();
        lock(&self.mailboxes).insert((id, number), Arc::clone(&mailbox));
        let is_this = |(end, _): &mut (SocketId, Weak<Mailbox>)| *end == id;
        if lock(&self.staying).extract_if(.., is_this).any(|(_, other)| other.strong_count() > 0) {
            mailbox.stay_open(true);
        }
        Some(Registration { registry: Arc::clone(self), id, number, mailbox })
    }

    pub(crate) fn room(&self) -> u64 {
        self.budget().saturating_sub(self.open.load(Ordering::Acquire))
    }

    fn budget(&self) -> u64 {
        self.budget.saturating_sub(self.factory.descriptors())
    }

    pub(crate) fn mailbox(&self, id: SocketId) -> Option<Arc<Mailbox>> {
        let mailboxes = lock(&self.mailboxes);
        let (_, newest) = mailboxes.range((id, 0)..=(id, u64::MAX)).next_back()?;
        Some(Arc::clone(newest))
    }

    /// Keeps an end open when the other one half-closes, also where accept() returns it only later.
    pub(crate) fn stay_open(&self, id: SocketId, other: SocketId) {
        if self.mailbox(id).is_none()
            && let Some(other) = self.mailbox(other)
        {
            let mut staying = lock(&self.staying);
            staying.retain(|(end, other)| *end != id && other.strong_count() > 0);
            staying.push((id, Arc::downgrade(&other)));
        }
        // It may have been accepted meanwhile.
        if let Some(own) = self.mailbox(id) {
            own.stay_open(true);
        }
    }

    /// Resets every connection, also those that are just being made.
    pub(crate) fn reset_all(&self) {
        self.resets.fetch_add(1, Ordering::AcqRel);
        self.reset(|_| true);
    }

    pub(crate) fn reset(&self, which: impl Fn(&SocketId) -> bool) {
        for (_, mailbox) in lock(&self.mailboxes).iter().filter(|((id, _), _)| which(id)) {
            mailbox.close(CloseKind::Abort);
        }
    }

    /// How often everything was reset; compared before and after a connection is made.
    pub(crate) fn resets(&self) -> u64 {
        self.resets.load(Ordering::Acquire)
    }

    pub(crate) fn listeners(&self) -> MutexGuard<'_, Vec<Arc<Listener>>> {
        lock(&self.listeners)
    }

    pub(crate) fn remove_listener(&self, listener: &Arc<Listener>) {
        self.listeners().retain(|other| !Arc::ptr_eq(other, listener));
    }

    /// Our own listener that connect(`to`) reaches from that computer.
    pub(crate) fn listener_at(&self, from: Host, to: SocketAddr) -> Option<Arc<Listener>> {
        // The lab's computers reach each other but not this machine, nor it them.
        let is_near =
            |listener: &Listener| (listener.spec.host == Host::THIS) == (from == Host::THIS);
        let listeners = self.listeners();
        let reached = listeners.iter().filter(|one| is_near(one) && one.is_reached_by(to));
        // The kernel prefers a socket at that very address, and spreads connections over several (SO_REUSEPORT).
        let order = |listener: &&Arc<Listener>| {
            (listener.spec.at.ip.is_unspecified(), listener.pending.load(Ordering::Acquire))
        };
        reached.min_by_key(order).cloned()
    }

    pub(crate) async fn report_listening(
        &self,
        closing: Vec<CancellationToken>,
        spec: ListenSpec,
        sockets: Vec<OwnSocket>,
    ) {
        for closed in closing {
            tokio::select! {
                () = closed.cancelled() => (),
                () = self.stop.cancelled() => (),
            }
        }
        self.report(SocketEvent::Listening { spec, sockets }).await;
    }

    /// Reports that one socket of a listener is closed; and after its last one that it does not listen any more.
    pub(crate) async fn report_closed_listener(&self, listener: &Listener, id: Option<SocketId>) {
        if let Some(at) = id {
            self.report(SocketEvent::Closed { at, how: CloseKind::Close }).await;
        }
        if listener.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            let (id, why) = (listener.spec.id, listener.error.get().copied());
            self.report(SocketEvent::StoppedListening { id, why }).await;
            listener.closed.cancel();
        }
    }

    pub(crate) fn recorder(self: &Arc<Self>, purpose: Purpose) -> TraceRecorder {
        let admitted = self.trace_limit.admit(purpose);
        if let Err(Some(at)) = admitted {
            self.spawn(Arc::clone(self).report_omitted(purpose, at));
        }
        TraceRecorder::new(purpose, admitted.is_ok())
    }

    pub(crate) fn report_trace(self: &Arc<Self>, trace: TraceRecorder, row: Option<SocketId>) {
        let TraceRecorder { purpose, calls, .. } = trace;
        if !calls.is_empty() {
            self.report_soon(SocketEvent::SyscallsTraced(SyscallTrace { purpose, row, calls }));
        }
    }

    async fn report_omitted(self: Arc<Self>, purpose: Purpose, at: Instant) {
        tokio::select! {
            () = self.stop.cancelled() => return,
            () = tokio::time::sleep_until(at) => (),
        }
        let count = self.trace_limit.take_omitted(purpose);
        self.report(SocketEvent::SyscallsOmitted { purpose, count }).await;
    }
}

pub(crate) struct Registration {
    pub(crate) registry: Arc<Registry>,
    pub(crate) id: SocketId,
    number: u64,
    pub(crate) mailbox: Arc<Mailbox>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        lock(&self.registry.mailboxes).remove(&(self.id, self.number));
        self.registry.open.fetch_sub(1, Ordering::AcqRel);
    }
}

pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a task panicked without a message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_task_is_reported() {
        let (sender, mut events) = tokio::sync::mpsc::channel(4);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let registry = Registry::new(sender, tasks, stop, 1, Duration::ZERO);
        registry.spawn(async { panic!("on purpose") });
        assert_eq!(events.recv().await, Some(SocketEvent::Crashed("on purpose".to_owned())));
    }
}
