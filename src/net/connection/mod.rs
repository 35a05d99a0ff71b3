pub(crate) mod byte_counts;
pub(crate) mod mailbox;
pub(crate) mod receive;
pub(crate) mod send;
pub(crate) mod send_queue;

use std::sync::Arc;
use std::time::Duration;

use tokio::io::Interest;
use tokio::time::Instant;

use crate::net::connection::byte_counts::ByteCounts;
use crate::net::connection::mailbox::Mailbox;
use crate::net::connection::send_queue::SendQueue;
use crate::net::registry::{Registration, Registry};
use crate::net::stream::Stream;
use crate::tcp::{Call, CloseKind, Errno, OnData, Purpose, SocketEvent, SyscallError};

/// One end of a connection and the task that owns it, from connect() or accept() to close().
///
/// An idle one holds no buffer: bytes pass through the stack of whichever thread reads them.
#[derive(Debug)]
pub(crate) struct ConnectionTask {
    wire: Stream,
    seat: Registration,
    manner: Policy,
    outgoing: SendQueue,
    tally: ByteCounts,
    /// When this end closes by itself.
    closes: Option<Instant>,
    /// Since when the kernel has taken nothing of what waits.
    stuck: Option<Instant>,
    wants_half_close: bool,
    has_sent_fin: bool,
    has_heard_fin: bool,
}

/// What a program does with a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) on_data: OnData,
    /// Whether it closes when the other end has closed.
    pub(crate) closes_with_peer: bool,
    /// After what time it closes in any case.
    pub(crate) closes_after: Option<Duration>,
}

/// How a task's hold of its end is over, if it is; when nothing follows any more, `None` means that the program stops.
pub(crate) type Exchange = Option<CloseKind>;

/// How a connect() ended that was not over at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectOutcome {
    Connected,
    Refused(Errno),
    /// Somebody closed it before there was an answer, or the program stops.
    GivenUp(Exchange),
}

impl ConnectionTask {
    /// So many reads or writes in a row, then others have their turn.
    const IN_A_ROW: usize = 16;
    /// So much of an echo waits at most; then no more is read.
    const ECHO: usize = 64 * 1024;

    /// On the heap: a future keeps room for whatever is moved into it more than once.
    pub(crate) fn new(
        wire: Stream,
        seat: Registration,
        manner: Policy,
        payload: Arc<Vec<u8>>,
    ) -> Box<ConnectionTask> {
        let mut outgoing = SendQueue::default();
        outgoing.push(payload);
        Box::new(ConnectionTask {
            wire,
            seat,
            manner,
            outgoing,
            tally: ByteCounts::default(),
            closes: None,
            stuck: None,
            wants_half_close: false,
            has_sent_fin: false,
            has_heard_fin: false,
        })
    }

    /// Reads, writes and does as it is told until the end; then tells how it came.
    pub(crate) async fn live(mut self: Box<Self>) {
        self.closes = self.manner.closes_after.map(|time| Instant::now() + time);
        let how = self.talk().await;
        self.leave(how).await;
    }

    /// Waits for the answer to connect().
    pub(crate) async fn reach(&mut self) -> ConnectOutcome {
        let stop = self.seat.sockets.stop.clone();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return ConnectOutcome::GivenUp(self.seat.line.take().end),
                () = self.seat.line.bell.notified() => {
                    if let Some(how) = self.obey() {
                        return ConnectOutcome::GivenUp(Some(how));
                    }
                }
                _ = self.wire.ready(Interest::WRITABLE) => {
                    let mut diary = self.seat.sockets.diary(Purpose::Connect);
                    let error = self.wire.error();
                    diary.connect_answered(&self.wire, error);
                    self.seat.sockets.tell_calls(diary, Some(self.seat.name));
                    return error.map_or(ConnectOutcome::Connected, ConnectOutcome::Refused);
                }
            }
        }
    }

    /// close(), and the news of it.
    pub(crate) async fn leave(mut self: Box<Self>, how: Exchange) {
        let sockets = Arc::clone(&self.seat.sockets);
        let at = self.seat.name;
        self.tell_tally(&sockets).await;
        let how = how.unwrap_or(CloseKind::Close);
        let mut diary = sockets.diary(Purpose::Close);
        // After a broken connection there is nobody left to send RST to, except when it is we who lost patience.
        if how != CloseKind::Close {
            self.wire.linger_no_more(&mut diary);
        }
        diary.closes(&self.wire);
        // The descriptor is free before anybody hears of it.
        drop(self);
        sockets.tell_calls(diary, Some(at));
        sockets.tell(SocketEvent::Closed { at, how }).await;
    }

    async fn talk(&mut self) -> Exchange {
        let sockets = Arc::clone(&self.seat.sockets);
        let mut stop = std::pin::pin!(sockets.stop.cancelled());
        loop {
            if let Some(how) = self.write_and_shut(&sockets).await {
                return Some(how);
            }
            let wake = self.wakes();
            tokio::select! {
                biased;
                // An order to abort that came just before the stop is obeyed still.
                () = &mut stop => return self.seat.line.take().end,
                () = self.seat.line.bell.notified() => {
                    if let Some(how) = self.obey() {
                        self.write_before_leaving(&sockets).await;
                        return Some(how);
                    }
                }
                () = until(wake) => {
                    if let Some(how) = self.time_is_up(&sockets).await {
                        return Some(how);
                    }
                }
                ready = self.wire.ready(self.interest()) => {
                    let Ok(ready) = ready else { return Some(CloseKind::Broken(Errno::EINVAL)) };
                    if let Some(how) = self.read(ready, &sockets).await {
                        return Some(how);
                    }
                }
            }
        }
    }

    /// Takes over the orders; `Some` when it is to end at once.
    fn obey(&mut self) -> Option<CloseKind> {
        let orders = self.seat.line.take();
        let mut refused = orders.refused;
        for bytes in orders.send {
            let waiting = self.outgoing.waiting();
            if waiting > 0 && waiting + bytes.len() > Mailbox::UNSENT {
                refused = true;
            } else {
                self.outgoing.push(Arc::new(bytes));
            }
        }
        if refused {
            self.complain(Call::Write, Errno::ENOBUFS);
        }
        self.wants_half_close |= orders.half_close;
        orders.end
    }

    /// Bytes that were given before the order to close still go to the kernel, as far as it takes them.
    async fn write_before_leaving(&mut self, sockets: &Registry) {
        let _ = self.write_and_shut(sockets).await;
    }

    /// What this end waits for: data, or room to write, or only for the connection to break.
    fn interest(&self) -> Interest {
        let mut interest = Interest::ERROR;
        let reads =
            self.manner.on_data != OnData::Echo || self.outgoing.waiting() < ConnectionTask::ECHO;
        if reads && !self.has_heard_fin {
            interest |= Interest::READABLE;
        }
        if self.outgoing.waiting() > 0 {
            interest |= Interest::WRITABLE;
        }
        interest
    }

    fn wakes(&self) -> Option<Instant> {
        let patience = self.seat.sockets.patience;
        let stuck = self.stuck.map(|since| since + patience);
        [self.closes, self.tally.due(), stuck].into_iter().flatten().min()
    }

    async fn time_is_up(&mut self, sockets: &Registry) -> Exchange {
        let now = Instant::now();
        if self.tally.due().is_some_and(|due| due <= now) {
            self.tell_tally(sockets).await;
        }
        if self.closes.is_some_and(|closes| closes <= now) {
            return Some(CloseKind::Close);
        }
        let lost = self.stuck.is_some_and(|since| since + sockets.patience <= now);
        if !lost {
            return None;
        }
        self.complain(Call::Write, Errno::ETIMEDOUT);
        Some(CloseKind::Broken(Errno::ETIMEDOUT))
    }

    async fn tell_tally(&mut self, sockets: &Registry) {
        let [sent, received] = self.tally.take(self.seat.name);
        if let Some(news) = sent {
            sockets.tell(news).await;
        }
        if let Some(news) = received {
            sockets.tell(news).await;
        }
    }

    fn complain(&self, call: Call, errno: Errno) {
        self.seat.sockets.mention(SocketEvent::CallFailed {
            at: self.seat.name,
            why: SyscallError { call, errno },
        });
    }
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}
