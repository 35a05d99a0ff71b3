//! How many more connections the file descriptor limit allows.

use crate::app::model::{LabState, Statement};
use crate::app::{State, format};
use crate::tcp::HostLimits;

/// How this program's file descriptors are used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DescriptorBudget {
    /// The limit.
    limit: u64,
    /// Reserved for other uses than connections.
    kept: u64,
    has_lab: bool,
    /// Used by open sockets.
    used: u64,
    /// Needed by pending connects.
    promised: u64,
    /// How many each connection needs.
    each: u64,
}

impl DescriptorBudget {
    /// The budget for connections to our own server or to others.
    pub(crate) fn of(state: &State, to_ourselves: bool) -> DescriptorBudget {
        let used = state.clients.open() + state.server.ends.len() + state.server.sockets.len();
        // A connection in the accept queue has no descriptor at the server.
        let each = if to_ourselves && !state.server.held { 2 } else { 1 };
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
        let taken = self.kept + self.used + self.promised;
        let free = self.limit.saturating_sub(taken);
        u32::try_from(free / self.each).unwrap_or(u32::MAX)
    }

    /// When none fits.
    pub(crate) fn none(&self) -> Statement {
        let what = Statement::new("descriptors-gone").with("sum", self.sum());
        what.when("TooFew", self.kept + self.each > self.limit)
    }

    /// When fewer fit than were ordered.
    pub(crate) fn fewer(&self, asked: u32) -> Statement {
        Statement::new("descriptors-short")
            .with("calls", format::number(u64::from(self.calls())))
            .with("asked", format::number(u64::from(asked)))
            .with("sum", self.sum())
    }

    fn sum(&self) -> String {
        let kept_for = if self.has_lab { "the lab and other uses" } else { "other uses" };
        let is = |n| if n == 1 { "is" } else { "are" };
        let number = format::number;
        let mut parts = vec![format!("{} are reserved for {kept_for}", number(self.kept))];
        if self.used > 0 {
            parts.push(format!("{} {} in use", number(self.used), is(self.used)));
        }
        if self.promised > 0 {
            let (n, is) = (number(self.promised), is(self.promised));
            parts.push(format!("{n} {is} needed by pending connects"));
        }
        let each = match self.each {
            1 => "each connection needs one",
            _ => "each connection needs two (one per end)",
        };
        parts.push(each.to_owned());
        let last = parts.pop().unwrap_or_default();
        format!("of {} file descriptors, {}, and {last}", number(self.limit), parts.join(", "))
    }
}
