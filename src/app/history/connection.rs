//! One connection, joined from the table, our own sockets' events and the segments on the wire.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use crate::app::history::Side;
use crate::app::{LoggedEvent, Role, State, TableRow};
use crate::tcp::{FiveTuple, Flags, Host, Moment, Protocol, Segment, SocketId, WireSegment};

/// The clock of the wire and that of a poll may differ by so much.
pub(super) const EARLY: Duration = Duration::from_millis(20);

/// How far the time of a poll may be from what it shows the effect of.
const ABOUT: Duration = Duration::from_secs(2);

/// One life of a five-tuple (an incarnation: RFC 9293, section 3.4.1): both ends, as far as they are known, and what happened between them.
#[derive(Clone, Debug)]
pub struct Connection<'a> {
    /// The client's end, then the server's.
    pub ends: [ConnectionEnd<'a>; 2],
    /// Computer, address and port of both ends.
    pub names: [String; 2],
    /// The time that is shown.
    pub now: Moment,
}

/// One end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionEnd<'a> {
    /// Its five-tuple, with its own address first.
    pub tuple: FiveTuple,
    /// Whose it is; `None` where nothing has shown which computer has that address.
    pub host: Option<Host>,
    /// Its row, if it was seen.
    pub row: Option<&'a TableRow>,
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
        let (own, now) = (row(state, name)?, state.then());
        let tuple = name.tuple.canonical();
        let crossings = crossings(state, tuple.connection(), now);
        let line = state.seen().other_line(name);
        let peer =
            line.filter(|peer| is_one(&crossings, [own, peer].map(|row| lifetime(row, now))));
        let other = state.other_end(name).host;
        // Where nothing has shown the other end, its address tells, if it is one that the lab gave.
        let is_told = other != name.host || !state.lab.is_up() || tuple.remote.ip.is_loopback();
        let other = line
            .map(|line| line.row.host)
            .or_else(|| host_of_end(crossings.iter().copied(), tuple.mirrored()))
            .or(Some(other).filter(|_| is_told));
        let own_end = ConnectionEnd { tuple, host: Some(name.host), row: Some(own) };
        let other_end = ConnectionEnd { tuple: tuple.mirrored(), host: other, row: peer };
        let ends = if own.is_client { [own_end, other_end] } else { [other_end, own_end] };
        let names = Side::BOTH.map(|side| ends[side as usize].label(state, side));
        Some(Connection { ends, names, now })
    }

    /// The five-tuple, the same for both ends.
    pub(super) fn tuple(&self) -> FiveTuple {
        self.ends[0].tuple.connection()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &'a TableRow> {
        self.ends.iter().filter_map(|end| end.row)
    }

    /// What both ends did and learned, the oldest first.
    pub(super) fn events(&self, state: &State) -> Vec<(Moment, Side, LoggedEvent)> {
        let (born, gone) = self.lifetime();
        let is_own = |at: Moment| at.plus(ABOUT) >= born && at <= gone.plus(ABOUT);
        let events = state.sockets.log.of(self.tuple(), self.now).filter(|(at, ..)| is_own(*at));
        events.map(|(at, name, event)| (at, self.side_of(name.tuple), event)).collect()
    }

    /// The segments that crossed the lab's wire, with their progress at the time shown; and whether they are the last of their five-tuple.
    pub(super) fn segments(&self, state: &State) -> (Vec<WireSegment>, bool) {
        let all = crossings(state, self.tuple(), self.now);
        let own = own_segments(&all, self.lifetime());
        let is_newest = own.end == all.len() && !state.is_past();
        (all[own].iter().map(|crossing| crossing.as_of(self.now)).collect(), is_newest)
    }

    pub(super) fn side_of(&self, end: FiveTuple) -> Side {
        let is_clients = end.canonical() == self.ends[0].tuple;
        if is_clients { Side::Client } else { Side::Server }
    }

    /// When polls showed the first of both rows, and that the last of them was gone.
    fn lifetime(&self) -> (Moment, Moment) {
        let lifetimes = || self.rows().map(|row| lifetime(row, self.now));
        let born = lifetimes().map(|(born, _)| born).min();
        let gone = lifetimes().map(|(_, gone)| gone).max();
        (born.unwrap_or(self.now), gone.unwrap_or(self.now))
    }
}

impl ConnectionEnd<'_> {
    /// Whether it sent that segment, or was sent it: not by a router, and not in its name.
    pub(super) fn has(&self, segment: &Segment) -> bool {
        let is_sent = segment.tuple == self.tuple && self.host == Some(segment.from);
        is_sent || (segment.tuple == self.tuple.mirrored() && self.host == Some(segment.to))
    }

    fn label(&self, state: &State, side: Side) -> String {
        let role = || self.row.map(|row| Role::of(state, &row.row));
        let computer = match (self.host.map(Host::name), side) {
            (None, _) => String::new(),
            (Some(Some(computer)), _) => String::from(computer),
            (Some(None), Side::Server) => String::from("server"),
            // Empty where its address says as much.
            (Some(None), Side::Client) => match role() {
                Some(Role::Client(name) | Role::Other(name)) => name,
                _ => String::new(),
            },
        };
        format!("{computer} {}", self.tuple.local).trim().to_owned()
    }
}

fn crossings(state: &State, connection: FiveTuple, until: Moment) -> Vec<&WireSegment> {
    let is_its = |crossing: &&WireSegment| {
        crossing.segment.tuple.connection() == connection && crossing.sent <= until
    };
    state.lab.crossings.iter().filter(is_its).collect()
}

/// Whether two rows of a five-tuple are of one connection: they lived together, or one wire carried the segments of both.
fn is_one(crossings: &[&WireSegment], lives: [(Moment, Moment); 2]) -> bool {
    let [one, other] = lives;
    let [first, second] = lives.map(|life| own_segments(crossings, life));
    (one.0 <= other.1 && other.0 <= one.1) || (!first.is_empty() && first == second)
}

/// The computer that has that end, as its segments show: it sends one before any router forwards it, and gets one last.
pub(super) fn host_of_end<'a>(
    segments: impl DoubleEndedIterator<Item = &'a WireSegment> + Clone,
    end: FiveTuple,
) -> Option<Host> {
    let mut segments = segments.map(|crossing| &crossing.segment);
    let sent = segments.clone().find(|segment| segment.tuple == end);
    let mut got = || segments.rfind(|segment| segment.tuple == end.mirrored());
    sent.map(|segment| segment.from).or_else(|| got().map(|segment| segment.to))
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

/// The segments of one connection among `all` of its five-tuple; polls showed when it was born and gone. It begins with its SYN, or about
/// when it was born, and a later one begins with another SYN: until then, even an end that is long gone is sent to. UDP has no SYN.
pub(super) fn own_segments(all: &[&WireSegment], (born, gone): (Moment, Moment)) -> Range<usize> {
    let is_its = |n: &usize| all[*n].sent <= born.plus(EARLY) && opens(all, *n);
    let about = || all.partition_point(|crossing| crossing.sent.plus(ABOUT) < born);
    let first = (0..all.len()).rfind(is_its).unwrap_or_else(about);
    let is_late = |n: &usize| {
        let is_udp = all[*n].segment.tuple.protocol == Protocol::Udp;
        is_udp && all[*n].sent > gone.plus(ABOUT)
    };
    // A busy wire may take the SYN only after the row is gone.
    let is_anothers = |n: &usize| {
        let known = if *n == first { gone.plus(ABOUT) } else { gone };
        all[*n].sent > known && opens(all, *n)
    };
    first..(first..all.len()).find(|n| is_late(n) || is_anothers(n)).unwrap_or(all.len())
}

/// The segments of each connection among `all` of one five-tuple; one range may be known already.
pub(super) fn each_connection(
    all: &[&WireSegment],
    own: Option<&Range<usize>>,
) -> Vec<Range<usize>> {
    let is_inside = |n: usize| own.is_some_and(|own| own.start < n && n < own.end);
    let opened = (0..all.len()).filter(|n| opens(all, *n) && !is_inside(*n));
    let known = own.into_iter().flat_map(|own| [own.start, own.end]);
    let bounds: BTreeSet<usize> = opened.chain(known).chain([0, all.len()]).collect();
    let ends = bounds.iter().skip(1);
    bounds.iter().zip(ends).map(|(from, to)| *from..*to).collect()
}

/// Whether a connection begins with this segment. A simultaneous open is one connection (RFC 9293, section 3.5).
fn opens(all: &[&WireSegment], place: usize) -> bool {
    let calls = |crossing: &WireSegment| {
        let flags = crossing.segment.flags;
        flags.has(Flags::SYN) && !flags.has(Flags::ACK)
    };
    let own = all[place];
    let before = place.checked_sub(1).map(|before| all[before]);
    let is_called =
        before.is_some_and(|other| calls(other) && other.segment.from != own.segment.from);
    calls(own) && !own.again && !is_called
}
