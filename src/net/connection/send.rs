use tokio::time::Instant;

use crate::net::connection::{ConnectionTask, Exchange};
use crate::net::registry::Registry;
use crate::tcp::{Call, CloseKind, Errno, OnData, Purpose, SocketEvent};

impl ConnectionTask {
    /// Writes what the kernel takes now, sends our FIN if it was asked for, and closes when nothing keeps this end open.
    pub(crate) async fn write_and_shut(&mut self, sockets: &Registry) -> Exchange {
        if let Err(errno) = self.write_on() {
            return Some(CloseKind::Broken(errno));
        }
        let is_written = self.outgoing.waiting() == 0;
        if is_written && self.wants_half_close && !self.has_sent_fin {
            self.wants_half_close = false;
            self.tell_tally(sockets).await;
            let mut diary = self.seat.sockets.diary(Purpose::HalfClose);
            let done = self.wire.half_close(&mut diary);
            self.seat.sockets.tell_calls(diary, Some(self.seat.name));
            match done {
                Ok(()) => {
                    self.has_sent_fin = true;
                    sockets.tell(SocketEvent::HalfClosed(self.seat.name)).await;
                }
                Err(errno) => self.complain(Call::Shutdown, errno),
            }
        }
        let is_over = is_written && self.has_heard_fin && self.manner.closes_with_peer;
        is_over.then_some(CloseKind::Close)
    }

    fn write_on(&mut self) -> Result<(), Errno> {
        let before = self.outgoing.waiting();
        for _ in 0..ConnectionTask::IN_A_ROW {
            let Some(piece) = self.outgoing.next() else {
                break;
            };
            match self.wire.write(piece) {
                Ok(None) => break,
                Ok(Some(count)) => {
                    self.tally.written(count);
                    self.outgoing.advance(count);
                }
                Err(errno) if self.wire.is_udp() && errno != Errno::ECONNREFUSED => {
                    self.outgoing.skip();
                    self.complain(Call::Write, errno);
                }
                Err(Errno::EPIPE) if self.has_sent_fin => {
                    self.outgoing.clear();
                    self.complain(Call::Write, Errno::EPIPE);
                }
                Err(errno) => return Err(errno),
            }
        }
        let is_stuck = self.outgoing.waiting() > 0 && self.outgoing.waiting() == before;
        let has_patience = self.manner.on_data != OnData::Echo;
        self.stuck = match self.stuck {
            _ if has_patience || !is_stuck => None,
            Some(since) => Some(since),
            None => Some(Instant::now()),
        };
        Ok(())
    }
}
