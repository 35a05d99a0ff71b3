use std::collections::VecDeque;

use crate::tcp::{Ending, FiveTuple, Moment, News, RowName};

/// What our own ends did and were told, the last few thousand times: the calls that explain the states of a connection.
#[derive(Clone, Debug, Default)]
pub struct Doings {
    all: VecDeque<(Moment, RowName, Doing)>,
}

/// Something that one end of a connection did, or was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// connect() is under way.
    Calls,
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
    Closed(Ending),
}

impl Doings {
    /// So many are kept.
    const MOST: usize = 4096;

    /// Remembers what was told, if it is about an end of a connection.
    pub(crate) fn note(&mut self, at: Moment, news: &News) {
        let (name, doing) = match news {
            News::Connecting(socket) => (socket.name, Doing::Calls),
            News::Connected(socket) => (socket.name, Doing::Connected),
            News::Accepted(socket) => (socket.name, Doing::Accepted),
            News::Sent { at, bytes } => (*at, Doing::Sent(*bytes)),
            News::Received { at, bytes, .. } => (*at, Doing::Received(*bytes)),
            News::PeerClosed(name) => (*name, Doing::PeerClosed),
            News::HalfClosed(name) => (*name, Doing::HalfClosed),
            News::Closed { at, how } => (*at, Doing::Closed(*how)),
            News::Listening { .. }
            | News::ListenFailed { .. }
            | News::StoppedListening { .. }
            | News::AcceptHeld(_)
            | News::AcceptFailed { .. }
            | News::ConnectFailed { .. }
            | News::BurstBegun { .. }
            | News::BurstEnded { .. }
            | News::CallFailed { .. }
            | News::Staged { .. }
            | News::StageFailed { .. }
            | News::Called(_)
            | News::CalledAlike { .. }
            | News::Tried { .. }
            | News::Crashed(_) => return,
        };
        if self.all.len() == Doings::MOST {
            self.all.pop_front();
        }
        self.all.push_back((at, name, doing));
    }

    /// What both ends of a connection did, in the order in which it was heard, until then.
    pub fn of(
        &self,
        connection: FiveTuple,
        until: Moment,
    ) -> impl Iterator<Item = (Moment, RowName, Doing)> {
        let ports = [connection.local.port, connection.remote.port];
        let is_it = move |tuple: FiveTuple| {
            ports.contains(&tuple.local.port) && tuple.connection() == connection
        };
        let all = self.all.iter().copied();
        all.filter(move |(at, name, _)| *at <= until && is_it(name.tuple))
    }
}
