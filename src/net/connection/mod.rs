//! One connection of ours, from connect() or accept() to close().

mod byte_counts;
pub(crate) mod mailbox;
mod send_queue;
mod transfer;

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

/// One end of a connection. An idle one holds no buffer: bytes pass through the stack of the thread that reads them.
pub(crate) struct ConnectionTask {
    stream: Stream,
    registration: Registration,
    policy: Policy,
    queue: SendQueue,
    counts: ByteCounts,
    closes_at: Option<Instant>,
    /// Since when the kernel has taken none of the queued bytes.
    stalled_since: Option<Instant>,
    wants_half_close: bool,
    fin_sent: bool,
    fin_received: bool,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) on_data: OnData,
    pub(crate) closes_with_peer: bool,
    pub(crate) closes_after: Option<Duration>,
}

/// How the exchange of data ended, if it did; as a final result, `None` means that the engine stops.
pub(crate) type Exchange = Option<CloseKind>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectOutcome {
    Connected,
    Refused(Errno),
    /// It was closed before there was an answer, or the engine stops.
    GivenUp(Exchange),
}

impl ConnectionTask {
    /// The most reads or writes in a row, before other tasks run.
    const IN_A_ROW: usize = 16;
    /// The most bytes of an echo that are queued; then reading stops.
    const MOST_ECHO: usize = 64 * 1024;

    /// On the heap: a future holds what is moved into it more than once.
    pub(crate) fn new(
        stream: Stream,
        registration: Registration,
        policy: Policy,
        payload: Arc<Vec<u8>>,
    ) -> Box<ConnectionTask> {
        let mut queue = SendQueue::default();
        queue.push(payload);
        Box::new(ConnectionTask {
            stream,
            registration,
            policy,
            queue,
            counts: ByteCounts::default(),
            closes_at: None,
            stalled_since: None,
            wants_half_close: false,
            fin_sent: false,
            fin_received: false,
        })
    }

    pub(crate) async fn run(mut self: Box<Self>) {
        self.closes_at = self.policy.closes_after.map(|time| Instant::now() + time);
        let how = self.exchange().await;
        self.close(how).await;
    }

    pub(crate) async fn connected(&mut self) -> ConnectOutcome {
        let stop = self.registry().stop.clone();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => {
                    return ConnectOutcome::GivenUp(self.registration.mailbox.take().close);
                }
                () = self.registration.mailbox.has_orders.notified() => {
                    if let Some(how) = self.take_orders() {
                        return ConnectOutcome::GivenUp(Some(how));
                    }
                }
                _ = self.stream.ready(Interest::WRITABLE) => {
                    let mut trace = self.registry().recorder(Purpose::Connect);
                    let error = self.stream.error();
                    trace.connect_result(&self.stream, error);
                    self.registry().report_trace(trace, Some(self.registration.id));
                    return error.map_or(ConnectOutcome::Connected, ConnectOutcome::Refused);
                }
            }
        }
    }

    pub(crate) async fn close(mut self: Box<Self>, how: Exchange) {
        let registry = Arc::clone(self.registry());
        let at = self.registration.id;
        self.report_counts().await;
        let how = how.unwrap_or(CloseKind::Close);
        let mut trace = registry.recorder(Purpose::Close);
        // A broken connection has no peer for the RST, except where a timeout of ours ended it.
        if how != CloseKind::Close {
            self.stream.set_no_linger(&mut trace);
        }
        trace.close(&self.stream);
        // The descriptor is free before the event says so.
        drop(self);
        registry.report_trace(trace, Some(at));
        registry.report(SocketEvent::Closed { at, how }).await;
    }

    async fn exchange(&mut self) -> Exchange {
        let registry = Arc::clone(self.registry());
        let mut stop = std::pin::pin!(registry.stop.cancelled());
        if self.queue.waiting() > 0 {
            // That a new socket can be written to is known only after an event of epoll(7).
            tokio::select! {
                biased;
                () = &mut stop => (),
                _ = self.stream.ready(Interest::WRITABLE) => (),
            }
        }
        loop {
            if let Some(how) = self.send().await {
                return Some(how);
            }
            let deadlines = [self.closes_at, self.counts.due(), self.times_out()];
            let wake = deadlines.into_iter().flatten().min();
            tokio::select! {
                biased;
                // An order to abort just before the stop is still followed.
                () = &mut stop => return self.registration.mailbox.take().close,
                () = self.registration.mailbox.has_orders.notified() => {
                    if let Some(how) = self.take_orders() {
                        // Bytes ordered before still go to the kernel, as far as it takes them.
                        let _ = self.send().await;
                        return Some(how);
                    }
                }
                () = sleep_until(wake) => {
                    if let Some(how) = self.deadline_passed().await {
                        return Some(how);
                    }
                }
                ready = self.stream.ready(self.interest()) => {
                    let Ok(ready) = ready else { return Some(CloseKind::Broken(Errno::EINVAL)) };
                    if let Some(how) = self.receive(ready).await {
                        return Some(how);
                    }
                }
            }
        }
    }

    fn take_orders(&mut self) -> Exchange {
        let orders = self.registration.mailbox.take();
        let mut overflowed = orders.overflowed;
        for bytes in orders.send {
            let waiting = self.queue.waiting();
            if waiting > 0 && waiting + bytes.len() > Mailbox::MOST_UNSENT {
                overflowed = true;
            } else {
                self.queue.push(Arc::new(bytes));
            }
        }
        if overflowed {
            self.call_failed(Call::Write, Errno::ENOBUFS);
        }
        self.wants_half_close |= orders.half_close;
        orders.close
    }

    fn interest(&self) -> Interest {
        let mut interest = Interest::ERROR;
        let waiting = self.queue.waiting();
        let reads = self.policy.on_data != OnData::Echo || waiting < ConnectionTask::MOST_ECHO;
        if reads && !self.fin_received {
            interest |= Interest::READABLE;
        }
        if waiting > 0 {
            interest |= Interest::WRITABLE;
        }
        interest
    }

    fn times_out(&self) -> Option<Instant> {
        self.stalled_since.map(|since| since + self.registry().echo_timeout)
    }

    async fn deadline_passed(&mut self) -> Exchange {
        let now = Instant::now();
        let is_over = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        if is_over(self.counts.due()) {
            self.report_counts().await;
        }
        if is_over(self.closes_at) {
            return Some(CloseKind::Close);
        }
        if !is_over(self.times_out()) {
            return None;
        }
        self.call_failed(Call::Write, Errno::ETIMEDOUT);
        Some(CloseKind::Broken(Errno::ETIMEDOUT))
    }

    fn registry(&self) -> &Arc<Registry> {
        &self.registration.registry
    }

    fn report(&self, event: SocketEvent) -> impl Future<Output = ()> + Send {
        self.registry().report(event)
    }

    async fn report_counts(&mut self) {
        // One after the other: an event that is held during an await takes memory in every idle connection.
        if let Some(sent) = self.counts.take_sent(self.registration.id) {
            self.report(sent).await;
        }
        if let Some(received) = self.counts.take_received(self.registration.id) {
            self.report(received).await;
        }
    }

    fn call_failed(&self, call: Call, errno: Errno) {
        let (at, why) = (self.registration.id, SyscallError { call, errno });
        self.registry().try_report(SocketEvent::CallFailed { at, why });
    }
}

async fn sleep_until(time: Option<Instant>) {
    match time {
        Some(time) => tokio::time::sleep_until(time).await,
        None => std::future::pending().await,
    }
}
