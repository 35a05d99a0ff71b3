//! Every flag and subcommand as types; no behaviour.

#![allow(clippy::struct_excessive_bools, reason = "each flag stands for itself")]

mod lab;
mod lesson;
mod values;

pub use crate::cli::lab::{HelperArgs, LabArgs, LabCommandArgs};
pub use crate::cli::lesson::{ExerciseArgs, LessonArgs};
pub use crate::cli::values::Payload;

use std::net::IpAddr;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::values::{parse_payload, parse_port, parse_port_or_any, parse_time, within};
use crate::tcp::{Port, PortRange, Target};

const EXAMPLES: &str = "\
Examples:
  fivetuple                                     open the dashboard; press l to listen, c to connect
  fivetuple --listen --port 8080                listen immediately; try curl 127.0.0.1:8080
  fivetuple --bind 0.0.0.0                      listen on all interfaces, with a warning banner
  fivetuple listen --port 5000                  run a server without a screen
  fivetuple connect 127.0.0.1:5000 -n 10 --wait 5
                                                open ten connections for five seconds
  fivetuple table --port 5000                   print the kernel's table in netstat's layout
  fivetuple table --watch --json | head         print each change as a line of JSON
  fivetuple lesson 1                            give the first lesson; without a number, list them
  fivetuple lesson --notes                      follow that lesson with the speaker's notes, in another terminal
  fivetuple lesson --check all                  play every lesson, and compare each step with the table
  fivetuple exercise 1                          open the first exercise; without a number, list them
  fivetuple --lab                               use separate network stacks and a wire you control
  fivetuple lab -- python3 -m http.server 500   run a program on the lab's server, without root

Exit codes:
  0    success, also when Ctrl-C ends what runs until Ctrl-C
  1    failure; the reason is on standard error
  2    wrong usage, or no terminal where one is needed
  101  a bug in fivetuple; the terminal is restored first
  126  fivetuple lab: the program cannot be run
  127  fivetuple lab: the program was not found
  128+n  ended early by signal n (130 for SIGINT, 143 for SIGTERM)
  fivetuple lab exits with the code of the program that it runs";

/// Shows what really happens when a client connects to a TCP port.
///
/// One pane listens, another connects, and between them is the kernel's own socket table: nothing is simulated. Everything stays on
/// this machine unless you use --bind or --allow-remote.
#[derive(Clone, Debug, Parser)]
#[command(version, after_long_help = EXAMPLES, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub struct Cli {
    /// The subcommand; without one, the dashboard.
    #[command(subcommand)]
    pub command: Option<Subcommands>,
    /// How the dashboard starts.
    #[command(flatten)]
    pub dashboard: DashboardArgs,
}

/// The subcommands, which need no screen.
#[derive(Clone, Debug, Subcommand)]
pub enum Subcommands {
    /// Listen and print what happens, line by line, until Ctrl-C
    Listen(ListenArgs),
    /// Open connections, send a payload, wait, close
    Connect(ConnectArgs),
    /// Print the kernel's socket table once, or its changes with --watch
    ///
    /// The layout is that of netstat -atnp. Of a LISTEN row, Recv-Q is the number of connections that wait for accept() and Send-Q the
    /// backlog, as in ss; netstat prints 0 there, because it reads /proc/net/tcp, which has no backlog.
    Table(TableArgs),
    /// Run a program on a computer of a lab, its own or a dashboard's
    Lab(LabCommandArgs),
    /// List the lessons, or give one on the screen
    ///
    /// A lesson is a file in Markdown that says what to do, what to ask, and what the kernel's table shows then. With --check, lessons are
    /// played without a terminal, and each step is compared with the table.
    Lesson(LessonArgs),
    /// List the exercises, or open one in the dashboard
    ///
    /// An exercise says which rows to make. It is done once the kernel's table shows them; the dashboard's keys, nc or a program of
    /// yours can make them. Which ones are done is kept in $XDG_STATE_HOME/fivetuple/exercises.
    Exercise(ExerciseArgs),
    /// The helper process of a lab
    #[command(name = "__lab", hide = true)]
    Helper(HelperArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// How the dashboard starts.
#[derive(Clone, Debug, Args)]
pub struct DashboardArgs {
    /// Listen immediately, without the key l
    #[arg(long, help_heading = "Listener")]
    pub listen: bool,
    /// Port to listen on and connect to; 0 lets the kernel choose
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 5000,
        value_parser = parse_port_or_any,
        env = "FIVETUPLE_PORT",
        help_heading = "Listener"
    )]
    pub port: u16,
    /// Address to listen on; 0.0.0.0 or :: for all interfaces [default: 127.0.0.1, or 192.168.1.10 with --lab]
    #[arg(long, value_name = "ADDRESS", help_heading = "Listener")]
    pub bind: Option<IpAddr>,
    /// Maximum length of the accept queue
    #[arg(long, value_name = "N", default_value_t = 128, value_parser = within::<u32>(0..=65535), help_heading = "Listener")]
    pub backlog: u32,
    /// Number of computers that connect, each with an address of its own; at most 7 in a lab [default: 4, or 2 in a lab]
    #[arg(long, value_name = "N", value_parser = within::<u8>(1..=40), help_heading = "Clients")]
    pub computers: Option<u8>,
    /// Text that each client sends once connected; may contain \n, \t and \xHH
    #[arg(long, value_name = "TEXT", default_value = "Test payload.", value_parser = parse_payload, help_heading = "Clients")]
    pub payload: Payload,
    /// Allow connections beyond loopback and private networks
    #[arg(long, help_heading = "Clients")]
    pub allow_remote: bool,
    /// The lab, if any.
    #[command(flatten)]
    pub lab: LabArgs,
    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// How the screen looks.
#[derive(Clone, Debug, Args)]
pub struct ScreenArgs {
    /// Colour theme
    #[arg(
        long,
        value_name = "THEME",
        default_value = "auto",
        env = "FIVETUPLE_THEME",
        help_heading = "Screen"
    )]
    pub theme: ThemeName,
    /// Use colours; auto honours NO_COLOR
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Screen")]
    pub color: When,
    /// Draw with ASCII characters only; the default where the locale is not UTF-8
    #[arg(long, help_heading = "Screen")]
    pub ascii: bool,
    /// Maximum frame rate, per second
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = within::<u16>(1..=240), help_heading = "Screen")]
    pub fps: u16,
    /// Leave the mouse to the terminal, for selecting text
    #[arg(long, help_heading = "Screen")]
    pub no_mouse: bool,
    /// Show each key press on the screen, for an audience
    #[arg(long, help_heading = "Screen")]
    pub show_keys: bool,
}

/// How to listen without a screen.
#[derive(Clone, Debug, Args)]
pub struct ListenArgs {
    /// Port to listen on; 0 lets the kernel choose
    #[arg(long, value_name = "PORT", default_value_t = 5000, value_parser = parse_port_or_any)]
    pub port: u16,
    /// Address to listen on; 0.0.0.0 or :: for all interfaces
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// Maximum length of the accept queue
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = within::<u32>(0..=65535))]
    pub backlog: u32,
    /// Send received data back
    #[arg(long)]
    pub echo: bool,
    /// Do not call accept(): connections wait in the accept queue
    #[arg(long)]
    pub hold: bool,
    /// Set SO_REUSEADDR before bind()
    #[arg(long)]
    pub reuse_addr: bool,
    /// Set SO_REUSEPORT before bind()
    #[arg(long)]
    pub reuse_port: bool,
    /// Print only the first and the last line
    #[arg(short, long)]
    pub quiet: bool,
}

/// How to connect without a screen.
#[derive(Clone, Debug, Args)]
pub struct ConnectArgs {
    /// Destination, as HOST:PORT
    #[arg(value_name = "HOST:PORT")]
    pub to: Target,
    /// Text to send once connected; may contain \n, \t and \xHH
    #[arg(short, long, value_name = "TEXT", default_value = "", value_parser = parse_payload)]
    pub payload: Payload,
    /// Number of connections
    #[arg(short = 'n', long = "count", value_name = "N", default_value_t = 1, value_parser = within::<u32>(1..=64512))]
    pub count: u32,
    /// How long each connection stays open: 5 (seconds), 500ms, 2m [default: until Ctrl-C]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub wait: Option<Duration>,
    /// Interval between connect() calls
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse_time)]
    pub every: Duration,
    /// Source address to bind() to
    #[arg(long, value_name = "ADDRESS")]
    pub from: Option<IpAddr>,
    /// Source port to bind() to
    #[arg(long, value_name = "PORT", conflicts_with = "source_range", value_parser = parse_port)]
    pub source_port: Option<Port>,
    /// Source port range for the kernel to choose from (IP_LOCAL_PORT_RANGE)
    #[arg(long, value_name = "LOW-HIGH")]
    pub source_range: Option<PortRange>,
    /// Use connected UDP sockets instead of TCP
    #[arg(long)]
    pub udp: bool,
    /// Allow addresses beyond loopback and private networks
    #[arg(long)]
    pub allow_remote: bool,
    /// Print only the summary
    #[arg(short, long)]
    pub quiet: bool,
}

/// The rows of the table to print, and how.
#[derive(Clone, Debug, Args)]
pub struct TableArgs {
    /// Show only rows with this port at either end; repeatable
    #[arg(long, value_name = "PORT", value_parser = parse_port)]
    pub port: Vec<Port>,
    /// Also show UDP sockets, and sockets that are only bound
    #[arg(long)]
    pub all: bool,
    /// Print changes until Ctrl-C
    #[arg(long)]
    pub watch: bool,
    /// Print one JSON object per line
    #[arg(long)]
    pub json: bool,
    /// Do not look up the processes that own the sockets
    #[arg(long)]
    pub no_owners: bool,
}

/// The colours to draw with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ThemeName {
    /// Light or dark, as the terminal's background is; dark where it does not say.
    #[default]
    Auto,
    /// Light text on the terminal's dark background.
    Dark,
    /// Dark text on the terminal's light background.
    Light,
    /// White on black with strong colours, for a dim projector.
    HighContrast,
    /// No colours: words, glyphs, bold and reverse.
    Mono,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// When the terminal supports it.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
