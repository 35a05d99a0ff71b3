//! One connection, joined from the table, our own sockets' events and the segments on the wire.

use crate::app::history::Side;
use crate::app::history::ladder::incarnation::{self, ABOUT};
use crate::app::{LoggedEvent, Role, State, TableRow};
use crate::tcp::{FiveTuple, Moment, SocketId, WireSegment};

/// One life of a five-tuple: both rows, as far as they are known, and what happened between them.
#[derive(Clone, Debug)]
pub struct Connection<'a> {
    /// The five-tuple, the same for both ends.
    pub tuple: FiveTuple,
    /// The client's row, then the server's.
    pub rows: [Option<&'a TableRow>; 2],
    /// Computer, address and port of both ends.
    pub names: [String; 2],
    /// The time that is shown.
    pub now: Moment,
}

impl<'a> Connection<'a> {
    /// The selected connection, else the newest.
    pub fn selected(state: &'a State) -> Option<Connection<'a>> {
        let is_connected = |name: &SocketId| name.tuple.is_connected();
        let selected = state.ui.selected.filter(is_connected);
        let newest = || state.ui.shown.iter().rev().copied().find(is_connected);
        let last =
            || state.seen().closed_rows().iter().rev().map(|row| row.row.name()).find(is_connected);
        Connection::of(state, selected.or_else(newest).or_else(last)?)
    }

    fn of(state: &'a State, name: SocketId) -> Option<Connection<'a>> {
        let own = row(state, name)?;
        let tuple = name.tuple;
        // Rows that were not there together belong to different connections of the same five-tuple.
        let lived_together = |peer: &&TableRow| {
            let [own, peer] = [own, *peer].map(|row| lifetime(row, state.then()));
            peer.0 <= own.1 && own.0 <= peer.1
        };
        let peer = state.seen().other_line(name).filter(lived_together);
        let (rows, ends, server) = if own.is_client {
            ([Some(own), peer], [tuple.local, tuple.remote], state.other_end(name).host)
        } else {
            ([peer, Some(own)], [tuple.remote, tuple.local], name.host)
        };
        let computers = [client_name(state, rows[0]), server.name().unwrap_or("server").to_owned()];
        let names =
            [0, 1].map(|n| format!("{} {}", computers[n], ends[n].canonical()).trim().to_owned());
        Some(Connection { tuple: tuple.connection(), rows, names, now: state.then() })
    }

    /// What both ends did and learned, the oldest first.
    pub(super) fn events(&self, state: &State) -> Vec<(Moment, Side, LoggedEvent)> {
        let (born, gone) = self.lifetime();
        let is_own = |at: Moment| at.plus(ABOUT) >= born && at <= gone.plus(ABOUT);
        let events = state.sockets.log.of(self.tuple, self.now).filter(|(at, ..)| is_own(*at));
        events.map(|(at, name, event)| (at, self.side_of(name.tuple), event)).collect()
    }

    /// The segments that crossed the lab's wire, with their progress at the time shown.
    pub(super) fn segments(&self, state: &State) -> Vec<WireSegment> {
        let all = state.lab.crossings.iter().filter(|crossing| {
            crossing.segment.tuple.connection() == self.tuple && crossing.sent <= self.now
        });
        let all: Vec<&WireSegment> = all.collect();
        let own = all[incarnation::own(&all, self.lifetime())].iter();
        own.map(|crossing| crossing.as_of(self.now)).collect()
    }

    pub(super) fn side_of(&self, end: FiveTuple) -> Side {
        let end = end.canonical();
        let [client, server] = self.rows.map(|row| row.map(|row| row.row.tuple.canonical()));
        let is_servers = server == Some(end) || client == Some(end.mirrored());
        if client == Some(end) || !is_servers { Side::Client } else { Side::Server }
    }

    /// When polls showed the first of both rows, and that the last of them was gone.
    fn lifetime(&self) -> (Moment, Moment) {
        let lifetimes = || self.rows.iter().flatten().map(|row| lifetime(row, self.now));
        let born = lifetimes().map(|(born, _)| born).min();
        let gone = lifetimes().map(|(_, gone)| gone).max();
        (born.unwrap_or(self.now), gone.unwrap_or(self.now))
    }
}

/// The name of the client; empty where its address says as much.
fn client_name(state: &State, client: Option<&TableRow>) -> String {
    let role = client.map(|row| Role::of(state, &row.row));
    if let Some(Role::Client(name) | Role::Other(name)) = role { name } else { String::new() }
}

/// A row of the table, or else of those that have left it.
pub(super) fn row(state: &State, name: SocketId) -> Option<&TableRow> {
    let closed = || state.seen().closed_rows().iter().rev().find(|row| row.row.name() == name);
    state.seen().get(name).or_else(closed)
}

/// When polls showed a row, and that it was gone.
pub(super) fn lifetime(row: &TableRow, now: Moment) -> (Moment, Moment) {
    (row.born, row.gone.map_or(now, |gone| gone.at))
}
