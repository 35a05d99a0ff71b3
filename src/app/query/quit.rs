use std::collections::BTreeSet;

use crate::app::{State, Statement};
use crate::tcp::Protocol;

impl State {
    /// What ends with the program; `None` where nothing is open.
    pub fn closes_at_the_end(&self) -> Option<Statement> {
        let staged = self.held_sockets.iter().map(|socket| socket.name);
        let open = self.ends.names().chain(staged);
        let (ends, listeners): (Vec<_>, Vec<_>) = open
            .filter(|name| name.tuple.protocol == Protocol::Tcp)
            .partition(|name| name.tuple.is_connected());
        let connections: BTreeSet<_> = ends.iter().map(|name| name.tuple.connection()).collect();
        let listens = self.servers.listening().count() + listeners.len();
        let what = Statement::new("quit")
            .count("connections", connections.len() as u64)
            .when("Listener", listens == 1)
            .when("Listeners", listens > 1);
        (listens > 0 || !connections.is_empty()).then_some(what)
    }
}
