//! The second reader: `ss` on every computer, `/proc/net/tcp` where there is no ss. It shares no code with the program's own readers.

use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::table::{Key, Row, Table, state};

/// A shell that prints the table whenever it is sent a line, and a dot behind it.
const SHELL: &str = "
if command -v ss >/dev/null; then
  while read -r now; do ss -Htuane; echo .; done
else
  while read -r now; do
    for file in tcp tcp6 udp udp6; do
      while read -r line; do echo \"$file $line\"; done </proc/self/net/$file
    done; echo .
  done
fi";

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
    /// Reads the table of this machine.
    pub(super) fn here() -> Reader {
        let mut command = Command::new("sh");
        command.args(["-c", SHELL]);
        Reader(vec![Shell::start(0, command)])
    }

    /// Reads the tables of the lab that this process has, on the computers with these numbers and names.
    pub(super) fn in_lab(computers: &[(u8, &str)]) -> Reader {
        let pid = std::process::id().to_string();
        let shells = computers.iter().map(|(host, name)| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_fivetuple"));
            command.args(["lab", "--join", &pid, "--on", name, "--", "sh", "-c", SHELL]);
            Shell::start(*host, command)
        });
        Reader(shells.collect())
    }

    /// What the kernels' tables show now.
    pub(super) fn read(&mut self) -> Table {
        let mut table = Table::default();
        for shell in &mut self.0 {
            writeln!(shell.ask).expect("the shell of the second reader is there");
        }
        for shell in &mut self.0 {
            let lines = shell.answer();
            table.add_lines_of_ss(shell.host, &lines);
            add_lines_of_proc(&mut table, shell.host, &lines);
        }
        table
    }
}

impl Shell {
    fn start(host: u8, mut command: Command) -> Shell {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("a shell");
        let ask = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        Shell { host, child, ask, answers }
    }

    fn answer(&mut self) -> String {
        let mut all = String::new();
        loop {
            let begun = all.len();
            let read = self.answers.read_line(&mut all).expect("an answer");
            assert!(read > 0, "the shell of the second reader on host {} ended", self.host);
            if all[begun..].trim() == "." {
                all.truncate(begun);
                return all;
            }
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Adds lines like `tcp 0: 0100007F:1388 00000000:0000 0A 00000000:00000001 ...`; others are left alone.
fn add_lines_of_proc(table: &mut Table, host: u8, lines: &str) {
    for line in lines.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [file, place, local, remote, number, queues, ..] = words[..] else { continue };
        if !place.ends_with(':') {
            continue;
        }
        let states = [
            "",
            "ESTAB",
            "SYN-SENT",
            "SYN-RECV",
            "FIN-WAIT-1",
            "FIN-WAIT-2",
            "TIME-WAIT",
            "UNCONN",
            "CLOSE-WAIT",
            "LAST-ACK",
            "LISTEN",
            "CLOSING",
            "SYN-RECV",
        ];
        let number = usize::from_str_radix(number, 16).ok();
        let shown = number.and_then(|number| state(states.get(number)?));
        let queues = queues.split_once(':');
        let bytes = |text: &str| u32::from_str_radix(text, 16).ok();
        let queues = queues.and_then(|(send, recv)| Some((bytes(recv)?, bytes(send)?)));
        if let (Some(state), Some(local), Some(remote), Some((recv, send))) =
            (shown, end(local), end(remote), queues)
        {
            let key = Key::new(host, file.starts_with("udp"), local, remote);
            let inode = words.get(10).and_then(|inode| inode.parse().ok()).unwrap_or(0);
            table.add(key, inode, Row { state, recv, send });
        }
    }
}

/// An address of proc_pid_net(5): the bytes of each 32-bit word the other way round on a little-endian machine.
fn end(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let words = ip.as_bytes().chunks(8).map(|word| {
        let word = std::str::from_utf8(word).ok()?;
        u32::from_str_radix(word, 16).ok().map(u32::to_ne_bytes)
    });
    let bytes = words.collect::<Option<Vec<[u8; 4]>>>()?.concat();
    let v4 = <[u8; 4]>::try_from(&bytes[..]).map(|four| IpAddr::from(Ipv4Addr::from(four)));
    let v6 = <[u8; 16]>::try_from(&bytes[..]).map(|all| IpAddr::from(Ipv6Addr::from(all)));
    Some(SocketAddr::new(v4.or(v6).ok()?, port))
}

#[test]
fn both_formats_tell_the_same() {
    let mut of_ss = Table::default();
    let text = "tcp LISTEN 1 128 127.0.0.1:5000 0.0.0.0:* ino:7 sk:1\ntcp FIN-WAIT-2 0 13 127.0.0.2:54240 127.0.0.1:5000";
    of_ss.add_lines_of_ss(0, text);
    let mut of_proc = Table::default();
    let text = "tcp sl local_address rem_address st tx_queue:rx_queue tr tm->when\n\
        tcp 0: 0100007F:1388 00000000:0000 0A 00000080:00000001 00:00000000 00000000 0 0 7 1\n\
        tcp 1: 0200007F:D3E0 0100007F:1388 05 0000000D:00000000 00:00000000";
    add_lines_of_proc(&mut of_proc, 0, text);
    assert_eq!(of_ss, of_proc);
    assert_eq!(of_ss.rows.len(), 2);
}
