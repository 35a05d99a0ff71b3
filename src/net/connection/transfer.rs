use std::sync::Arc;

use tokio::io::Ready;
use tokio::time::Instant;

use crate::net::connection::send_queue::SendQueue;
use crate::net::connection::{ConnectionTask, Exchange};
use crate::net::stream::ReadOutcome;
use crate::tcp::{Call, CloseKind, Errno, OnData, Purpose, SocketEvent};

const READ: usize = 16 * 1024;

impl ConnectionTask {
    pub(super) async fn receive(&mut self, ready: Ready) -> Exchange {
        let reading = self.interest().is_readable();
        if reading && self.policy.on_data == OnData::LeaveUnread {
            return self.look(ready).await;
        }
        if reading && (ready.is_readable() || ready.is_read_closed()) {
            return match self.read_available() {
                ReadOutcome::Fin => self.fin_received().await,
                ReadOutcome::Broken(errno) => Some(CloseKind::Broken(errno)),
                ReadOutcome::Bytes(_) | ReadOutcome::Nothing => None,
            };
        }
        if ready.is_error() {
            let errno = self.stream.error().unwrap_or(Errno::ECONNRESET);
            return Some(CloseKind::Broken(errno));
        }
        None
    }

    async fn look(&mut self, ready: Ready) -> Exchange {
        if ready.is_read_closed() || ready.is_error() {
            return match self.stream.error() {
                Some(errno) => Some(CloseKind::Broken(errno)),
                None => self.fin_received().await,
            };
        }
        self.stream.leave_unread();
        None
    }

    fn read_available(&mut self) -> ReadOutcome {
        let mut buffer = [0; READ];
        for _ in 0..ConnectionTask::IN_A_ROW {
            let read = self.stream.read(&mut buffer);
            let ReadOutcome::Bytes(count) = read else { return read };
            let bytes = buffer.get(..count).unwrap_or_default();
            self.counts.add_received(bytes);
            if self.policy.on_data == OnData::Echo {
                self.queue.push(Arc::new(bytes.to_vec()));
                if self.queue.waiting() >= ConnectionTask::MOST_ECHO {
                    break;
                }
            }
        }
        ReadOutcome::Nothing
    }

    async fn fin_received(&mut self) -> Exchange {
        self.fin_received = true;
        self.report_counts().await;
        self.report(SocketEvent::PeerClosed(self.registration.id)).await;
        None
    }

    pub(super) async fn send(&mut self) -> Exchange {
        if let Err(errno) = self.write_queue() {
            return Some(CloseKind::Broken(errno));
        }
        let is_written = self.queue.waiting() == 0;
        if is_written && self.wants_half_close && !self.fin_sent {
            self.wants_half_close = false;
            self.report_counts().await;
            let mut trace = self.registry().recorder(Purpose::HalfClose);
            let done = self.stream.half_close(&mut trace);
            self.registry().report_trace(trace, Some(self.registration.id));
            match done {
                Ok(()) => {
                    self.fin_sent = true;
                    self.report(SocketEvent::HalfClosed(self.registration.id)).await;
                }
                Err(errno) => self.call_failed(Call::Shutdown, errno),
            }
        }
        let closes = self.policy.closes_with_peer && !self.registration.mailbox.stays_open();
        let is_over = is_written && self.fin_received && closes;
        is_over.then_some(CloseKind::Close)
    }

    fn write_queue(&mut self) -> Result<(), Errno> {
        let before = self.queue.waiting();
        for _ in 0..ConnectionTask::IN_A_ROW {
            let Some(piece) = self.queue.next() else { break };
            match self.stream.write(piece) {
                Ok(None) => break,
                Ok(Some(count)) => {
                    self.counts.add_sent(count);
                    self.queue.advance(count);
                }
                Err(errno) if self.stream.is_udp() && errno != Errno::ECONNREFUSED => {
                    self.queue.skip();
                    self.call_failed(Call::Write, errno);
                }
                Err(Errno::EPIPE) if self.fin_sent => {
                    self.queue = SendQueue::default();
                    self.call_failed(Call::Write, Errno::EPIPE);
                }
                Err(errno) => return Err(errno),
            }
        }
        let is_stalled = self.queue.waiting() > 0 && self.queue.waiting() == before;
        let has_limit = self.policy.on_data == OnData::Echo;
        let since = self.stalled_since;
        self.stalled_since = (has_limit && is_stalled).then(|| since.unwrap_or_else(Instant::now));
        Ok(())
    }
}
