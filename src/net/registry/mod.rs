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

use crate::net::connection::mailbox::Line;
use crate::net::factory::Makers;
use crate::net::listener::Door;
use crate::net::registry::mailboxes::Lines;
use crate::net::trace::Ledger;
use crate::tcp::{Ending, Host, ListenSpec, News, OwnSocket, RowName};

/// Every socket that the program has open, and what its tasks have in common.
#[derive(Debug)]
pub(crate) struct Sockets {
    news: Sender<News>,
    tasks: TaskTracker,
    /// Ends everything.
    pub(crate) stop: CancellationToken,
    /// How long the other end may refuse to take our echo.
    pub(crate) patience: Duration,
    /// Where sockets come from.
    pub(crate) makers: Makers,
    budget: u64,
    open: AtomicU64,
    sweeps: AtomicU64,
    /// Listening sockets that were told and whose end was not.
    listening: AtomicU64,
    ends: Mutex<Lines>,
    doors: Mutex<Vec<Arc<Door>>>,
    /// Which system calls are told.
    pub(crate) ledger: Ledger,
}

impl Sockets {
    pub(crate) fn new(
        news: Sender<News>,
        tasks: TaskTracker,
        stop: CancellationToken,
        budget: u64,
        patience: Duration,
    ) -> Sockets {
        Sockets {
            news,
            tasks,
            stop,
            patience,
            makers: Makers::default(),
            budget,
            open: AtomicU64::new(0),
            sweeps: AtomicU64::new(0),
            listening: AtomicU64::new(0),
            ends: Mutex::default(),
            doors: Mutex::default(),
            ledger: Ledger::default(),
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
                let _ = news.send(News::Crashed(panic_words(&*panic))).await;
            })),
        }));
    }

    /// Tells, and waits until the reader has room for `news`; once everything stops, news without room is lost.
    pub(crate) fn tell(&self, news: News) -> impl Future<Output = ()> + Send {
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
    fn wait_for_room(&self, news: News) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => (),
                _ = self.news.send(news) => (),
            }
        })
    }

    /// Tells at once if there is room, else has a task wait for it.
    pub(crate) fn announce(self: &Arc<Self>, news: News) {
        if let Err(TrySendError::Full(news)) = self.news.try_send(news) {
            let sockets = Arc::clone(self);
            self.spawn(async move { sockets.tell(news).await });
        }
    }

    /// Tells without waiting; lost when the reader has no room.
    pub(crate) fn mention(&self, news: News) {
        let _ = self.news.try_send(news);
    }

    /// A place for one more end, unless the descriptors are used up.
    pub(crate) fn seat(self: &Arc<Self>, name: RowName) -> Option<Seat> {
        let taken = self.open.fetch_update(Ordering::AcqRel, Ordering::Acquire, |open| {
            (open < self.budget()).then_some(open + 1)
        });
        taken.ok()?;
        let line = Arc::new(Line::default());
        lock(&self.ends).insert(name, Arc::clone(&line));
        Some(Seat { sockets: Arc::clone(self), name, line })
    }

    /// How many more ends there is room for.
    pub(crate) fn room(&self) -> u64 {
        self.budget().saturating_sub(self.open.load(Ordering::Acquire))
    }

    fn budget(&self) -> u64 {
        self.budget.saturating_sub(self.makers.descriptors())
    }

    /// How orders reach the end with that name, while it is open.
    pub(crate) fn line(&self, name: RowName) -> Option<Arc<Line>> {
        lock(&self.ends).get(name).cloned()
    }

    /// Resets every connection, those that are just being made included.
    pub(crate) fn sweep(&self) {
        self.sweeps.fetch_add(1, Ordering::AcqRel);
        for (_, line) in lock(&self.ends).all() {
            line.end(Ending::Abort);
        }
    }

    /// Resets every connection of other computers.
    pub(crate) fn sweep_elsewhere(&self) {
        for (name, line) in lock(&self.ends).all() {
            if name.host != Host::THIS {
                line.end(Ending::Abort);
            }
        }
    }

    /// How often everything was closed; who makes a connection compares it before and after.
    pub(crate) fn sweeps(&self) -> u64 {
        self.sweeps.load(Ordering::Acquire)
    }

    /// The doors that are open.
    pub(crate) fn doors(&self) -> MutexGuard<'_, Vec<Arc<Door>>> {
        lock(&self.doors)
    }

    /// A door will be closed, whoever does it.
    pub(crate) fn forget_door(&self, door: &Arc<Door>) {
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
        self.tell(News::Listening { spec, sockets }).await;
    }

    /// Tells that one of a door's sockets is closed; and that no other listens, or why this one had to stop.
    pub(crate) async fn tell_closed_door(&self, door: &Door, name: Option<RowName>) {
        if let Some(at) = name {
            let how = Ending::Close;
            self.tell(News::Closed { at, how }).await;
        }
        let why = door.why();
        let none_listens = self.listening.fetch_sub(1, Ordering::AcqRel) == 1;
        let is_last = door.is_last();
        if none_listens || (is_last && why.is_some()) {
            self.tell(News::StoppedListening { why }).await;
        }
        if is_last {
            door.gone.cancel();
        }
    }

    /// Our own door behind that address, as seen from that computer, if there is one.
    pub(crate) fn door(&self, from: Host, to: SocketAddr) -> Option<Arc<Door>> {
        // The lab's computers reach each other, and not this machine; nor does it reach them.
        let is_near = |door: &Door| (door.spec.host == Host::THIS) == (from == Host::THIS);
        self.doors().iter().find(|door| is_near(door) && door.answers(to)).map(Arc::clone)
    }
}

/// One end's place among the program's sockets; it is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) sockets: Arc<Sockets>,
    pub(crate) name: RowName,
    pub(crate) line: Arc<Line>,
}

impl Drop for Seat {
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
        let sockets = Sockets::new(news, tasks, stop, 1, Duration::ZERO);
        sockets.spawn(async { panic!("on purpose") });
        assert_eq!(heard.recv().await, Some(News::Crashed("on purpose".to_owned())));
    }
}
