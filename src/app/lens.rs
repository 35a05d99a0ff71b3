use std::collections::HashSet;

use crate::app::order::Place;
use crate::app::{Role, State};
use crate::tcp::{Host, RowName};

/// What part of the table is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lens {
    /// From whose side.
    pub view: PointOfView,
    /// Whether the whole machine is shown, and not only the demo's ports.
    pub whole_machine: bool,
}

/// Whose computer's table is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PointOfView {
    /// Both ends of every connection.
    #[default]
    BothEnds,
    /// What netstat on the server's computer would show.
    Server,
    /// What netstat on the chosen client's computer would show.
    Client,
}

impl PointOfView {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> PointOfView {
        match self {
            PointOfView::BothEnds => PointOfView::Server,
            PointOfView::Server => PointOfView::Client,
            PointOfView::Client => PointOfView::BothEnds,
        }
    }
}

/// Writes into `shown` the names of the rows that are shown, in the order of the table.
///
/// It is called for every frame in which something changed: only where rows stand is read, not the rows.
pub(crate) fn show(state: &State, shown: &mut Vec<RowName>) {
    let needle = state.desk.find.text.value().to_lowercase();
    // netstat itself knows no row that the kernel has no more.
    let ghosts: HashSet<RowName> =
        if state.desk.netstat { state.seen().ghosts().collect() } else { HashSet::new() };
    let is_shown = |place: &&Place| {
        let in_view = if state.lab.is_up() {
            stands_at(state, place.name.host)
        } else {
            is_end_of(state, place)
        };
        in_view
            && !ghosts.contains(&place.name)
            && (needle.is_empty() || text_of(state, &place.name).contains(&needle))
    };
    shown.clear();
    let places = state.seen().places().filter(is_shown);
    shown.extend(places.map(|place| place.name));
}

/// Where the rows that are shown stand among those of their own computer.
#[derive(Clone, Debug, Default)]
pub struct Ranks {
    /// Of each row that is shown, counted from 1.
    nth: Vec<u32>,
    /// How many rows of each computer are shown, by the number of its host.
    counts: Vec<u32>,
}

impl Ranks {
    /// Where the rows of `shown` stand.
    pub(crate) fn of(shown: &[RowName]) -> Ranks {
        let mut ranks = Ranks::default();
        for name in shown {
            let host = usize::from(name.host.0);
            if host >= ranks.counts.len() {
                ranks.counts.resize(host + 1, 0);
            }
            ranks.counts[host] += 1;
            ranks.nth.push(ranks.counts[host]);
        }
        ranks
    }

    /// The rank of the row at that place, counted from 1; 0 where there is none.
    pub fn nth(&self, place: usize) -> usize {
        self.nth.get(place).map_or(0, |nth| *nth as usize)
    }

    /// How many rows of that computer are shown.
    pub fn count(&self, host: Host) -> usize {
        let count = self.counts.get(usize::from(host.0));
        count.map_or(0, |count| *count as usize)
    }
}

/// On loopback all rows stand in one table: which end of a connection a row is tells whose it is.
fn is_end_of(state: &State, place: &Place) -> bool {
    match state.desk.lens.view {
        PointOfView::BothEnds => true,
        PointOfView::Server => !place.is_client,
        PointOfView::Client => {
            place.is_client
                && place.name.tuple.local.ip.to_canonical() == state.clients.computer().ip
        }
    }
}

/// In the lab each computer has a table of its own.
fn stands_at(state: &State, host: Host) -> bool {
    let is_servers = state.lab.server().is_some_and(|server| server.host == host);
    let is_clients = state.clients.computer().host == host;
    match state.desk.lens.view {
        PointOfView::BothEnds => is_servers || is_clients,
        PointOfView::Server => is_servers,
        PointOfView::Client => is_clients,
    }
}

fn text_of(state: &State, name: &RowName) -> String {
    let Some(line) = state.seen().get(*name) else {
        return String::new();
    };
    let row = &line.row;
    let role = Role::of(state, row);
    let owner = state.sockets.owners.get(&row.inode).map(ToString::to_string).unwrap_or_default();
    let text = format!(
        "{} {} {} {} {role} {owner}",
        row.tuple.protocol, row.tuple.local, row.tuple.remote, row.state
    );
    text.to_lowercase()
}
