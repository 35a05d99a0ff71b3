//! Makes sockets, does as it is told, tells what happens.
//!
//! A [`Program`] owns listening sockets, accepted connections and clients. A [`Command`](crate::tcp::Command) goes in and never waits;
//! [`News`](crate::tcp::News) comes out of a bounded queue, whose reader sets the pace of everything behind it.
//!
//! Every socket is made with the options that were asked for and no others: std and tokio set `SO_REUSEADDR` and a backlog of their
//! own, which would spoil each lesson about bind(), TIME_WAIT and the accept queue.

mod accept;
mod burst;
mod dial;
mod diary;
mod door;
mod elsewhere;
mod end;
mod line;
mod lines;
mod opening;
mod options;
mod outgoing;
mod program;
mod socket;
mod sockets;
mod staging;
mod tally;
mod target;
mod trying;
mod wire;

pub use elsewhere::Elsewhere;
pub use program::Program;
pub(crate) use sockets::panic_words;
