//! Which rows the timeline shows, and how long its axis is.

use std::ops::Range;
use std::time::Duration;

use crate::app::query::visible_rows::is_end_of;
use crate::app::{State, TableRow};
use crate::tcp::TcpState;

/// The rows of the timeline by birth: those of the table, and closed ones among them.
///
/// A row is looked up only when it is asked for, however many there are.
#[derive(Debug)]
pub struct Timeline<'a> {
    state: &'a State,
    /// The closed rows, each with its place among the rows of the table.
    closed: Vec<(usize, &'a TableRow)>,
}

impl<'a> Timeline<'a> {
    /// The timeline of what `state` shows.
    pub fn of(state: &'a State) -> Timeline<'a> {
        let finds = !state.ui.find.text.value().is_empty();
        let is_shown = |row: &&TableRow| is_end_of(state, row.is_client, row.row.name());
        let closed = state.seen().closed_rows().iter().filter(|row| !finds && is_shown(row));
        Timeline { state, closed: closed.map(|row| (born_before(state, row), row)).collect() }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.state.ui.shown.len() + self.closed.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at that place.
    pub fn get(&self, place: usize) -> Option<&'a TableRow> {
        // Each closed row moves those after it one place further.
        let before = (0..self.closed.len()).take_while(|n| self.closed[*n].0 + n < place).count();
        match self.closed.get(before) {
            Some((at, row)) if at + before == place => Some(*row),
            _ => self.state.seen().get(*self.state.ui.shown.get(place - before)?),
        }
    }

    /// The place of the row that is at place `n` of the table.
    pub fn place_of(&self, n: usize) -> usize {
        n + self.closed.iter().filter(|(at, _)| *at <= n).count()
    }

    /// The places of the rows of one connection, given one of them.
    pub fn pair(&self, place: usize) -> Range<usize> {
        let connection = |place: usize| {
            let tuple = self.get(place)?.row.tuple;
            tuple.is_connected().then(|| tuple.connection())
        };
        let own = connection(place);
        let same = |other: usize| own.is_some() && connection(other) == own;
        match (place.checked_sub(1).filter(|above| same(*above)), same(place + 1)) {
            (Some(above), _) => above..place + 1,
            (None, true) => place..place + 2,
            (None, false) => place..place + 1,
        }
    }
}

fn born_before(state: &State, gone: &TableRow) -> usize {
    let table = state.seen();
    state.ui.shown.partition_point(|name| {
        let line = table.get(*name);
        line.is_some_and(|line| line.row.state == TcpState::Listen || line.born <= gone.born)
    })
}

/// The span of the axis: the smallest round one into which the oldest row fits, listening sockets not counted; halved for each zoom step.
pub fn span<'a>(state: &State, rows: impl Iterator<Item = &'a TableRow>) -> Duration {
    const ROUND: [u64; 9] = [10, 20, 30, 60, 120, 300, 600, 1800, 3600];
    let connections = rows.filter(|row| row.row.state != TcpState::Listen);
    let oldest = connections.map(|row| state.then().since(row.born)).max().unwrap_or_default();
    let fits = |span: &u64| Duration::from_secs(*span) > oldest;
    let whole = ROUND.into_iter().find(fits).unwrap_or(3600);
    Duration::from_secs(whole) / (1 << state.ui.zoom.min(8))
}
