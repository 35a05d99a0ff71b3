//! The rows that the table shows.

use std::collections::HashSet;

use crate::app::table::RowPlace;
use crate::app::{HostRowNumbers, MainView, PointOfView, Role, State, TableRow};
use crate::tcp::{Host, Protocol, SocketId};

/// Writes the rows to show into `shown`, in the order of the table; returns whether one is of UDP. It runs for every changed frame, so it
/// reads places, not rows.
fn show(state: &State, shown: &mut Vec<SocketId>) -> bool {
    let needle = state.ui.find.text.value().to_lowercase();
    // netstat does not show rows that are gone.
    let ghosts: HashSet<SocketId> =
        if state.ui.netstat { state.seen().ghosts().collect() } else { HashSet::new() };
    let is_shown = |place: &&RowPlace| {
        let in_view = if state.lab.is_up() {
            stands_at(state, place.name.host)
        } else {
            is_end_of(state, place.is_client, place.name)
        };
        in_view
            && !ghosts.contains(&place.name)
            && (needle.is_empty() || text_of(state, &place.name).contains(&needle))
    };
    shown.clear();
    let mut shows_udp = false;
    let names = state.seen().places().filter(is_shown).map(|place| place.name);
    shown.extend(names.inspect(|name| shows_udp |= name.tuple.protocol == Protocol::Udp));
    shows_udp
}

/// On loopback all rows are in one table; the side of the connection selects the rows to show.
pub(crate) fn is_end_of(state: &State, is_client: bool, name: SocketId) -> bool {
    match state.ui.row_filter.view {
        PointOfView::BothEnds => true,
        PointOfView::Server => !is_client,
        PointOfView::Client => {
            is_client && name.tuple.local.ip.to_canonical() == state.clients.computer().ip
        }
    }
}

/// In the lab each computer has a table of its own.
fn stands_at(state: &State, host: Host) -> bool {
    let is_servers = state.lab.server().is_some_and(|server| server.host == host);
    let is_clients = state.clients.computer().host == host;
    match state.ui.row_filter.view {
        PointOfView::BothEnds => is_servers || is_clients,
        PointOfView::Server => is_servers,
        PointOfView::Client => is_clients,
    }
}

fn text_of(state: &State, name: &SocketId) -> String {
    let Some(line) = state.seen().get(*name) else { return String::new() };
    let row = &line.row;
    let role = Role::of(state, row);
    let owner = state.sockets.owner(row.inode).map(ToString::to_string).unwrap_or_default();
    let text = format!(
        "{} {} {} {} {role} {owner}",
        row.tuple.protocol, row.tuple.local, row.tuple.remote, row.state
    );
    text.to_lowercase()
}

impl State {
    /// Whether both computers' tables are shown, with the wire between them.
    pub(crate) fn shows_both_tables(&self) -> bool {
        let is_table = self.ui.main_view == MainView::Table;
        self.lab.is_up() && is_table && self.ui.row_filter.view == PointOfView::BothEnds
    }

    /// The selected row.
    pub fn selected(&self) -> Option<&TableRow> {
        self.seen().get(self.ui.selected?)
    }

    /// Updates the rows to show, if something has changed; to be called before a frame is drawn.
    pub fn arrange(&mut self) {
        if self.ui.stale {
            let mut shown = std::mem::take(&mut self.ui.shown);
            self.ui.shows_udp = show(self, &mut shown);
            // On loopback there is only one computer.
            let ranked = if self.lab.is_up() { &shown[..] } else { &[] };
            self.ui.ranks = HostRowNumbers::of(ranked);
            self.ui.shown = shown;
            self.ui.stale = false;
        }
    }
}
