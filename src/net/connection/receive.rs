use std::sync::Arc;

use tokio::io::Ready;

use crate::net::connection::{End, Talk};
use crate::net::registry::Sockets;
use crate::net::stream::Read;
use crate::tcp::{Ending, Errno, News, OnData};

/// So much is read at once, onto the stack.
const READ: usize = 16 * 1024;

impl End {
    /// Deals with what the kernel has to say: data, FIN or an error.
    pub(crate) async fn read(&mut self, ready: Ready, sockets: &Sockets) -> Talk {
        let reading = self.interest().is_readable();
        if reading && self.manner.on_data == OnData::LeaveUnread {
            return self.look(ready, sockets).await;
        }
        if reading && (ready.is_readable() || ready.is_read_closed()) {
            return match self.read_on() {
                Read::Fin => self.hear_fin(sockets).await,
                Read::Broken(errno) => Some(Ending::Broken(errno)),
                Read::Bytes(_) | Read::Nothing => None,
            };
        }
        if ready.is_error() {
            let errno = self.wire.error().unwrap_or(Errno::ECONNRESET);
            return Some(Ending::Broken(errno));
        }
        None
    }

    /// Notices the other end's FIN or RST without reading.
    async fn look(&mut self, ready: Ready, sockets: &Sockets) -> Talk {
        if ready.is_read_closed() || ready.is_error() {
            if let Some(errno) = self.wire.error() {
                return Some(Ending::Broken(errno));
            }
            return self.hear_fin(sockets).await;
        }
        self.wire.leave_unread();
        None
    }

    fn read_on(&mut self) -> Read {
        let mut buffer = [0; READ];
        for _ in 0..End::IN_A_ROW {
            let count = match self.wire.read(&mut buffer) {
                Read::Bytes(count) => count,
                other @ (Read::Nothing | Read::Fin | Read::Broken(_)) => return other,
            };
            let bytes = buffer.get(..count).unwrap_or_default();
            self.tally.read(bytes);
            if self.manner.on_data == OnData::Echo {
                self.outgoing.push(Arc::new(bytes.to_vec()));
                if self.outgoing.waiting() >= End::ECHO {
                    break;
                }
            }
        }
        Read::Nothing
    }

    async fn hear_fin(&mut self, sockets: &Sockets) -> Talk {
        self.has_heard_fin = true;
        self.tell_tally(sockets).await;
        sockets.tell(News::PeerClosed(self.seat.name)).await;
        None
    }
}
