use std::fmt;

use serde::{Deserialize, Serialize};

/// Which computer a socket belongs to: this machine, or one of the lab's.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Host(pub u8);

const NAMES: [&str; 8] =
    ["server", "laptop", "phone", "tablet", "desktop", "console", "watch", "camera"];

impl Host {
    /// The machine this program runs on.
    pub const THIS: Host = Host(0);
    /// The lab's server.
    pub const SERVER: Host = Host(1);

    /// Every computer that a lab can have, the server first.
    pub fn in_a_lab() -> impl Iterator<Item = Host> {
        (1..).map(Host).take(NAMES.len())
    }

    /// What people call a computer of the lab; `None` for this machine.
    pub fn name(self) -> Option<&'static str> {
        NAMES.get(usize::from(self.0).checked_sub(1)?).copied()
    }

    /// The computer of the lab that is called so.
    pub fn named(name: &str) -> Option<Host> {
        Host::in_a_lab().find(|host| host.name() == Some(name))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host{}", self.0)
    }
}
