use std::collections::VecDeque;
use std::sync::Arc;

/// Bytes not yet taken by the kernel; all connections of a burst share one copy of the payload.
#[derive(Debug, Default)]
pub(super) struct SendQueue {
    pieces: VecDeque<Arc<Vec<u8>>>,
    written: usize,
    waiting: usize,
}

impl SendQueue {
    pub(super) fn push(&mut self, piece: Arc<Vec<u8>>) {
        if !piece.is_empty() {
            self.waiting += piece.len();
            self.pieces.push_back(piece);
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    pub(super) fn next(&self) -> Option<&[u8]> {
        self.pieces.front().and_then(|piece| piece.get(self.written..))
    }

    pub(super) fn advance(&mut self, count: usize) {
        self.waiting = self.waiting.saturating_sub(count);
        self.written += count;
        if self.pieces.front().is_some_and(|piece| self.written >= piece.len()) {
            self.pieces.pop_front();
            self.written = 0;
        }
        if self.pieces.is_empty() {
            // An idle connection holds no memory.
            self.pieces = VecDeque::new();
        }
    }

    pub(super) fn skip(&mut self) {
        self.advance(self.next().map_or(0, <[u8]>::len));
    }
}
