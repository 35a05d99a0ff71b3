use std::collections::HashMap;

use crate::tcp::{Port, Protocol, SocketRow, TcpState};

/// How many TCP rows are in each state, and which ports are listening.
#[derive(Clone, Debug, Default)]
pub(crate) struct StateCounts {
    states: [u32; TcpState::ALL.len()],
    listening: HashMap<Port, u32>,
}

impl StateCounts {
    /// Counts `row` out of one state and into another; `None`: not in the table.
    pub(crate) fn moved(
        &mut self,
        row: &SocketRow,
        before: Option<TcpState>,
        after: Option<TcpState>,
    ) {
        if before == after || row.tuple.protocol == Protocol::Udp {
            return;
        }
        for (state, step) in [(before, -1), (after, 1)] {
            let Some(state) = state else { continue };
            let count = &mut self.states[state as usize];
            *count = count.saturating_add_signed(step);
            if state == TcpState::Listen {
                self.listens(row.tuple.local.port, step);
            }
        }
    }

    fn listens(&mut self, port: Port, step: i32) {
        let sockets = self.listening.entry(port).or_default();
        *sockets = sockets.saturating_add_signed(step);
        if *sockets == 0 {
            self.listening.remove(&port);
        }
    }

    pub(crate) fn of(&self, state: TcpState) -> u32 {
        self.states[state as usize]
    }

    pub(crate) fn is_listening(&self, port: Port) -> bool {
        self.listening.contains_key(&port)
    }
}
