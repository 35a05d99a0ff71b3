use std::net::IpAddr;
use std::time::Duration;

use crate::tcp::{Errno, Host, PortRange, WireNews, WireOrder};

/// What is asked of the lab: computers of its own, each with its kernel's own TCP, and a wire between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabOrder {
    /// Set it up.
    Start(LabSpec),
    /// Take it down; its sockets are closed with it.
    Stop,
    /// Do this with the wire.
    Wire(WireOrder),
}

/// Which computers the lab has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabSpec {
    /// How many computers, the server among them, 2 to 8.
    pub computers: u8,
    /// `net.ipv4.ip_local_port_range` on each; `None` leaves the kernel's default.
    pub ports: Option<PortRange>,
}

/// What the lab tells back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabNews {
    /// It is there.
    Up {
        /// Its computers, the server first.
        computers: Vec<LabComputer>,
        /// How long it took.
        took: Duration,
    },
    /// It could not be set up.
    Refused(LabRefusal),
    /// It is gone; a reason is there when nobody asked for it.
    Down(Option<String>),
    /// Segments crossed its wire.
    Wire(Vec<WireNews>),
    /// Something went wrong that leaves the lab standing, for example writing down what crosses the wire; in words.
    Warned(String),
}

/// One computer of the lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabComputer {
    /// What its rows and sockets are marked with.
    pub host: Host,
    /// Its address on the wire.
    pub ip: IpAddr,
}

/// Why there is no lab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabRefusal {
    /// What was tried, as a call or a file: `unshare(CLONE_NEWUSER)`.
    pub step: String,
    /// What the kernel answered.
    pub errno: Errno,
    /// What this machine says about the cause, and what helps; empty when it says nothing.
    pub helps: String,
}
