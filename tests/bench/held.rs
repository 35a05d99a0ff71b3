//! Connections that other processes hold.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::namespace::calm;
use crate::terminal::Deadline;

pub(crate) const PORT: u16 = 5000;
/// What one process may hold with its descriptors, and below the half of the port range from which on connect() searches.
const EACH: usize = 9_200;
const FIVETUPLE: &str = env!("CARGO_BIN_EXE_fivetuple");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Where {
    Elsewhere,
    OwnPort,
}

impl Where {
    fn port(self) -> u16 {
        match self {
            Where::Elsewhere => 6000,
            Where::OwnPort => PORT,
        }
    }
}

impl fmt::Display for Where {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Where::Elsewhere => "at another port than the dashboard's",
            Where::OwnPort => "at the dashboard's own port",
        })
    }
}

pub(crate) struct Held(Vec<Child>);

impl Held {
    pub(crate) fn start(count: usize, place: Where) -> Held {
        let mut held = Held(Vec::new());
        for (last, begun) in (100_u8..).zip((0..count).step_by(EACH)) {
            let some = (count - begun).min(EACH).to_string();
            let (bind, port) = (format!("127.0.0.{last}"), place.port().to_string());
            let words = ["listen", "--bind", &bind, "--port", &port, "--quiet"];
            let mut server = held.run(&words);
            let mut line = String::new();
            server.read_line(&mut line).unwrap();
            assert!(line.starts_with("listening"), "{line}");
            held.run(&["connect", &format!("{bind}:{port}"), "-n", &some, "-q"]);
        }
        let patience = Deadline::after(Duration::from_secs(60));
        while established() < 2 * count {
            assert!(!patience.left().is_zero(), "{} are open", established());
            calm(Duration::from_millis(20));
        }
        held
    }

    fn run(&mut self, words: &[&str]) -> BufReader<std::process::ChildStdout> {
        let mut child = Command::new(FIVETUPLE)
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = child.stdout.take().unwrap();
        self.0.push(child);
        BufReader::new(out)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// How many sockets are ESTABLISHED in this namespace.
fn established() -> usize {
    let snmp = std::fs::read_to_string("/proc/thread-self/net/snmp").unwrap();
    let mut lines = snmp.lines().filter(|line| line.starts_with("Tcp:"));
    let (names, numbers) = (lines.next().unwrap(), lines.next().unwrap());
    let mut columns = names.split(' ').zip(numbers.split(' '));
    let (_, number) = columns.find(|(name, _)| *name == "CurrEstab").unwrap();
    number.parse().unwrap()
}
