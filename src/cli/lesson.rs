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
    /// Leave the doing to you: each step waits until the table shows what it expects
    #[arg(long, requires = "lesson", conflicts_with_all = ["auto", "hand_out"])]
    pub practice: bool,
    /// Print the lesson as Markdown, with the tables of this machine and blanks for the answers
    #[arg(long, requires = "lesson", conflicts_with = "auto")]
    pub hand_out: bool,
    /// Print the answers, too
    #[arg(long, requires = "hand_out")]
    pub with_answers: bool,
    /// Follow the lesson that a dashboard gives, in another terminal: the speaker's notes, the answer, the votes, the next step, the clock
    ///
    /// Of several dashboards of this user, the newest that gives a lesson, or that of process PID. Without a terminal, the notes are printed
    /// step by step.
    #[arg(long, value_name = "PID", num_args = 0..=1, conflicts_with_all = ["lesson", "check", "auto", "hand_out", "port", "computers"])]
    pub notes: Option<Option<u32>>,
    /// First of the lesson's ten ports [default: 5000; with --check and --hand-out, the first ten that are free]
    #[arg(long, value_name = "PORT", value_parser = parse_port)]
    pub port: Option<Port>,
    /// Number of computers that connect, at least those of the lesson
    #[arg(long, value_name = "N", value_parser = within::<u8>(1..=40))]
    pub computers: Option<u8>,
    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

/// Which exercise.
#[derive(Clone, Debug, Args)]
pub struct ExerciseArgs {
    /// Number of the exercise; without one, they are listed
    #[arg(value_name = "N")]
    pub number: Option<usize>,
    /// First of the exercise's ten ports, in place of 5000
    #[arg(long, value_name = "PORT", default_value_t = ListenSpec::PORT, value_parser = parse_port)]
    pub port: Port,
    /// Number of computers that connect, at least those of the exercise
    #[arg(long, value_name = "N", value_parser = within::<u8>(1..=40))]
    pub computers: Option<u8>,
    /// How the screen looks.
    #[command(flatten)]
    pub screen: ScreenArgs,
}

impl LessonArgs {
    /// The same for the dashboard, with these ports.
    pub fn dashboard(&self, port: Port) -> DashboardArgs {
        dashboard(port, self.computers, &self.screen)
    }
}

impl ExerciseArgs {
    /// The same for the dashboard.
    pub fn dashboard(&self) -> DashboardArgs {
        dashboard(self.port, self.computers, &self.screen)
    }
}

fn dashboard(port: Port, computers: Option<u8>, screen: &ScreenArgs) -> DashboardArgs {
    DashboardArgs {
        listen: false,
        port: port.0,
        bind: None,
        backlog: ListenSpec::BACKLOG,
        computers,
        payload: Payload(b"Test payload.".to_vec()),
        allow_remote: false,
        lab: LabArgs { lab: false, pcap: None },
        screen: screen.clone(),
    }
}

/// In percent.
fn parse_speed(text: &str) -> Result<u32, &'static str> {
    let speed = text.parse::<f64>().ok().filter(|speed| (0.1..=100.0).contains(speed));
    let percent = speed.map(|speed| format!("{:.0}", speed * 100.0));
    let percent = percent.and_then(|percent| percent.parse().ok());
    percent.ok_or("a speed is a number from 0.1 to 100, such as 2 for twice as fast")
}
