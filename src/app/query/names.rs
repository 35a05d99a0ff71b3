//! Names of computers, peers and tables.

use std::net::IpAddr;

use crate::app::State;
use crate::app::table::TableRow;
use crate::tcp::{Host, SocketId};

/// The program that listens.
pub(crate) fn listener_name(state: &State, line: &TableRow) -> String {
    match state.sockets.owners.get(&line.row.inode) {
        Some(owner) if owner.pid == state.machine.pid => String::from("this program"),
        Some(owner) => format!("{} (pid {})", owner.program, owner.pid),
        None => String::from("another program"),
    }
}

/// The name of the computer at the local address, or the address.
pub(crate) fn client_name(state: &State, end: SocketId) -> String {
    let ip = end.tuple.local.ip;
    let holder = state.clients.whose(end).map(|computer| computer.name.clone());
    let named = holder.or_else(|| state.clients.name_of(ip).map(str::to_owned));
    named.unwrap_or_else(|| {
        if state.server.ends.contains(end) { "the server".to_owned() } else { ip.to_string() }
    })
}

impl State {
    /// Display name of the peer: our computer, else the program, else the address.
    pub fn peer_name(&self, ip: IpAddr, end: SocketId) -> String {
        if let Some(computer) = self.clients.holder_of(self.other_end(end)) {
            return computer.name.clone();
        }
        let other = self.sockets.mirror(end);
        let other = other.or_else(|| self.seen().mirror(end));
        let owner = other.and_then(|line| self.sockets.owners.get(&line.held));
        let known = self.server.ends.get(end).and_then(|end| end.program.as_ref());
        let ours = owner.map_or(known.is_none(), |owner| owner.pid == self.machine.pid);
        let held = self.clients.whose(self.other_end(end));
        let held = held.map(|computer| computer.name.as_str());
        match held.or(self.clients.name_of(ip)).filter(|_| ours) {
            Some(name) => name.to_owned(),
            None => owner
                .map(|owner| &owner.program)
                .or(known)
                .map_or_else(|| ip.to_canonical().to_string(), String::clone),
        }
    }

    /// The name of a computer.
    pub fn computer_name(&self, host: Host) -> String {
        let mut computers = self.clients.computers.iter();
        let client = computers.find(|computer| self.lab.is_up() && computer.host == host);
        client.map_or_else(|| String::from("the server"), |computer| computer.name.clone())
    }

    /// The name of a computer's socket table.
    pub fn table_name(&self, host: Host) -> String {
        if self.lab.is_up() {
            format!("{}'s table", self.computer_name(host))
        } else {
            String::from("the kernel's table")
        }
    }
}
