//! What the dashboard does with the lab's wire.

use std::time::Duration;

use crate::tcp::{WireOrder, WireSettings};

/// The delays that one key steps through.
const DELAYS: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
];

/// The most changes of settings that are kept.
pub(crate) const REMEMBERED: usize = 4096;

/// The delay after the present one.
pub(crate) fn next_delay(wire: WireSettings) -> Duration {
    let place = DELAYS.iter().position(|delay| *delay == wire.delay);
    DELAYS[place.map_or(0, |place| place + 1) % DELAYS.len()]
}

/// The orders that end every hold, delay and loss.
pub(crate) fn orders_to_reset(wire: WireSettings) -> impl Iterator<Item = WireOrder> {
    let orders = [
        (wire.held, WireOrder::LetGo),
        (!wire.delay.is_zero(), WireOrder::Delay(Duration::ZERO)),
        (wire.cut || wire.drop_next > 0, WireOrder::Mend),
    ];
    orders.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, order)| order)
}
