use std::time::Duration;

use tokio::time::Instant;

use crate::tcp::{SocketEvent, SocketId};

/// Bytes read and written but not yet reported: a flood becomes twenty events a second, and no byte is lost from the sum.
#[derive(Debug, Default)]
pub(super) struct ByteCounts {
    received: u64,
    first: Vec<u8>,
    sent: u64,
    reported: Option<Instant>,
    due: Option<Instant>,
}

impl ByteCounts {
    const INTERVAL: Duration = Duration::from_millis(50);

    pub(super) fn add_received(&mut self, bytes: &[u8]) {
        let room = SocketEvent::SHOWN.saturating_sub(self.first.len());
        self.first.extend(bytes.iter().take(room));
        self.received += bytes.len() as u64;
        self.set_due();
    }

    pub(super) fn add_sent(&mut self, count: usize) {
        self.sent += count as u64;
        self.set_due();
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    pub(super) fn take_sent(&mut self, at: SocketId) -> Option<SocketEvent> {
        if self.due.take().is_some() {
            self.reported = Some(Instant::now());
        }
        let bytes = std::mem::take(&mut self.sent);
        (bytes > 0).then_some(SocketEvent::Sent { at, bytes })
    }

    pub(super) fn take_received(&mut self, at: SocketId) -> Option<SocketEvent> {
        let (bytes, first) = (std::mem::take(&mut self.received), std::mem::take(&mut self.first));
        (bytes > 0).then_some(SocketEvent::Received { at, bytes, first })
    }

    fn set_due(&mut self) {
        self.due.get_or_insert_with(|| {
            let now = Instant::now();
            self.reported.map_or(now, |reported| now.max(reported + ByteCounts::INTERVAL))
        });
    }
}
