use std::fmt;
use std::net::IpAddr;

use crate::tcp::{Endpoint, Port};

/// Whom to call: an address or a name, and a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// An address without brackets, or a name for the resolver; an address with a zone, `fe80::1%eth0`, is a name to it (RFC 4007).
    pub name: String,
    /// The port to call.
    pub port: Port,
}

impl Target {
    /// Whether it is an address with a zone, which names an interface of this machine.
    pub fn has_zone(&self) -> bool {
        self.name.contains('%') && is_ipv6(&self.name)
    }

    /// The target as an address, if it is not a name.
    pub fn endpoint(&self) -> Option<Endpoint> {
        self.name.parse().ok().map(|ip: IpAddr| Endpoint { ip, port: self.port })
    }
}

impl From<Endpoint> for Target {
    fn from(end: Endpoint) -> Target {
        Target { name: end.ip.to_string(), port: end.port }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.endpoint() {
            Some(end) => end.fmt(f),
            None if self.name.contains(':') => write!(f, "[{}]:{}", self.name, self.port),
            None => write!(f, "{}:{}", self.name, self.port),
        }
    }
}

impl std::str::FromStr for Target {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Target, &'static str> {
        const WRONG: &str =
            "write HOST:PORT, for example 127.0.0.1:5000, localhost:5000 or [::1]:5000";
        let (name, port) = text.trim().rsplit_once(':').ok_or(WRONG)?;
        let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let name = match bare {
            Some(v6) if is_ipv6(v6) => v6,
            Some(_) => return Err(WRONG),
            None => name,
        };
        let port: u16 = port.parse().map_err(|_| "the port is a number from 1 to 65535")?;
        let printable = name.chars().all(|c| c.is_ascii_graphic());
        if port == 0 {
            return Err("the port is a number from 1 to 65535");
        }
        if name.is_empty() || !printable || (bare.is_none() && name.contains(':')) {
            return Err(WRONG);
        }
        Ok(Target { name: name.to_owned(), port: Port(port) })
    }
}

fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').unwrap_or((text, "any"));
    !zone.is_empty() && address.parse::<std::net::Ipv6Addr>().is_ok()
}
