pub(crate) mod mailboxes;

use std::any::Any;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, ready};
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::net::connection::mailbox::Mailbox;
use crate::net::factory::SocketFactory;
use crate::net::listener::Listener;
use crate::net::registry::mailboxes::Mailboxes;
use crate::net::trace::TraceLimit;
use crate::tcp::{CloseKind, Host, ListenSpec, OwnSocket, SocketEvent, SocketId};

/// Every socket that the program has open, and what its tasks have in common.
#[derive(Debug)]
pub(crate) struct Registry {
    news: Sender<SocketEvent>,
    tasks: TaskTracker,
    /// Ends everything.
    pub(crate) stop: CancellationToken,
    /// How long the other end may refuse to take our echo.
    pub(crate) patience: Duration,
    /// Where sockets come from.
    pub(crate) makers: SocketFactory,
    budget: u64,
    open: AtomicU64,
    sweeps: AtomicU64,
    /// Listening sockets that were told and whose end was not.
    listening: AtomicU64,
    ends: Mutex<Mailboxes>,
    doors: Mutex<Vec<Arc<Listener>>>,
    /// Which system calls are told.
    pub(crate) ledger: TraceLimit,
}

impl Registry {
    pub(crate) fn new(
        news: Sender<SocketEvent>,
        tasks: TaskTracker,
        stop: CancellationToken,
        budget: u64,
        patience: Duration,
    ) -> Registry {
        Registry {
            news,
            tasks,
            stop,
            patience,
            makers: SocketFactory::default(),
            budget,
            open: AtomicU64::new(0),
            sweeps: AtomicU64::new(0),
            listening: AtomicU64::new(0),
            ends: Mutex::default(),
            doors: Mutex::default(),
            ledger: TraceLimit::default(),
        }
    }

    /// Starts a task; should it panic, that is news.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let news = self.news.clone();
        // Combined, and not awaited in a block of its own, which would keep room for the task twice.
        let guarded = AssertUnwindSafe(task).catch_unwind();
        self.tasks.spawn(guarded.then(|ended| match ended {
            Ok(()) => Either::Left(ready(())),
            Err(panic) => Either::Right(Box::pin(async move {
                let _ = news.send(SocketEvent::Crashed(panic_words(&*panic))).await;
            })),
        }));
    }

    /// Tells, and waits until the reader has room for `news`; once everything stops, news without room is lost.
    pub(crate) fn tell(&self, news: SocketEvent) -> impl Future<Output = ()> + Send {
        let waits = match self.news.try_send(news) {
            Err(TrySendError::Full(news)) => Some(self.wait_for_room(news)),
            Err(TrySendError::Closed(_)) | Ok(()) => None,
        };
        async move {
            if let Some(waits) = waits {
                waits.await;
            }
        }
    }

    /// On the heap, since every connection would keep room for it, and few ever wait.
    fn wait_for_room(&self, news: SocketEvent) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => (),
                _ = self.news.send(news) => (),
            }
        })
    }

    /// Tells at once if there is room, else has a task wait for it.
    pub(crate) fn announce(self: &Arc<Self>, news: SocketEvent) {
        if let Err(TrySendError::Full(news)) = self.news.try_send(news) {
            let sockets = Arc::clone(self);
            self.spawn(async move { sockets.tell(news).await });
        }
    }

    /// Tells without waiting; lost when the reader has no room.
    pub(crate) fn mention(&self, news: SocketEvent) {
        let _ = self.news.try_send(news);
    }

    /// A place for one more end, unless the descriptors are used up.
    pub(crate) fn seat(self: &Arc<Self>, name: SocketId) -> Option<Registration> {
        let taken = self.open.fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| {
            (open < self.budget()).then_some(open + 1)
        });
        taken.ok()?;
        let line = Arc::new(Mailbox::default());
        lock(&self.ends).insert(name, Arc::clone(&line));
        Some(Registration { sockets: Arc::clone(self), name, line })
    }

    /// How many more ends there is room for.
    pub(crate) fn room(&self) -> u64 {
        self.budget().saturating_sub(self.open.load(Ordering::Acquire))
    }

    fn budget(&self) -> u64 {
        self.budget.saturating_sub(self.makers.descriptors())
    }

    /// How orders reach the end with that name, while it is open.
    pub(crate) fn line(&self, name: SocketId) -> Option<Arc<Mailbox>> {
        lock(&self.ends).get(name).cloned()
    }

    /// Resets every connection, those that are just being made included.
    pub(crate) fn sweep(&self) {
        self.sweeps.fetch_add(1, Ordering::AcqRel);
        for (_, line) in lock(&self.ends).all() {
            line.end(CloseKind::Abort);
        }
    }

    /// Resets every connection of other computers.
    pub(crate) fn sweep_elsewhere(&self) {
        for (name, line) in lock(&self.ends).all() {
            if name.host != Host::THIS {
                line.end(CloseKind::Abort);
            }
        }
    }

    /// How often everything was closed; who makes a connection compares it before and after.
    pub(crate) fn sweeps(&self) -> u64 {
        self.sweeps.load(Ordering::Acquire)
    }

    /// The doors that are open.
    pub(crate) fn doors(&self) -> MutexGuard<'_, Vec<Arc<Listener>>> {
        lock(&self.doors)
    }

    /// A door will be closed, whoever does it.
    pub(crate) fn forget_door(&self, door: &Arc<Listener>) {
        self.doors().retain(|other| !Arc::ptr_eq(other, door));
    }

    /// Tells that a door's sockets listen, after it has been told of those that were closed before.
    pub(crate) async fn tell_open_door(
        &self,
        before: Vec<CancellationToken>,
        spec: ListenSpec,
        sockets: Vec<OwnSocket>,
    ) {
        for gone in before {
            tokio::select! {
                () = gone.cancelled() => (),
                () = self.stop.cancelled() => (),
            }
        }
        self.listening.fetch_add(sockets.len() as u64, Ordering::AcqRel);
        self.tell(SocketEvent::Listening { spec, sockets }).await;
    }

    /// Tells that one of a door's sockets is closed; and that no other listens, or why this one had to stop.
    pub(crate) async fn tell_closed_door(&self, door: &Listener, name: Option<SocketId>) {
        if let Some(at) = name {
            let how = CloseKind::Close;
            self.tell(SocketEvent::Closed { at, how }).await;
        }
        let why = door.why();
        let none_listens = self.listening.fetch_sub(1, Ordering::AcqRel) == 1;
        let is_last = door.is_last();
        if none_listens || (is_last && why.is_some()) {
            self.tell(SocketEvent::StoppedListening { why }).await;
        }
        if is_last {
            door.gone.cancel();
        }
    }

    /// Our own door behind that address, as seen from that computer, if there is one.
    pub(crate) fn door(&self, from: Host, to: SocketAddr) -> Option<Arc<Listener>> {
        // The lab's computers reach each other, and not this machine; nor does it reach them.
        let is_near = |door: &Listener| (door.spec.host == Host::THIS) == (from == Host::THIS);
        self.doors().iter().find(|door| is_near(door) && door.answers(to)).map(Arc::clone)
    }
}

/// One end's place among the program's sockets; it is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) sockets: Arc<Registry>,
    pub(crate) name: SocketId,
    pub(crate) line: Arc<Mailbox>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        lock(&self.sockets.ends).remove(self.name, &self.line);
        self.sockets.open.fetch_sub(1, Ordering::AcqRel);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a task said when it panicked.
pub(crate) fn panic_words(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a task ended without a reason").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_task_is_news() {
        let (news, mut heard) = tokio::sync::mpsc::channel(4);
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let sockets = Registry::new(news, tasks, stop, 1, Duration::ZERO);
        sockets.spawn(async { panic!("on purpose") });
        assert_eq!(heard.recv().await, Some(SocketEvent::Crashed("on purpose".to_owned())));
    }
}
