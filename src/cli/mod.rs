//! Every flag and subcommand as types; no behaviour.

#![allow(clippy::struct_excessive_bools, reason = "each flag stands for itself")]

mod lab;
mod values;

pub use crate::cli::lab::{HelperArgs, LabArgs, LabCommandArgs};
pub use crate::cli::values::Payload;

use std::net::IpAddr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::values::{parse_payload, parse_port, parse_port_or_any, parse_time, within};
use crate::tcp::{Port, PortRange, Target};

const EXAMPLES: &str = "\
Examples:
  fivetuple                                     the dashboard; press l to listen, c to connect
  fivetuple --listen --port 8080                listens at once; curl 127.0.0.1:8080 is a row
  fivetuple --bind 0.0.0.0                      l lets the network in, with a banner
  fivetuple listen --port 5000                  a server without a screen
  fivetuple connect 127.0.0.1:5000 -n 10 --wait 5s
                                                ten clients that stay for five seconds
  fivetuple table --port 5000                   the kernel's table, like netstat -atn
  fivetuple table --watch --json | head         every change as a line of JSON
  fivetuple --lab                               computers of its own and a wire that you hold
  fivetuple lab -- python3 -m http.server 500   a program on the lab's server, without root

Exit codes:
  0    done
  1    it did not work; the reason is on standard error
  2    wrong usage, or no terminal where one is needed
  101  a defect in fivetuple; the terminal was given back first
  126  fivetuple lab: the program cannot be run
  127  fivetuple lab: there is no such program
  128+n  ended by signal n (130 for SIGINT, 143 for SIGTERM)
  fivetuple lab ends with the exit code of the program that it runs";

/// Shows what really happens when a client connects to a TCP port.
///
/// One pane listens, another connects, and between them stands the kernel's own socket table: nothing is simulated. Everything stays
/// on this machine unless --bind or --allow-remote says otherwise.
#[derive(Clone, Debug, Parser)]
#[command(version, after_long_help = EXAMPLES, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub struct Cli {
    /// What to do without a screen.
    #[command(subcommand)]
    pub command: Option<Subcommands>,
    /// How the dashboard starts.
    #[command(flatten)]
    pub dashboard: DashboardArgs,
}

/// What can be done without a screen.
#[derive(Clone, Debug, Subcommand)]
pub enum Subcommands {
    /// Listen and say what happens, line by line, until ctrl-c
    Listen(ListenArgs),
    /// Connect once or many times, send a payload, wait, leave
    Connect(ConnectArgs),
    /// Print the kernel's socket table, once or for as long as it changes
    Table(TableArgs),
    /// Run a program on a computer of a lab: this one's, or a dashboard's
    Lab(LabCommandArgs),
    /// The helper process of a lab
    #[command(name = "__lab", hide = true)]
    Helper(HelperArgs),
    /// Print a completion script for a shell
    #[command(hide = true)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(hide = true)]
    Man,
}

/// How the dashboard starts.
#[derive(Clone, Debug, Args)]
pub struct DashboardArgs {
    /// Listen at once, without waiting for the key l
    #[arg(long, help_heading = "Listener")]
    pub listen: bool,
    /// The port to listen at, and to connect to; 0 lets the kernel choose
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 5000,
        value_parser = parse_port_or_any,
        env = "FIVETUPLE_PORT",
        help_heading = "Listener"
    )]
    pub port: u16,
    /// The address to listen at; 0.0.0.0 or :: lets other machines in [default: 127.0.0.1]; with --lab one of its server's [default:
    /// 192.168.1.10]
    #[arg(long, value_name = "ADDRESS", help_heading = "Listener")]
    pub bind: Option<IpAddr>,
    /// How many connections may wait for accept()
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = within::<u32>(0..=65535), help_heading = "Listener")]
    pub backlog: u32,
    /// How many computers play clients, each with a loopback address of its own; not with --lab [default: 4]
    #[arg(long, value_name = "N", value_parser = within::<u8>(1..=40), help_heading = "Clients")]
    pub computers: Option<u8>,
    /// What each client sends once it is connected; \n, \t and \xHH are understood
    #[arg(long, value_name = "TEXT", default_value = "Test payload.", value_parser = parse_payload, help_heading = "Clients")]
    pub payload: Payload,
    /// Let clients call addresses beyond loopback and private networks
    #[arg(long, help_heading = "Clients")]
    pub allow_remote: bool,
    /// The lab, if any.
    #[command(flatten)]
    pub lab: LabArgs,
    /// Colours for a dark, a light, or a badly lit room, or none
    #[arg(
        long,
        value_name = "THEME",
        default_value = "dark",
        env = "FIVETUPLE_THEME",
        help_heading = "Screen"
    )]
    pub theme: ThemeName,
    /// Whether to use colours; auto honours NO_COLOR
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Screen")]
    pub color: When,
    /// Draw with ASCII characters only; chosen by itself where the locale is not UTF-8
    #[arg(long, help_heading = "Screen")]
    pub ascii: bool,
    /// At most so many frames a second
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = within::<u16>(1..=240), help_heading = "Screen")]
    pub fps: u16,
    /// Leave the mouse to the terminal, so that it selects text
    #[arg(long, help_heading = "Screen")]
    pub no_mouse: bool,
    /// Show each key on the screen as it is pressed, for an audience
    #[arg(long, help_heading = "Screen")]
    pub show_keys: bool,
}

/// How to listen without a screen.
#[derive(Clone, Debug, Args)]
pub struct ListenArgs {
    /// The port to listen at; 0 lets the kernel choose
    #[arg(long, value_name = "PORT", default_value_t = 5000, value_parser = parse_port_or_any)]
    pub port: u16,
    /// The address to listen at; 0.0.0.0 or :: lets other machines in
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// How many connections may wait for accept()
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = within::<u32>(0..=65535))]
    pub backlog: u32,
    /// Write back whatever comes in
    #[arg(long)]
    pub echo: bool,
    /// Do not call accept(): connections wait in the queue
    #[arg(long)]
    pub hold: bool,
    /// Set SO_REUSEADDR before bind()
    #[arg(long)]
    pub reuse_addr: bool,
    /// Set SO_REUSEPORT before bind()
    #[arg(long)]
    pub reuse_port: bool,
    /// Say only that it listens, and how it ends
    #[arg(short, long)]
    pub quiet: bool,
}

/// How to connect without a screen.
#[derive(Clone, Debug, Args)]
pub struct ConnectArgs {
    /// Whom to call, as HOST:PORT
    #[arg(value_name = "HOST:PORT")]
    pub to: Target,
    /// What to send once connected; \n, \t and \xHH are understood
    #[arg(short, long, value_name = "TEXT", default_value = "", value_parser = parse_payload)]
    pub payload: Payload,
    /// How many connections
    #[arg(short = 'n', long = "count", value_name = "N", default_value_t = 1, value_parser = within::<u32>(1..=64512))]
    pub count: u32,
    /// How long each stays connected: 500ms, 5s, 2m; without it until ctrl-c
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub wait: Option<Duration>,
    /// The time between one connect() and the next
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse_time)]
    pub every: Duration,
    /// The source address to bind() to
    #[arg(long, value_name = "ADDRESS")]
    pub from: Option<IpAddr>,
    /// The source port to bind() to
    #[arg(long, value_name = "PORT", conflicts_with = "source_range", value_parser = parse_port)]
    pub source_port: Option<Port>,
    /// Let the kernel pick from these ports only (IP_LOCAL_PORT_RANGE)
    #[arg(long, value_name = "LOW-HIGH")]
    pub source_range: Option<PortRange>,
    /// A connected UDP socket instead of TCP
    #[arg(long)]
    pub udp: bool,
    /// Call addresses beyond loopback and private networks
    #[arg(long)]
    pub allow_remote: bool,
    /// Say only how it ends
    #[arg(short, long)]
    pub quiet: bool,
}

/// Which rows of the table to print, and how.
#[derive(Clone, Debug, Args)]
pub struct TableArgs {
    /// Only rows with this port at either end; may be given several times
    #[arg(long, value_name = "PORT", value_parser = parse_port)]
    pub port: Vec<Port>,
    /// UDP sockets too, and sockets that are only bound
    #[arg(long)]
    pub all: bool,
    /// Go on and print what changes, until ctrl-c
    #[arg(long)]
    pub watch: bool,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Numbers only: do not look for the processes that hold the sockets
    #[arg(long)]
    pub no_owners: bool,
}

/// The colours to draw with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ThemeName {
    /// Light letters on the terminal's dark ground.
    #[default]
    Dark,
    /// Dark letters on the terminal's light ground.
    Light,
    /// White on black and strong colours, for a bad projector.
    HighContrast,
    /// No colours: words, glyphs, bold and reverse.
    Mono,
}

/// Whether something is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Where it makes sense.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// Not at all.
    Never,
}
