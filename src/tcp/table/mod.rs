//! The kernel's socket table: rows, snapshots, changes.

pub(crate) mod filter;
pub(crate) mod interface_names;
pub(crate) mod row;
pub(crate) mod snapshot;
pub(crate) mod tcp_info;
pub(crate) mod update;
