use std::fmt;

/// Which computer a socket belongs to: this machine, or one of the lab's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Host(pub u8);

impl Host {
    /// The machine this program runs on.
    pub const THIS: Host = Host(0);
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host{}", self.0)
    }
}
