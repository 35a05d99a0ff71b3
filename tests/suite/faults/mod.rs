//! What strangers, ports and privileges do to the dashboard.

mod ports;
mod strangers;
