use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Whether the address means something on one link only (RFC 4291, section 2.5.6).
pub(crate) fn is_of_a_link(end: Endpoint) -> bool {
    match end.ip {
        IpAddr::V4(_) => false,
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

/// A port number; 0 stands for "any", which `netstat` prints as `*`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Port(pub u16);

impl Port {
    /// No port in particular.
    pub const ANY: Port = Port(0);
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { f.pad("*") } else { fmt::Display::fmt(&self.0, f) }
    }
}

/// One end of a connection: an address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// The address; `0.0.0.0` and `::` stand for every address of the machine.
    pub ip: IpAddr,
    /// The port at that address.
    pub port: Port,
}

impl Endpoint {
    /// The end at `ip` and `port`.
    pub fn new(ip: impl Into<IpAddr>, port: u16) -> Endpoint {
        Endpoint { ip: ip.into(), port: Port(port) }
    }

    /// `0.0.0.0:*`: the foreign end of a socket that is not connected.
    pub const fn unspecified() -> Endpoint {
        Endpoint { ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), port: Port::ANY }
    }

    /// The same end with an IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2) written as the IPv4 address it stands for.
    #[must_use]
    pub fn canonical(self) -> Endpoint {
        Endpoint { ip: self.ip.to_canonical(), port: self.port }
    }
}

impl Endpoint {
    /// The end with `interface` behind its address, as ss(8) writes it: `[fe80::1]%eth0:5000`.
    pub fn at(self, interface: &str) -> String {
        let mut text = self.to_string();
        if let Some(port) = text.rfind(':') {
            text.insert_str(port, interface);
        }
        text
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(addr: SocketAddr) -> Endpoint {
        Endpoint { ip: addr.ip(), port: Port(addr.port()) }
    }
}

impl From<Endpoint> for SocketAddr {
    fn from(end: Endpoint) -> SocketAddr {
        SocketAddr::new(end.ip, end.port.0)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ip {
            IpAddr::V4(ip) => write!(f, "{ip}:{}", self.port),
            IpAddr::V6(ip) => write!(f, "[{ip}]:{}", self.port),
        }
    }
}

/// The text is no `address:port`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an address and a port; write 127.0.0.1:5000 or [::1]:5000")]
pub struct ParseEndpointError {
    text: String,
}

impl FromStr for Endpoint {
    type Err = ParseEndpointError;

    fn from_str(text: &str) -> Result<Endpoint, ParseEndpointError> {
        let any_port = text.strip_suffix(":*").map(|ip| format!("{ip}:0"));
        // std would take an interface behind the address, which an endpoint has not.
        let address = any_port.as_deref().unwrap_or(text).parse::<SocketAddr>().ok();
        let address = address.filter(|_| !text.contains('%'));
        address.map(Endpoint::from).ok_or_else(|| ParseEndpointError { text: text.to_owned() })
    }
}
