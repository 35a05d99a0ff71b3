use std::fmt;
use std::str::FromStr;

use crate::tcp::Port;

/// Ports from `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PortRange {
    /// The lowest port.
    pub low: Port,
    /// The highest port, never below `low`.
    pub high: Port,
}

impl PortRange {
    /// Linux's default for `net.ipv4.ip_local_port_range`.
    pub const DEFAULT: PortRange = PortRange { low: Port(32768), high: Port(60999) };

    /// The range in `net.ipv4.ip_local_port_range`: two numbers.
    pub fn of_sysctl(text: &str) -> Option<PortRange> {
        let mut numbers = text.split_whitespace().map(str::parse);
        let (low, high) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        (low <= high).then_some(PortRange { low: Port(low), high: Port(high) })
    }

    /// The ranges in `net.ipv4.ip_local_reserved_ports`: `8080,9148-9150`.
    pub fn list_of_sysctl(text: &str) -> Vec<PortRange> {
        let range = |text: &str| {
            let (low, high) = text.split_once('-').unwrap_or((text, text));
            let (low, high) = (Port(low.parse().ok()?), Port(high.parse().ok()?));
            (low <= high).then_some(PortRange { low, high })
        };
        text.trim().split(',').filter_map(range).collect()
    }

    /// One port and no other.
    pub const fn only(port: Port) -> PortRange {
        PortRange { low: port, high: port }
    }

    /// How many ports there are: 28,232 in Linux's default range.
    pub fn len(self) -> usize {
        usize::from(self.high.0.saturating_sub(self.low.0)) + 1
    }

    /// Whether there is no port in it; a range always has one.
    pub const fn is_empty(self) -> bool {
        false
    }

    /// The ports that two ranges share.
    pub fn overlap(self, other: PortRange) -> Option<PortRange> {
        let (low, high) = (self.low.max(other.low), self.high.min(other.high));
        (low <= high).then_some(PortRange { low, high })
    }

    /// Whether `port` lies in the range.
    pub fn contains(self, port: Port) -> bool {
        (self.low..=self.high).contains(&port)
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.low, self.high)
    }
}

impl FromStr for PortRange {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<PortRange, &'static str> {
        const WRONG: &str = "write a range as LOW-HIGH, for example 45000-45007";
        let (low, high) = text.split_once('-').ok_or(WRONG)?;
        let number =
            |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0).ok_or(WRONG);
        let (low, high) = (number(low)?, number(high)?);
        if low > high {
            return Err(WRONG);
        }
        Ok(PortRange { low: Port(low), high: Port(high) })
    }
}
