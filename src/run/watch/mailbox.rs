use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::kernel::{ReadError, Reading, SocketSource};
use crate::run::ReadOrder;
use crate::tcp::{Filter, SocketId};

/// Where wishes, orders and answers lie between the threads of a poller. Nobody waits for room: a newer wish replaces or joins the older.
#[derive(Default)]
pub(crate) struct WatchMailbox {
    papers: Mutex<Slots>,
    /// Rings when there is something for the thread that decides.
    for_watch: Condvar,
    /// Rings when there is something for the thread that reads.
    for_reader: Condvar,
    /// Rings when a thread is gone.
    gone: Condvar,
}

#[derive(Default)]
struct Slots {
    wishes: Requests,
    order: Option<ReadRequest>,
    is_stopped: bool,
    /// How many threads still work.
    at_work: usize,
}

/// What the rest of the program wishes since it was last asked.
#[derive(Default)]
pub(crate) struct Requests {
    /// Watch these rows.
    pub watch: Option<Filter>,
    /// Look these up now.
    pub look: Vec<SocketId>,
    /// These are on the screen.
    pub visible: Option<Vec<SocketId>>,
    /// These are looked inside.
    pub inside: Option<Vec<SocketId>>,
    /// An order that was carried out.
    pub answer: Option<ReadAnswer>,
}

/// A source that is sent to read a table, and the memory to read it into.
pub(crate) struct ReadRequest {
    pub order: ReadOrder,
    pub source: Box<dyn SocketSource>,
    pub reading: Reading,
}

/// What came of an errand; the source is lost when it panicked.
pub(crate) struct ReadAnswer {
    pub order: ReadOrder,
    pub source: Option<Box<dyn SocketSource>>,
    pub reading: Reading,
    pub outcome: Result<Duration, ReadError>,
}

impl WatchMailbox {
    /// More wishes than this are as good as reading the table.
    const MOST_LOOKS: usize = 4096;

    pub(crate) fn watch(&self, wanted: Filter) {
        self.papers().wishes.watch = Some(wanted);
        self.for_watch.notify_one();
    }

    pub(crate) fn look(&self, names: Vec<SocketId>) {
        let mut papers = self.papers();
        let room = WatchMailbox::MOST_LOOKS.saturating_sub(papers.wishes.look.len());
        papers.wishes.look.extend(names.into_iter().take(room));
        self.for_watch.notify_one();
    }

    pub(crate) fn visible(&self, names: Vec<SocketId>) {
        self.papers().wishes.visible = Some(names);
    }

    pub(crate) fn inside(&self, names: Vec<SocketId>) {
        self.papers().wishes.inside = Some(names);
    }

    pub(crate) fn answer(&self, answer: ReadAnswer) {
        self.papers().wishes.answer = Some(answer);
        self.for_watch.notify_one();
    }

    pub(crate) fn send(&self, errand: ReadRequest) {
        self.papers().order = Some(errand);
        self.for_reader.notify_one();
    }

    /// Waits for wishes, but not longer than `pause`; `None` when it is time to go.
    pub(crate) fn wishes(&self, pause: Duration) -> Option<Requests> {
        let nothing_new = |papers: &mut Slots| {
            let Requests { watch, look, visible: _, inside: _, answer } = &papers.wishes;
            !papers.is_stopped && watch.is_none() && look.is_empty() && answer.is_none()
        };
        let (mut papers, _) = self
            .for_watch
            .wait_timeout_while(self.papers(), pause, nothing_new)
            .unwrap_or_else(PoisonError::into_inner);
        (!papers.is_stopped).then(|| mem::take(&mut papers.wishes))
    }

    /// Waits for an errand; `None` when it is time to go.
    pub(crate) fn errand(&self) -> Option<ReadRequest> {
        let nothing_new = |papers: &mut Slots| !papers.is_stopped && papers.order.is_none();
        let mut papers = self
            .for_reader
            .wait_while(self.papers(), nothing_new)
            .unwrap_or_else(PoisonError::into_inner);
        if papers.is_stopped {
            return None;
        }
        papers.order.take()
    }

    pub(crate) fn begins(&self) {
        self.papers().at_work += 1;
    }

    pub(crate) fn ends(&self) {
        self.papers().at_work -= 1;
        self.gone.notify_all();
    }

    /// Tells the threads to go.
    pub(crate) fn stop(&self) {
        self.papers().is_stopped = true;
        self.for_watch.notify_all();
        self.for_reader.notify_all();
    }

    /// Waits until the threads are gone, but not longer than `patience`.
    pub(crate) fn wait(&self, patience: Duration) {
        let at_work = |papers: &mut Slots| papers.at_work > 0;
        drop(self.gone.wait_timeout_while(self.papers(), patience, at_work));
    }

    fn papers(&self) -> MutexGuard<'_, Slots> {
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
