use crate::tcp::{Host, SocketId};

/// Which part of the table is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowFilter {
    /// Whose computer's rows.
    pub view: PointOfView,
    /// Whether the whole machine is shown, and not only the demo's ports.
    pub whole_machine: bool,
}

/// Whose computer's rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PointOfView {
    /// Both ends of every connection.
    #[default]
    BothEnds,
    /// What netstat on the server's computer would show.
    Server,
    /// What netstat on the selected client's computer would show.
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

/// The place of each shown row among those of its own computer.
#[derive(Clone, Debug, Default)]
pub struct HostRowNumbers {
    /// The place of each, counted from 1.
    nth: Vec<u32>,
    counts: Vec<u32>,
}

impl HostRowNumbers {
    pub(crate) fn of(shown: &[SocketId]) -> HostRowNumbers {
        let mut ranks = HostRowNumbers::default();
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

    /// The number of the row at that place, counted from 1; 0 where there is none.
    pub fn nth(&self, place: usize) -> usize {
        self.nth.get(place).map_or(0, |nth| *nth as usize)
    }

    /// How many rows of that computer are shown.
    pub fn count(&self, host: Host) -> usize {
        let count = self.counts.get(usize::from(host.0));
        count.map_or(0, |count| *count as usize)
    }
}
