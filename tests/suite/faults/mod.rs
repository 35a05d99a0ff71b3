//! What strangers, ports, privileges and a kernel that refuses do to the dashboard.

mod bounds;
mod cable;
mod calls;
mod hidden;
mod injected;
mod leaving;
mod links;
mod names;
mod netlink;
mod orders;
mod ports;
mod ranges;
mod resolver;
mod silence;
mod strangers;
mod unread;
