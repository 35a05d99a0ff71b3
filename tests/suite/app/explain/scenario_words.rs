//! What the words of a step in `scenarios.txt` stand for.

use std::time::Duration;

use fivetuple::tcp::{
    Call, ConnectSpec, Endpoint, Errno, Flags, Port, PortRange, Protocol, Snapshot, SourcePort,
    TcpState,
};

use crate::app::explain::scenarios::Story;
use crate::computers::{self, LAPTOP, SERVER};
use crate::robot::{LISTEN, changes};

impl Story {
    /// The tables that a poll shows: `side=STATE:Recv-Q,Send-Q`, `!` where no process holds the row; the rest is a row as it is.
    pub(super) fn rows(&mut self, rows: &str) {
        let [mut server, mut client] = [vec![], vec![]];
        let all = rows.split(';').map(str::trim).filter(|row| !row.is_empty());
        for row in all.flat_map(|part| self.rows_of(part)) {
            if row.contains("host=2") { client.push(row) } else { server.push(row) }
        }
        if !self.is_lab {
            return self.robot.kernel(&[server, client].concat().join("\n"));
        }
        for (n, (host, rows)) in [(SERVER, server), (LAPTOP, client)].into_iter().enumerate() {
            let after: Snapshot = rows.join("\n").parse().unwrap();
            let before = std::mem::replace(&mut self.tables[n], after);
            let changes = changes(&before, &self.tables[n]);
            self.robot.reads(host, changes, false);
        }
    }

    fn rows_of(&self, part: &str) -> Vec<String> {
        if part.starts_with("tcp") || part.starts_with("udp") {
            return vec![part.to_owned()];
        }
        part.split_whitespace().map(|word| self.row_of(word)).collect()
    }

    fn row_of(&self, word: &str) -> String {
        let (word, is_held) = word.strip_suffix('!').map_or((word, true), |word| (word, false));
        let (word, queues) = word.split_once(':').unwrap_or((word, "0,0"));
        let queues = queues.replace(',', " ");
        if word == "listen" {
            let row = if self.is_lab { computers::LISTEN } else { LISTEN };
            let queues = if queues == "0 0" { "0 128" } else { &queues };
            return row.replace("tcp 0 128", &format!("tcp {queues}"));
        }
        let (side, state) = word.split_once('=').unwrap();
        let state: TcpState = state.parse().unwrap();
        let row = self.row(side).replace("ESTABLISHED", state.name());
        let row = row.replace("tcp 0 0", &format!("tcp {queues}"));
        let without = |row: String| {
            let words = row.split_whitespace().filter(|word| !word.starts_with("inode="));
            words.collect::<Vec<_>>().join(" ")
        };
        if state == TcpState::TimeWait {
            return without(row) + " timewait=60000ms/0";
        }
        if is_held { row } else { without(row) }
    }

    pub(super) fn connect_spec(&self, options: &[&str]) -> (ConnectSpec, Option<Endpoint>) {
        let to = if self.is_lab { "192.168.1.10:500" } else { "127.0.0.1:5000" };
        let mut spec = ConnectSpec::to(to.parse().unwrap());
        if self.is_lab {
            spec.host = LAPTOP;
        }
        for option in options {
            match option.split_once('=') {
                Some(("to", to)) => spec.to = to.parse().unwrap(),
                Some(("from", ip)) => spec.from = Some(ip.parse().unwrap()),
                Some(("port", "same")) => spec.source_port = SourcePort::SameAsServer,
                Some(("port", port)) => {
                    spec.source_port = SourcePort::Fixed(Port(port.parse().unwrap()));
                }
                Some(("range", range)) => {
                    spec.source_port = SourcePort::Toy(range.parse::<PortRange>().unwrap());
                }
                None if *option == "udp" => spec.protocol = Protocol::Udp,
                _ => panic!("no option: {option}"),
            }
        }
        let to = spec.to.endpoint();
        (spec, to)
    }
}

pub(super) fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| panic!("no number: {text}"))
}

pub(super) fn duration(text: &str) -> Duration {
    match text.strip_suffix("ms") {
        Some(millis) => Duration::from_millis(number(millis)),
        None => Duration::from_secs(number(text.trim_end_matches('s'))),
    }
}

pub(super) fn flag(name: &str) -> Flags {
    match name {
        "SYN" => Flags::SYN,
        "ACK" => Flags::ACK,
        "FIN" => Flags::FIN,
        "RST" => Flags::RST,
        "PSH" => Flags::PSH,
        _ => panic!("no flag: {name}"),
    }
}

pub(super) fn errno_of(name: &str) -> Errno {
    (1..200).map(Errno).find(|errno| errno.symbol() == Some(name)).unwrap()
}

pub(super) fn call_of(name: &str) -> Call {
    match name {
        "bind" => Call::Bind,
        "connect" => Call::Connect,
        "socket" => Call::Socket,
        "resolve" => Call::Resolve,
        "remote" => Call::Remote([192, 0, 2, 1].into()),
        _ => panic!("no call: {name}"),
    }
}
