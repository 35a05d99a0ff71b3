use clap::Args;

use crate::cli::values::{parse_port, within};
use crate::cli::{DashboardArgs, LabArgs, Payload, ScreenArgs};
use crate::tcp::{ListenSpec, Port};

/// Which lesson, and how it is given.
#[derive(Clone, Debug, Args)]
pub struct LessonArgs {
    /// Number in the course, or a file; without one, the course is listed
    #[arg(value_name = "N|FILE")]
    pub lesson: Option<String>,
    /// Play lessons without a terminal and compare each step with the table: all, numbers, or files
    #[arg(long, value_name = "all|N|FILE", num_args = 1.., conflicts_with = "lesson")]
    pub check: Vec<String>,
    /// Go on without a key, SPEED times as fast as the text is read aloud
    #[arg(long, value_name = "SPEED", num_args = 0..=1, default_missing_value = "1", requires = "lesson", value_parser = parse_speed)]
    pub auto: Option<u32>,
    /// Print the lesson as Markdown, with the tables of this machine and blanks for the answers
    #[arg(long, requires = "lesson", conflicts_with = "auto")]
    pub hand_out: bool,
    /// Print the answers, too
    #[arg(long, requires = "hand_out")]
    pub with_answers: bool,
    /// First of the lesson's ten ports [default: 5000; with --check and --hand-out, the first ten that are free]
    #[arg(long, value_name = "PORT", value_parser = parse_first_port)]
    pub port: Option<Port>,
    /// Number of computers that connect, at least those of the lesson
    #[arg(long, value_name = "N", value_parser = within::<u8>(1..=40))]
    pub computers: Option<u8>,
    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

impl LessonArgs {
    /// The same for the dashboard, with these ports.
    pub fn dashboard(&self, port: Port) -> DashboardArgs {
        DashboardArgs {
            listen: false,
            port: port.0,
            bind: None,
            backlog: ListenSpec::BACKLOG,
            computers: self.computers,
            payload: Payload(b"Test payload.".to_vec()),
            allow_remote: false,
            lab: LabArgs { lab: false, pcap: None },
            screen: self.screen.clone(),
        }
    }
}

fn parse_first_port(text: &str) -> Result<Port, &'static str> {
    const LAST: u16 = u16::MAX - 9;
    let port = parse_port(text).ok().filter(|port| port.0 <= LAST);
    port.ok_or("the first of ten ports is a number from 1 to 65526")
}

/// In percent.
fn parse_speed(text: &str) -> Result<u32, &'static str> {
    let speed = text.parse::<f64>().ok().filter(|speed| (0.1..=100.0).contains(speed));
    let percent = speed.map(|speed| format!("{:.0}", speed * 100.0));
    let percent = percent.and_then(|percent| percent.parse().ok());
    percent.ok_or("a speed is a number from 0.1 to 100, such as 2 for twice as fast")
}
