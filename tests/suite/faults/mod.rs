//! What strangers, ports and privileges do to the dashboard.

mod bounds;
mod calls;
mod hidden;
mod injected;
mod orders;
mod ports;
mod ranges;
mod silence;
mod strangers;
mod unread;
