use std::time::Duration;

use tokio::time::Instant;

use crate::tcp::{SocketEvent, SocketId};

/// Bytes read and written but not told yet: a flood becomes twenty lines a second, and no byte is left out of the sum.
#[derive(Debug, Default)]
pub(crate) struct ByteCounts {
    received: u64,
    first: Vec<u8>,
    sent: u64,
    told: Option<Instant>,
    due: Option<Instant>,
}

impl ByteCounts {
    const EVERY: Duration = Duration::from_millis(50);

    pub(crate) fn read(&mut self, bytes: &[u8]) {
        let room = SocketEvent::SHOWN.saturating_sub(self.first.len());
        self.first.extend(bytes.iter().take(room));
        self.received += bytes.len() as u64;
        self.set_due();
    }

    pub(crate) fn written(&mut self, count: usize) {
        self.sent += count as u64;
        self.set_due();
    }

    /// When to tell what has come together; `None` when there is nothing to tell.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// What has come together, as news: what was written, then what was read.
    pub(crate) fn take(&mut self, at: SocketId) -> [Option<SocketEvent>; 2] {
        if self.due.take().is_some() {
            self.told = Some(Instant::now());
        }
        let sent = std::mem::take(&mut self.sent);
        let bytes = std::mem::take(&mut self.received);
        let first = std::mem::take(&mut self.first);
        [
            (sent > 0).then_some(SocketEvent::Sent { at, bytes: sent }),
            (bytes > 0).then_some(SocketEvent::Received { at, bytes, first }),
        ]
    }

    fn set_due(&mut self) {
        if self.due.is_none() {
            let now = Instant::now();
            self.due = Some(self.told.map_or(now, |told| now.max(told + ByteCounts::EVERY)));
        }
    }
}
