//! What strangers, ports, privileges and a kernel that refuses do to the dashboard.

pub(crate) mod exact_copies;
pub(crate) mod hidden;
mod inherited;
pub(crate) mod injected;
pub(crate) mod leaving;
mod limits;
pub(crate) mod links;
pub(crate) mod names;
pub(crate) mod netlink;
pub(crate) mod no_answer;
pub(crate) mod orders;
pub(crate) mod ranges;
pub(crate) mod strangers;
pub(crate) mod unread;
