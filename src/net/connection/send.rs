use tokio::time::Instant;

use crate::net::connection::send_queue::SendQueue;
use crate::net::connection::{ConnectionTask, Exchange};
use crate::tcp::{Call, CloseKind, Errno, OnData, Purpose, SocketEvent};

impl ConnectionTask {
    /// Writes what the kernel takes now, sends our FIN if ordered, and closes when nothing keeps this end open.
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
        let is_over = is_written && self.fin_received && self.policy.closes_with_peer;
        is_over.then_some(CloseKind::Close)
    }

    fn write_queue(&mut self) -> Result<(), Errno> {
        let before = self.queue.waiting();
        for _ in 0..ConnectionTask::IN_A_ROW {
            let Some(piece) = self.queue.next() else {
                break;
            };
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
