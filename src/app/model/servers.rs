//! The servers: each listens on an address of its own, and one is selected.

use std::collections::BTreeSet;

use crate::app::Server;
use crate::app::model::ListenAddress;
use crate::tcp::{Endpoint, ListenSpec, ListenerId, OwnSocket, Port, SocketId};

/// The servers, at least one; one is selected, which the keys act on.
#[derive(Clone, Debug)]
pub struct Servers {
    /// In the order in which they were added.
    pub all: Vec<Server>,
    /// The selected one, counted from 0.
    pub chosen: usize,
    /// The options at the start, and after a reset.
    first: ListenSpec,
    /// Orders to listen of those that are not in the list yet.
    adding: Vec<ListenerId>,
    newest: ListenerId,
    /// Every port that one listened on, or is set to; their rows are watched.
    pub ports: BTreeSet<Port>,
    /// Every address that one listened on: sockets there are a server's even after it stopped.
    pub(crate) places: BTreeSet<ListenAddress>,
}

impl Servers {
    /// The most that may listen.
    pub const MOST: usize = 8;

    /// One server that is not listening yet.
    pub fn new(spec: ListenSpec) -> Servers {
        let ports = BTreeSet::from_iter(Some(spec.at.port).filter(|port| *port != Port::ANY));
        Servers {
            all: vec![Server::new(spec.clone())],
            chosen: 0,
            newest: spec.id,
            first: spec,
            adding: Vec::new(),
            ports,
            places: BTreeSet::new(),
        }
    }

    /// Resets all but the options of the start, and the addresses that were listened on.
    pub(crate) fn start_over(&mut self) {
        let (places, newest) = (std::mem::take(&mut self.places), self.newest);
        *self = Servers { newest, places, ..Servers::new(self.first.clone()) };
        self.all[0].ordered_to_stop = true;
    }

    /// The options at the start.
    pub(crate) fn at_start(&self) -> &ListenSpec {
        &self.first
    }

    /// The selected one.
    pub fn selected(&self) -> &Server {
        &self.all[self.chosen]
    }

    /// The same, to be changed.
    pub fn selected_mut(&mut self) -> &mut Server {
        &mut self.all[self.chosen]
    }

    /// The server of that listener, if it is in the list.
    pub fn get(&self, id: ListenerId) -> Option<&Server> {
        self.all.iter().find(|server| server.spec.id == id)
    }

    pub(crate) fn get_mut(&mut self, id: ListenerId) -> Option<&mut Server> {
        self.all.iter_mut().find(|server| server.spec.id == id)
    }

    /// The one with that listening socket.
    pub(crate) fn with(&self, socket: SocketId) -> Option<&Server> {
        let has_it = |server: &&Server| server.sockets.iter().any(|own| own.name == socket);
        self.all.iter().find(has_it)
    }

    /// Whether there is another one.
    pub fn are_several(&self) -> bool {
        self.all.len() > 1
    }

    /// Those that listen.
    pub fn listening(&self) -> impl Iterator<Item = &Server> {
        self.all.iter().filter(|server| server.is_listening())
    }

    /// The one that listens on such an address; the kernel prefers a socket bound to it to one bound to all.
    pub(crate) fn at(&self, fits: impl Fn(ListenAddress) -> bool) -> Option<&Server> {
        let running = |server: &&Server| server.running.as_ref().map(ListenAddress::of);
        let fitting = self.all.iter().filter(|server| running(server).is_some_and(&fits));
        fitting.min_by_key(|server| server.at().ip.is_unspecified())
    }

    /// Whether one that is to enter the list is not answered yet.
    pub(crate) fn is_adding(&self) -> bool {
        !self.adding.is_empty()
    }

    /// Whether an order to listen is not answered yet.
    pub(crate) fn are_awaited(&self) -> bool {
        self.is_adding() || self.all.iter().any(|server| server.ordered > 0)
    }

    /// The options of a further one: as the selected one has them.
    pub(crate) fn further(&self) -> ListenSpec {
        ListenSpec { id: ListenerId(self.newest.0 + 1), ..self.selected().spec.clone() }
    }

    /// Whether a listener that is not in the list may be ordered.
    pub(crate) fn has_room(&self) -> bool {
        let all = self.all.iter().filter(|server| server.will_listen());
        all.count() + self.adding.len() < Servers::MOST
    }

    /// Notes an order to listen; returns whether its port is to be watched from now on.
    pub(crate) fn order(&mut self, spec: &ListenSpec) -> bool {
        self.newest = self.newest.max(spec.id);
        match self.get_mut(spec.id) {
            Some(server) => {
                server.ordered += 1;
                server.ordered_to_stop = false;
            }
            None => self.adding.push(spec.id),
        }
        spec.at.port != Port::ANY && self.ports.insert(spec.at.port)
    }

    /// The server whose order to listen is answered now. A further one that may listen enters the list, selected, in the place of one that
    /// does not listen where the list is full. `None` if everything was reset since.
    pub(crate) fn answered(&mut self, spec: &ListenSpec, listens: bool) -> Option<&mut Server> {
        if let Some(place) = self.adding.iter().position(|id| *id == spec.id) {
            self.adding.remove(place);
            if listens {
                self.add(spec);
            }
        } else if let Some(server) = self.get_mut(spec.id) {
            server.ordered = server.ordered.saturating_sub(1);
        }
        self.get_mut(spec.id)
    }

    fn add(&mut self, spec: &ListenSpec) {
        let idle = self.all.iter().position(|server| !server.will_listen());
        if let Some(idle) = idle.filter(|_| self.all.len() >= Servers::MOST) {
            self.all.remove(idle);
        }
        self.all.push(Server::new(spec.clone()));
        self.chosen = self.all.len() - 1;
    }

    /// The listening sockets of all.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = &OwnSocket> {
        self.all.iter().flat_map(|server| &server.sockets)
    }

    /// Whether the local address of that row is one that a server listened on.
    pub fn serves(&self, row: SocketId) -> bool {
        self.places.iter().any(|place| place.has(row))
    }

    /// Whether a connect() to that address reaches a place where a server listens, listened, or is set to listen.
    pub(crate) fn are_at(&self, end: Endpoint) -> bool {
        let is_set =
            self.places.is_empty() && ListenAddress::of(&self.selected().spec).takes_calls_to(end);
        is_set || self.places.iter().any(|place| place.takes_calls_to(end))
    }

    /// Whether an earlier run may have listened on the local address of that row: this one is set to, and never did.
    pub(crate) fn may_have_served(&self, row: SocketId) -> bool {
        self.places.is_empty() && ListenAddress::of(&self.selected().spec).has(row)
    }
}
