use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::cli::values::{parse_computer, within};
use crate::tcp::{Host, LabSpec, PortRange};

/// Whether the dashboard starts with a lab.
#[derive(Clone, Debug, Args)]
pub struct LabArgs {
    /// Start with the lab: separate network stacks joined by a wire, without root
    #[arg(long, help_heading = "Lab")]
    pub lab: bool,
    /// Capture the wire of every lab of this run to FILE, a new one or a pipe (pcapng, for Wireshark or tcpdump)
    #[arg(long, value_name = "FILE", help_heading = "Lab")]
    pub pcap: Option<PathBuf>,
}

/// The program to run, on which computer of which lab.
#[derive(Clone, Debug, Args)]
pub struct LabCommandArgs {
    /// Computer to run on: server (192.168.1.10, fd00::10), laptop (.13, ::13), phone (.14, ::14), tablet (.15, ::15), ...
    #[arg(long, value_name = "NAME", default_value = "server", value_parser = parse_computer)]
    pub on: Host,
    /// Join your lab that runs already, or that of the fivetuple process PID, instead of creating one
    #[arg(long, value_name = "PID", num_args = 0..=1)]
    pub join: Option<Option<u32>>,
    /// Number of computers in a new lab, besides the server
    #[arg(long, value_name = "N", default_value_t = LabSpec::CLIENTS, conflicts_with = "join", value_parser = within::<u8>(1..=LabSpec::MOST_CLIENTS.into()))]
    pub computers: u8,
    /// Exit when the parent process exits
    #[arg(long, hide = true)]
    pub ends_with_parent: bool,
    /// Program and arguments [default: your shell]
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// The lab that the helper process creates.
#[derive(Clone, Copy, Debug, Args)]
pub struct HelperArgs {
    /// Number of computers
    #[arg(long)]
    pub computers: u8,
    /// Ephemeral port range of the computers
    #[arg(long)]
    pub ports: Option<PortRange>,
}

impl HelperArgs {
    /// The lab that is asked for.
    pub fn lab(self) -> LabSpec {
        LabSpec { computers: self.computers, ports: self.ports }
    }
}
