//! Makes sockets, does as it is told, tells what happens.
//!
//! A [`Engine`] owns listening sockets, accepted connections and clients. A [`Command`](crate::tcp::Command) goes in and never waits;
//! [`News`](crate::tcp::SocketEvent) comes out of a bounded queue, whose reader sets the pace of everything behind it.
//!
//! Every socket is made with the options that were asked for and no others: std and tokio set `SO_REUSEADDR` and a backlog of their
//! own, which would spoil each lesson about bind(), TIME_WAIT and the accept queue.

pub(crate) mod acceptor;
pub(crate) mod burst;
pub(crate) mod connect;
pub(crate) mod connection;
pub(crate) mod engine;
pub(crate) mod factory;
pub(crate) mod held_state;
pub(crate) mod listen;
pub(crate) mod listener;
pub(crate) mod options;
pub(crate) mod probe;
pub(crate) mod registry;
pub(crate) mod resolve;
pub(crate) mod socket;
pub(crate) mod stream;
pub(crate) mod trace;

pub use crate::net::engine::Engine;
pub use crate::net::factory::RemoteSockets;
pub(crate) use crate::net::registry::panic_words;
