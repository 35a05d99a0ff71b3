//! How many more connections the file descriptor limit allows.

use crate::app::{LabState, Server, State, Statement, format};
use crate::tcp::HostLimits;

/// How this program's file descriptors are used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DescriptorBudget {
    limit: u64,
    /// Reserved for other uses than connections.
    kept: u64,
    has_lab: bool,
    used: u64,
    /// Needed by pending connects.
    promised: u64,
    each: u64,
}

impl DescriptorBudget {
    /// The budget for connections to a server of ours or to others.
    pub(crate) fn of(state: &State, server: Option<&Server>) -> DescriptorBudget {
        let used = state.ends.len() + state.servers.sockets().count();
        // A connection in the accept queue has no descriptor at the server.
        let each = if server.is_some_and(|server| !server.held) { 2 } else { 1 };
        let has_lab = state.lab.is_up();
        let lab = if has_lab { LabState::DESCRIPTORS } else { 0 };
        DescriptorBudget {
            limit: state.machine.descriptors,
            kept: HostLimits::RESERVED_DESCRIPTORS + lab,
            has_lab,
            used: used as u64,
            promised: u64::from(state.clients.awaited()) * each,
            each,
        }
    }

    /// How many more connections fit.
    pub(crate) fn calls(&self) -> u32 {
        let free = self.limit.saturating_sub(self.kept + self.used + self.promised);
        u32::try_from(free / self.each).unwrap_or(u32::MAX)
    }

    pub(crate) fn none(&self) -> Statement {
        self.sum("descriptors-gone").when("TooFew", self.kept + self.each > self.limit)
    }

    pub(crate) fn fewer(&self, asked: u32) -> Statement {
        let calls = format::number(u64::from(self.calls()));
        self.sum("descriptors-short").with("calls", calls).count("asked", asked.into())
    }

    fn sum(&self, key: &'static str) -> Statement {
        Statement::new(key)
            .with("limit", format::number(self.limit))
            .with("kept", format::number(self.kept))
            .count("used", self.used)
            .count("promised", self.promised)
            .when("Lab", self.has_lab)
            .when("Two", self.each > 1)
    }
}
