use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::cli::values::parse_computer;
use crate::tcp::{Host, LabSpec, PortRange};

/// Whether the dashboard starts with a lab, and with which.
#[derive(Clone, Debug, Args)]
pub struct LabArgs {
    /// Start with the lab: computers of its own, without root, and a wire between them
    #[arg(long, help_heading = "Lab")]
    pub lab: bool,
    /// How many computers the lab has, the server among them
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(2..=8), help_heading = "Lab")]
    pub lab_computers: u8,
    /// Write what crosses the wire of every lab of this run, with --lab or by the key N, to this file, for Wireshark or tcpdump (pcapng)
    #[arg(long, value_name = "FILE", help_heading = "Lab")]
    pub pcap: Option<PathBuf>,
}

impl LabArgs {
    /// The lab that is asked for.
    pub fn spec(&self) -> LabSpec {
        LabSpec { computers: self.lab_computers, ports: None }
    }
}

/// Which program to run on which computer of which lab.
#[derive(Clone, Debug, Args)]
pub struct LabCommandArgs {
    /// On which computer: server (192.168.1.10), laptop (.13), phone (.14), tablet (.15), ...
    #[arg(long, value_name = "NAME", default_value = "server", value_parser = parse_computer)]
    pub on: Host,
    /// In the lab of the dashboard with this process id, instead of a lab of its own
    #[arg(long, value_name = "PID")]
    pub join: Option<u32>,
    /// How many computers a lab of its own has, the server among them
    #[arg(long, value_name = "N", default_value_t = 3, conflicts_with = "join", value_parser = clap::value_parser!(u8).range(2..=8))]
    pub computers: u8,
    /// End with the process that started this
    #[arg(long, hide = true)]
    pub ends_with_parent: bool,
    /// The program and its arguments; without one, your shell
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// What the helper process of a lab is to make.
#[derive(Clone, Copy, Debug, Args)]
pub struct HelperArgs {
    /// How many computers
    #[arg(long)]
    pub computers: u8,
    /// The range of ports from which their kernels pick
    #[arg(long)]
    pub ports: Option<PortRange>,
}

impl HelperArgs {
    /// The lab that is asked for.
    pub fn lab(self) -> LabSpec {
        LabSpec { computers: self.computers, ports: self.ports }
    }
}
