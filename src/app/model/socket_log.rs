use std::collections::VecDeque;

use crate::tcp::{CloseKind, FiveTuple, Moment, SocketEvent, SocketId};

/// The last few thousand calls of our own sockets, with their results: they explain the states of a connection.
#[derive(Clone, Debug, Default)]
pub struct SocketLog {
    all: VecDeque<(Moment, SocketId, LoggedEvent)>,
}

/// A call that one end of a connection made, and its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoggedEvent {
    /// connect() is under way.
    Connecting,
    /// connect() succeeded.
    Connected,
    /// accept() returned it.
    Accepted,
    /// write() took so many bytes.
    Sent(u64),
    /// read() returned so many bytes.
    Received(u64),
    /// read() returned 0.
    PeerClosed,
    /// shutdown() sent a FIN.
    HalfClosed,
    /// Its descriptor is closed.
    Closed(CloseKind),
}

impl SocketLog {
    const MOST: usize = 4096;

    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are of no single end")]
    pub(crate) fn note(&mut self, at: Moment, event: &SocketEvent) {
        let (name, logged) = match event {
            SocketEvent::Connecting(socket) => (socket.name, LoggedEvent::Connecting),
            SocketEvent::Connected(socket) => (socket.name, LoggedEvent::Connected),
            SocketEvent::Accepted(socket) => (socket.name, LoggedEvent::Accepted),
            SocketEvent::Sent { at, bytes } => (*at, LoggedEvent::Sent(*bytes)),
            SocketEvent::Received { at, bytes, .. } => (*at, LoggedEvent::Received(*bytes)),
            SocketEvent::PeerClosed(name) => (*name, LoggedEvent::PeerClosed),
            SocketEvent::HalfClosed(name) => (*name, LoggedEvent::HalfClosed),
            SocketEvent::Closed { at, how } => (*at, LoggedEvent::Closed(*how)),
            _ => return,
        };
        if self.all.len() == SocketLog::MOST {
            self.all.pop_front();
        }
        self.all.push_back((at, name, logged));
    }

    /// The events of both ends of a connection until then, in the order in which they were reported.
    pub fn of(
        &self,
        connection: FiveTuple,
        until: Moment,
    ) -> impl Iterator<Item = (Moment, SocketId, LoggedEvent)> {
        let ports = [connection.local.port, connection.remote.port];
        let is_it = move |tuple: FiveTuple| {
            ports.contains(&tuple.local.port) && tuple.connection() == connection
        };
        let all = self.all.iter().copied();
        all.filter(move |(at, name, _)| *at <= until && is_it(name.tuple))
    }
}
