use std::collections::VecDeque;
use std::sync::Arc;

/// Bytes that the kernel has not taken yet; the payload of a burst is one copy for all.
#[derive(Debug, Default)]
pub(crate) struct SendQueue {
    pieces: VecDeque<Arc<Vec<u8>>>,
    /// How much of the first piece is written.
    written: usize,
    waiting: usize,
}

impl SendQueue {
    pub(crate) fn push(&mut self, piece: Arc<Vec<u8>>) {
        if !piece.is_empty() {
            self.waiting += piece.len();
            self.pieces.push_back(piece);
        }
    }

    /// How many bytes wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// What is to be written next; for UDP it is one datagram.
    pub(crate) fn next(&self) -> Option<&[u8]> {
        self.pieces.front().and_then(|piece| piece.get(self.written..))
    }

    /// The kernel took `count` bytes of the first piece.
    pub(crate) fn advance(&mut self, count: usize) {
        self.waiting = self.waiting.saturating_sub(count);
        self.written += count;
        if self.pieces.front().is_some_and(|piece| self.written >= piece.len()) {
            self.pieces.pop_front();
            self.written = 0;
        }
        if self.pieces.is_empty() {
            // An idle connection holds no memory for what it once sent.
            self.pieces = VecDeque::new();
        }
    }

    /// Gives up the first piece.
    pub(crate) fn skip(&mut self) {
        let left = self.next().map_or(0, <[u8]>::len);
        self.advance(left);
    }

    /// Gives up everything.
    pub(crate) fn clear(&mut self) {
        *self = SendQueue::default();
    }
}
