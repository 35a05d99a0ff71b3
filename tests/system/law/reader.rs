//! The second reader: `ss` on every computer. It shares no code with the program's own readers.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::table::{Key, Table};
use crate::support::program;

/// A shell that prints the table whenever it is sent a line, and a dot behind it.
const SHELL: [&str; 3] = ["sh", "-c", "while read -r now; do ss -Htuane; echo .; done"];

/// The shell on one computer.
struct Shell {
    host: u8,
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Reads the tables of all computers.
pub(super) struct Reader(Vec<Shell>);

impl Reader {
    /// Whether there is an `ss`.
    pub(super) fn is_possible() -> bool {
        Command::new("ss").arg("-V").output().is_ok()
    }

    /// Reads the tables of the computers with these numbers and names, of the lab that this process has; or of this machine, where there are
    /// none.
    pub(super) fn of(computers: &[(u8, &str)]) -> Reader {
        let pid = std::process::id().to_string();
        let mut shells: Vec<Shell> = Vec::new();
        for (host, name) in computers {
            let mut command = program(["lab", "--join", &pid, "--on", name, "--"]);
            shells.push(Shell::start(*host, command.args(SHELL)));
        }
        if shells.is_empty() {
            shells.push(Shell::start(0, Command::new(SHELL[0]).args(&SHELL[1..])));
        }
        Reader(shells)
    }

    /// What the kernels' tables show now.
    pub(super) fn read(&mut self, is_wanted: impl Fn(&Key) -> bool) -> Table {
        let mut table = Table::default();
        for shell in &mut self.0 {
            writeln!(shell.ask).expect("the shell of the second reader is there");
        }
        for shell in &mut self.0 {
            let lines = shell.answer();
            table.add(shell.host, &lines, &is_wanted);
        }
        table
    }
}

impl Shell {
    fn start(host: u8, command: &mut Command) -> Shell {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("a shell");
        let ask = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Shell { host, child, ask, answers }
    }

    fn answer(&mut self) -> Vec<String> {
        let lines = self.answers.by_ref().lines().map(|line| line.expect("an answer"));
        lines.take_while(|line| line != ".").collect()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
