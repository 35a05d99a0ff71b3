//! The values of the table in captions.

use crate::app::{Holder, State, format};
use crate::tcp::SocketId;

impl State {
    /// A caption with its `{...}` replaced by what the table shows; what has no value stays as it is.
    pub fn fills(&self, text: &str) -> String {
        let mut parts = text.split('{');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.split_once('}').and_then(|(name, rest)| Some((self.value(name)?, rest))) {
                Some((value, rest)) => filled.extend([value.as_str(), rest]),
                None => filled.extend(["{", part]),
            }
        }
        filled
    }

    fn value(&self, name: &str) -> Option<String> {
        let range = self.machine.ephemeral;
        let first = self.servers.all.first()?;
        Some(match name {
            "port" => first.at().port.to_string(),
            "range" => range.to_string(),
            "range.low" => range.low.to_string(),
            "range.high" => range.high.to_string(),
            "range.size" => format::number(self.machine.pickable(range) as u64),
            "somaxconn" => format::number(self.machine.somaxconn?.into()),
            "descriptors" => format::number(self.machine.descriptors),
            "connections" => format::number(self.sockets.connections() as u64),
            "server" | "server.ip" => {
                self.clients.reachable(first.connect_address()).ip.to_string()
            }
            name => return self.value_of_computer(name),
        })
    }

    /// `laptop.port`, `laptop.ip`, `laptop.end`: of its newest connection.
    fn value_of_computer(&self, name: &str) -> Option<String> {
        let (who, what) = name.split_once('.').unwrap_or((name, "ip"));
        let place = self.clients.computers.iter().position(|computer| computer.name == who)?;
        if what == "ip" {
            return Some(self.clients.computers[place].ip.to_string());
        }
        let local = self.newest_of(place)?.tuple.local;
        match what {
            "port" => Some(local.port.to_string()),
            "end" => Some(local.to_string()),
            _ => None,
        }
    }

    /// The newest connection of that computer: one that it holds, else one whose row is still there.
    pub(crate) fn newest_of(&self, computer: usize) -> Option<SocketId> {
        let held = self.ends.of(Holder::Client(computer)).next().map(|end| end.socket.name);
        let is_its = |name: &SocketId| self.whose(*name) == Some(Holder::Client(computer));
        let mut left = self.sockets.places().rev().map(|place| place.name);
        held.or_else(|| left.find(|name| name.tuple.is_connected() && is_its(name)))
    }
}
