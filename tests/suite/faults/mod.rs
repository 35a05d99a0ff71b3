//! What strangers, ports and privileges do to the dashboard.

mod bounds;
mod orders;
mod ports;
mod strangers;
mod unread;
