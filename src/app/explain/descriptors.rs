//! How many more connections the descriptors allow, and why no more: in numbers that add up.

use crate::app::model::LabState;
use crate::app::{State, format};
use crate::tcp::HostLimits;

/// Where this program's descriptors are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DescriptorBudget {
    /// How many it may hold.
    limit: u64,
    /// Those that no connection gets.
    kept: u64,
    has_lab: bool,
    /// Those of sockets that are open.
    used: u64,
    /// Those that calls under way are about to take.
    promised: u64,
    /// How many a connection takes.
    each: u64,
}

impl DescriptorBudget {
    /// The room for calls, to a server of ours or to others.
    pub(crate) fn of(state: &State, to_ourselves: bool) -> DescriptorBudget {
        let used = state.clients.open() + state.server.ends.len() + state.server.sockets.len();
        // Who waits for accept() needs no descriptor at the server.
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

    /// How many more connections there is room for.
    pub(crate) fn calls(&self) -> u32 {
        let taken = self.kept + self.used + self.promised;
        let free = self.limit.saturating_sub(taken);
        u32::try_from(free / self.each).unwrap_or(u32::MAX)
    }

    /// That there is room for none.
    pub(crate) fn none(&self) -> String {
        let helps = if self.kept + self.each > self.limit {
            "ulimit -n 1024 before the start allows enough"
        } else {
            "close some (0d closes all)"
        };
        format!("cannot connect: {}; {helps}", self.sum())
    }

    /// That there is room for fewer than were asked for.
    pub(crate) fn fewer(&self, asked: u32) -> String {
        format!(
            "connecting {} times, not {}: {}; the hard limit allows no more",
            format::number(u64::from(self.calls())),
            format::number(u64::from(asked)),
            self.sum()
        )
    }

    fn sum(&self) -> String {
        let kept_for = if self.has_lab { "the lab and other things" } else { "other things" };
        let is = |n| if n == 1 { "is" } else { "are" };
        let number = format::number;
        let mut parts = vec![format!("{} are kept for {kept_for}", number(self.kept))];
        if self.used > 0 {
            parts.push(format!("{} {} in use", number(self.used), is(self.used)));
        }
        if self.promised > 0 {
            let (n, is) = (number(self.promised), is(self.promised));
            parts.push(format!("{n} {is} for calls that are under way"));
        }
        let each = match self.each {
            1 => "a connection takes one",
            _ => "a connection takes two, as both ends are ours",
        };
        parts.push(each.to_owned());
        let last = parts.pop().unwrap_or_default();
        format!(
            "of the {} descriptors that this program may hold, {}, and {last}",
            number(self.limit),
            parts.join(", ")
        )
    }
}
