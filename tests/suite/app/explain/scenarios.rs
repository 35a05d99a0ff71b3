//! Stories of connections, and what is said of them: `scenarios.txt`, whose head explains the steps.

use std::time::Duration;

use fivetuple::app::explain::further;
use fivetuple::app::{Event, Notice};
use fivetuple::tcp::{
    Accepting, Call, CloseKind, ConnectId, DropReason, Flags, ListenSpec, OnData, OwnSocket, Owner,
    ServerCloses, Snapshot, SocketEvent, SyscallError,
};

use crate::app::events::lab;
use crate::app::explain::scenario_words::{call_of, duration, errno_of, flag, number};
use crate::app::{LAPTOP_END, SERVER_END, laptop_connected};
use crate::computers::{self, CALLS, CLIENT, LAPTOP, SERVER, SERVES};
use crate::robot::{LISTEN, Robot, own};

const FILE: &str = "tests/suite/app/explain/scenarios.txt";

/// Every story is told as the file has it. `UPDATE_SCENARIOS=1` writes the file anew.
#[test]
fn stories_are_told_as_they_stand_in_the_file() {
    let file = std::fs::read_to_string(FILE).unwrap();
    let mut told = String::new();
    let mut story = None;
    for line in file.lines().filter(|line| !line.starts_with("    ")) {
        told.extend([line, "\n"]);
        if line.is_empty() || line.starts_with('#') {
            story = None;
            continue;
        }
        let (story, words) = match &mut story {
            Some(story) => (story, line),
            begun => (begun.insert(Story::begin(line)), ""),
        };
        for step in words.split(" > ") {
            story.step(step);
        }
        told.push_str(&story.told());
    }
    if std::env::var_os("UPDATE_SCENARIOS").is_some() {
        std::fs::write(FILE, told).unwrap();
    } else {
        similar_asserts(&file, &told);
    }
}

/// Fails with the first line that differs.
fn similar_asserts(file: &str, told: &str) {
    for (n, (line, told)) in file.lines().zip(told.lines()).enumerate() {
        assert_eq!(line, told, "line {}", n + 1);
    }
    assert_eq!(file, told);
}

pub(super) struct Story {
    pub(super) robot: Robot,
    pub(super) is_lab: bool,
    before: Vec<String>,
    blamed: Vec<String>,
    shown: Vec<String>,
    /// Those of the server and the client in the lab.
    pub(super) tables: [Snapshot; 2],
}

impl Story {
    fn begin(place: &str) -> Story {
        let mut robot = match place {
            "at the start" => Robot::new(),
            "on loopback" => Robot::listening(),
            "on loopback, connected" => laptop_connected(),
            "in the lab" => Robot::listening_in_lab(),
            "in the lab, calling" => Robot::calling_in_lab(),
            "in the lab, connected" => lab::connected(),
            _ => panic!("no place: {place}"),
        };
        if place.ends_with("connected") {
            robot.later(Duration::from_secs(1));
        }
        let is_lab = place.starts_with("in the lab");
        let tables = match place {
            "in the lab, calling" => [computers::LISTEN.to_owned(), CALLS.to_owned()],
            "in the lab, connected" => [[computers::LISTEN, SERVES].join("\n"), CLIENT.to_owned()],
            _ => [computers::LISTEN.to_owned(), String::new()],
        };
        let tables = tables.map(|rows| rows.parse().unwrap());
        let mut story =
            Story { robot, is_lab, before: vec![], blamed: vec![], shown: vec![], tables };
        story.told();
        story
    }

    /// What is said, or said no more, or blamed since the last step.
    fn told(&mut self) -> String {
        let notices = self.robot.state.notices.newest_first().rev();
        let after: Vec<String> = notices.map(Notice::text).collect();
        let same = after.iter().zip(&self.before).take_while(|(new, old)| new == old).count();
        let (old, new) = (&self.before[same..], &after[same..]);
        let gone = old.iter().filter(|text| !new.contains(text)).map(|text| format!("- {text}"));
        let come = new.iter().filter(|text| !old.contains(text)).map(|text| format!("+ {text}"));
        let mut lines: Vec<String> = gone.chain(come).chain(self.shown.drain(..)).collect();
        let sockets = &self.robot.state.sockets;
        let rows = self.robot.state.blamed().iter().filter_map(|name| sockets.get(*name));
        let blamed = rows.map(|line| format!("! {} {}", line.row.tuple.local, line.row.state));
        let blamed: Vec<String> = blamed.collect();
        if blamed != self.blamed {
            lines.extend(blamed.iter().cloned());
        }
        (self.before, self.blamed) = (after, blamed);
        lines.iter().fold(String::new(), |told, line| told + "    " + line + "\n")
    }

    fn step(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
        match words[..] {
            ["keys", ..] => self.robot.press(rest),
            ["wait", time] => self.robot.later(duration(time)),
            ["rows", ..] => self.rows(rest),
            ["owner", inode, program] => {
                let owner = Owner { pid: 999, program: program.to_owned(), fd: 4 };
                self.robot.tell(Event::OwnersFound(vec![(number(inode), owner)]));
            }
            ["segment", n, side, flags, ref data @ ..] => {
                let flags = flags.split('+').map(flag).fold(Flags::default(), Flags::and);
                let host = if side == "server" { SERVER } else { LAPTOP };
                let data = data.first().map_or(0, |bytes| number(bytes));
                let data = &b"Test payload."[..usize::try_from(data).unwrap()];
                self.robot.sends(number(n), (host, flags), (0, 0), data);
            }
            ["arrives", n] => self.robot.arrives(number(n)),
            ["lost", n] => self.robot.loses(number(n)),
            ["lost", n, "link-down"] => self.robot.loses_to(number(n), DropReason::NoLink),
            ["lost", n, "cut"] => self.robot.loses_to(number(n), DropReason::Cut),
            ["details"] => {
                self.robot.press("y");
                let case = self.robot.state.notices.case.as_ref().unwrap();
                self.shown.push(format!("y {}", further(&case.seen, "-details")));
                self.shown
                    .extend(case.remedies.iter().map(|remedy| format!("? {}", remedy.text())));
                self.robot.press("Esc");
            }
            ["connect-fails", call, errno, ref options @ ..] => {
                let (spec, to) = self.connect_spec(options);
                let why = SyscallError { call: call_of(call), errno: errno_of(errno) };
                self.robot.hear(SocketEvent::ConnectFailed { spec, to, local: None, why });
            }
            ["listen-fails", call, errno, ref options @ ..] => {
                let mut spec = self.robot.state.server.spec.clone();
                if let [at] = options {
                    spec.at = at.parse().unwrap();
                }
                let why = SyscallError { call: call_of(call), errno: errno_of(errno) };
                self.robot.hear(SocketEvent::ListenFailed { spec, why });
            }
            ["server", "listens", ref options @ ..] => self.listens(options),
            ["server", "stops"] => self.robot.hear(SocketEvent::StoppedListening { why: None }),
            ["server", "holds"] => self.robot.hear(SocketEvent::AcceptHeld(true)),
            ["server", "resumes"] => self.robot.hear(SocketEvent::AcceptHeld(false)),
            ["burst", count] => self.robot.burst_begins(u32::try_from(number(count)).unwrap()),
            ["burst-ends", opened, asked] => {
                let [opened, asked] = [opened, asked].map(|n| u32::try_from(number(n)).unwrap());
                let (id, took) = (ConnectId::default(), Duration::from_millis(5));
                self.robot.hear(SocketEvent::BurstEnded { id, opened, asked, took });
            }
            [side, ref what @ ..] => self.event(side, what),
            [] => (),
        }
    }

    /// The row of a side: `client`, `server`; `client#2` is two ports further.
    pub(super) fn row(&self, side: &str) -> String {
        let (side, n) = side.split_once('#').unwrap_or((side, "0"));
        let (row, port) = match (side, self.is_lab) {
            ("client", true) => (CLIENT, 44_506),
            ("server", true) => (SERVES, 44_506),
            ("client", false) => (LAPTOP_END, 54_240),
            ("server", false) => (SERVER_END, 54_240),
            _ => panic!("no side: {side}"),
        };
        row.replace(&port.to_string(), &(port + number(n)).to_string())
    }

    fn socket(&self, side: &str) -> OwnSocket {
        own(&self.row(side), if side.starts_with("client") { 11 } else { 12 })
    }

    fn event(&mut self, side: &str, what: &[&str]) {
        let socket = self.socket(side);
        let at = socket.name;
        let closed = |how| SocketEvent::Closed { at, how };
        self.robot.hear(match *what {
            ["calls"] => SocketEvent::Connecting(socket),
            ["connects"] => SocketEvent::Connected(socket),
            ["accepts"] => SocketEvent::Accepted(socket),
            ["closes"] => closed(CloseKind::Close),
            ["aborts"] => closed(CloseKind::Abort),
            ["breaks", errno] => closed(CloseKind::Broken(errno_of(errno))),
            ["half-closes"] => SocketEvent::HalfClosed(at),
            ["sees-fin"] => SocketEvent::PeerClosed(at),
            ["sends", bytes] => SocketEvent::Sent { at, bytes: number(bytes) },
            ["reads", text] => {
                let bytes = text.len() as u64;
                SocketEvent::Received { at, bytes, first: text.as_bytes().to_vec() }
            }
            ["cannot-write", errno] => {
                let why = SyscallError { call: Call::Write, errno: errno_of(errno) };
                SocketEvent::CallFailed { at, why }
            }
            _ => panic!("no event: {side} {what:?}"),
        });
    }

    fn listens(&mut self, options: &[&str]) {
        let mut spec = ListenSpec { ..self.robot.state.server.spec.clone() };
        if self.is_lab {
            spec = ListenSpec { host: SERVER, ..spec };
        }
        for option in options {
            match *option {
                "keeping-open" => spec.closes = ServerCloses::Never,
                "leaving-unread" => spec.on_data = OnData::LeaveUnread,
                "holding" => spec.accepting = Accepting::Held,
                at => spec.at = at.parse().unwrap(),
            }
        }
        let row = if self.is_lab { computers::LISTEN } else { LISTEN };
        self.robot.hear(SocketEvent::Listening { spec, sockets: vec![own(row, 9)] });
    }
}
