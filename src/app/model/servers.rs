//! The servers: each listens on an address of its own, and one is selected.

use std::collections::BTreeSet;

use crate::app::Server;
use crate::app::model::ListenAddress;
use crate::tcp::{ListenSpec, OwnSocket, Port, SocketId};

/// The servers, at least one; one is selected, which the keys act on.
#[derive(Clone, Debug)]
pub struct Servers {
    /// In the order in which they were added.
    pub all: Vec<Server>,
    /// The selected one, counted from 0.
    pub chosen: usize,
    /// The options at the start, and after a reset.
    first: ListenSpec,
    /// Every port that one listened on, or is set to; their rows are watched.
    pub ports: BTreeSet<Port>,
    /// Every address that one listened on: sockets there are a server's even after it stopped.
    pub(crate) places: BTreeSet<ListenAddress>,
}

impl Servers {
    /// One server that is not listening yet.
    pub fn new(spec: ListenSpec) -> Servers {
        let ports = BTreeSet::from_iter(Some(spec.at.port).filter(|port| *port != Port::ANY));
        Servers {
            all: vec![Server::new(spec.clone())],
            chosen: 0,
            first: spec,
            ports,
            places: BTreeSet::new(),
        }
    }

    /// Resets all but the options of the start, and the addresses that were listened on.
    pub(crate) fn start_over(&mut self) {
        let places = std::mem::take(&mut self.places);
        *self = Servers { places, ..Servers::new(self.first.clone()) };
        self.all[0].ordered_to_stop = true;
    }

    /// The selected one.
    pub fn selected(&self) -> &Server {
        &self.all[self.chosen]
    }

    /// The same, to be changed.
    pub fn selected_mut(&mut self) -> &mut Server {
        &mut self.all[self.chosen]
    }

    /// The listening sockets of all.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = &OwnSocket> {
        self.all.iter().flat_map(|server| &server.sockets)
    }

    /// Whether the local address of that row is one that a server listened on.
    pub fn serves(&self, row: SocketId) -> bool {
        self.places.iter().any(|place| place.has(row))
    }

    /// Whether an earlier run may have listened on the local address of that row: this one is set to, and never did.
    pub(crate) fn may_have_served(&self, row: SocketId) -> bool {
        self.places.is_empty() && ListenAddress::of(&self.selected().spec).has(row)
    }
}
