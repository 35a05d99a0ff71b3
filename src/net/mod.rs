//! Owns the sockets of our own programs: listens, accepts, connects, transfers data, closes.
//!
//! A [`Command`](crate::tcp::Command) for the [`Engine`] never blocks. Each [`SocketEvent`](crate::tcp::SocketEvent) comes out of a bounded
//! queue; its reader sets the pace of everything behind it.
//!
//! A socket gets the options that were requested and no others: std and tokio set `SO_REUSEADDR` and a backlog of their own, which would
//! hide what bind(), TIME_WAIT and the accept queue do.

mod acceptor;
mod burst;
mod connect;
mod connection;
mod engine;
mod factory;
mod held_state;
mod listen;
mod listener;
mod options;
mod probe;
mod registry;
mod resolve;
mod socket;
mod stream;
mod time_wait;
mod trace;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use crate::net::engine::Engine;
pub use crate::net::factory::RemoteSockets;
pub(crate) use crate::net::registry::panic_message;

/// Locks also after a panic: nothing that is guarded here can be left half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
