use std::sync::Arc;

use tokio::io::Ready;

use crate::net::connection::{ConnectionTask, Exchange};
use crate::net::registry::Registry;
use crate::net::stream::ReadOutcome;
use crate::tcp::{CloseKind, Errno, OnData, SocketEvent};

/// So much is read at once, onto the stack.
const READ: usize = 16 * 1024;

impl ConnectionTask {
    /// Deals with what the kernel has to say: data, FIN or an error.
    pub(crate) async fn read(&mut self, ready: Ready, sockets: &Registry) -> Exchange {
        let reading = self.interest().is_readable();
        if reading && self.manner.on_data == OnData::LeaveUnread {
            return self.look(ready, sockets).await;
        }
        if reading && (ready.is_readable() || ready.is_read_closed()) {
            return match self.read_on() {
                ReadOutcome::Fin => self.hear_fin(sockets).await,
                ReadOutcome::Broken(errno) => Some(CloseKind::Broken(errno)),
                ReadOutcome::Bytes(_) | ReadOutcome::Nothing => None,
            };
        }
        if ready.is_error() {
            let errno = self.wire.error().unwrap_or(Errno::ECONNRESET);
            return Some(CloseKind::Broken(errno));
        }
        None
    }

    /// Notices the other end's FIN or RST without reading.
    async fn look(&mut self, ready: Ready, sockets: &Registry) -> Exchange {
        if ready.is_read_closed() || ready.is_error() {
            if let Some(errno) = self.wire.error() {
                return Some(CloseKind::Broken(errno));
            }
            return self.hear_fin(sockets).await;
        }
        self.wire.leave_unread();
        None
    }

    fn read_on(&mut self) -> ReadOutcome {
        let mut buffer = [0; READ];
        for _ in 0..ConnectionTask::IN_A_ROW {
            let count = match self.wire.read(&mut buffer) {
                ReadOutcome::Bytes(count) => count,
                other @ (ReadOutcome::Nothing | ReadOutcome::Fin | ReadOutcome::Broken(_)) => {
                    return other;
                }
            };
            let bytes = buffer.get(..count).unwrap_or_default();
            self.tally.read(bytes);
            if self.manner.on_data == OnData::Echo {
                self.outgoing.push(Arc::new(bytes.to_vec()));
                if self.outgoing.waiting() >= ConnectionTask::ECHO {
                    break;
                }
            }
        }
        ReadOutcome::Nothing
    }

    async fn hear_fin(&mut self, sockets: &Registry) -> Exchange {
        self.has_heard_fin = true;
        self.tell_tally(sockets).await;
        sockets.tell(SocketEvent::PeerClosed(self.seat.name)).await;
        None
    }
}
