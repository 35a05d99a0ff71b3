use std::sync::Arc;

use tokio::io::Ready;

use crate::net::connection::{ConnectionTask, Exchange};
use crate::net::stream::ReadOutcome;
use crate::tcp::{CloseKind, Errno, OnData, SocketEvent};

/// The size of the read buffer, which is on the stack.
const READ: usize = 16 * 1024;

impl ConnectionTask {
    /// Handles readiness: data, FIN or an error.
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

    /// Notices the peer's FIN or RST without reading.
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
            let count = match self.stream.read(&mut buffer) {
                ReadOutcome::Bytes(count) => count,
                other @ (ReadOutcome::Nothing | ReadOutcome::Fin | ReadOutcome::Broken(_)) => {
                    return other;
                }
            };
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
}
