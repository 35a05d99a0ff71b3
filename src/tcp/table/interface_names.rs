use std::collections::BTreeMap;

use crate::tcp::{Host, SocketId};

/// The names of the interfaces that sockets are bound to, by their computer and the number that its kernel gives them.
#[derive(Clone, Debug, Default)]
pub struct InterfaceNames(BTreeMap<(Host, u32), String>);

impl InterfaceNames {
    /// Takes names over; an interface may have been renamed.
    pub fn learn(&mut self, host: Host, found: impl IntoIterator<Item = (u32, String)>) {
        self.0.extend(found.into_iter().map(|(number, name)| ((host, number), name)));
    }

    /// What ss(8) writes behind the local address of a socket that is bound to an interface: `%lo`. Empty for all others.
    pub fn suffix(&self, id: SocketId) -> String {
        match (id.interface, self.0.get(&(id.host, id.interface))) {
            (0, _) => String::new(),
            (_, Some(name)) => format!("%{name}"),
            (number, None) => format!("%if{number}"),
        }
    }
}
