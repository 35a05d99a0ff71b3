//! The settings of the lab's wire.

use std::time::Duration;

use crate::tcp::WireOrder;

/// The settings of the lab's wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WireSettings {
    /// Whether it holds every segment.
    pub held: bool,
    /// The delay one way.
    pub delay: Duration,
    /// Whether it drops every segment.
    pub cut: bool,
    /// The number of next segments to drop.
    pub loses: u32,
}

impl WireSettings {
    /// The delays that one key steps through.
    pub const DELAYS: [Duration; 4] = [
        Duration::ZERO,
        Duration::from_millis(100),
        Duration::from_millis(500),
        Duration::from_secs(2),
    ];

    /// Whether segments take long enough for the tables at both ends to differ for a while.
    pub fn is_slow(&self) -> bool {
        self.held || self.cut || !self.delay.is_zero()
    }

    /// Whether it has no delay, holds nothing, and drops nothing.
    pub(crate) fn is_plain(&self) -> bool {
        !self.is_slow() && self.loses == 0
    }

    /// Why nothing arrives, if that is so.
    pub(crate) const fn why_silent(&self) -> Option<&'static str> {
        match (self.cut, self.held) {
            (true, _) => Some("the cable is cut (B mends it)"),
            (false, true) => Some("the wire is held (h lets go)"),
            (false, false) => None,
        }
    }

    pub(crate) fn next_delay(&self) -> Duration {
        let place = WireSettings::DELAYS.iter().position(|delay| *delay == self.delay);
        WireSettings::DELAYS[place.map_or(0, |place| place + 1) % WireSettings::DELAYS.len()]
    }

    /// The orders that end every hold, delay and loss.
    pub(crate) fn orders_to_reset(self) -> impl Iterator<Item = WireOrder> {
        let orders = [
            (self.held, WireOrder::LetGo),
            (!self.delay.is_zero(), WireOrder::Delay(Duration::ZERO)),
            (self.cut || self.loses > 0, WireOrder::Mend),
        ];
        orders.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, order)| order)
    }
}

/// The most changes of settings that are kept.
pub(crate) const REMEMBERED: usize = 4096;
