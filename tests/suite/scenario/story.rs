//! One story as it is played.

use std::collections::BTreeMap;

use fivetuple::app::{Action, Effect, Event, Notice};
use fivetuple::tcp::{
    Command, ConnectSpec, DropReason, Flags, Host, ListenSpec, Snapshot, SocketRow,
};

use super::orders;
use crate::app::actions::half_closed_by_s;
use crate::app::actions::port_range::with_range;
use crate::app::events::lab::connected;
use crate::app::{LAPTOP_END, SERVER_END, laptop_connected};
use crate::computers::{self, LAPTOP, SERVER};
use crate::robot::{self, Robot, changes, own};

/// The rows that have names: of this machine, and of the lab.
const ROWS: [[(&str, &str); 3]; 2] = [
    [("listen", robot::LISTEN), ("server", SERVER_END), ("laptop", LAPTOP_END)],
    [("listen", computers::LISTEN), ("server", computers::SERVES), ("laptop", computers::CLIENT)],
];

pub(super) struct Story {
    pub(super) robot: Robot,
    /// The last connect() that was ordered.
    pub(super) connect: Option<ConnectSpec>,
    /// The last order to listen that is not answered.
    pub(super) listen: Option<ListenSpec>,
    /// The rows that the file names.
    rows: BTreeMap<String, String>,
    /// The sentences so far.
    said: Vec<String>,
}

impl Story {
    pub(super) fn new(begin: &str) -> Story {
        let words: Vec<&str> = begin.split(' ').collect();
        let mut robot = match words[..] {
            [""] => Robot::new(),
            ["anywhere"] => Robot::anywhere(),
            ["listening"] => Robot::listening(),
            ["connected"] => laptop_connected(),
            ["held"] => half_closed_by_s(),
            ["lab", "listening"] => Robot::listening_in_lab(),
            ["lab", "calling"] => Robot::calling_in_lab(),
            ["lab", "connected"] => connected(),
            ["lab", "range", range] => with_range("", range),
            ["lab", count] => Robot::in_lab(count.parse().unwrap()),
            _ => panic!("no story begins with {begin:?}"),
        };
        robot.orders();
        let said = sentences(&robot);
        Story { robot, connect: None, listen: None, rows: BTreeMap::new(), said }
    }

    /// Plays a line; what came of it.
    pub(super) fn play(&mut self, line: &str) -> Vec<String> {
        let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
        match kind {
            "" | "#" => (),
            "==" => self.begin(""),
            "start" => self.begin(rest),
            "row" => {
                let (name, row) = rest.split_once(' ').unwrap();
                self.rows.insert(name.to_owned(), self.row(row));
            }
            "given" => {
                super::facts::given(&mut self.robot.state, rest);
                if !self.robot.state.lab.is_up() {
                    self.robot.tell(Event::LimitsRead(self.robot.state.machine.clone()));
                }
            }
            "computer" => self.robot.ask(Action::SelectComputer(rest.parse().unwrap())),
            "select" => self.robot.ask(Action::SelectRow(own(&self.row(rest), 0).name)),
            ">" => self.press(rest),
            ">>" => self.robot.press_at_once(rest),
            "*" => self.report(rest),
            "~" => self.segment(rest),
            "?" => return self.answer(rest),
            _ => panic!("what is {line:?}?"),
        }
        self.outcome()
    }

    fn begin(&mut self, begin: &str) {
        *self = Story { rows: std::mem::take(&mut self.rows), ..Story::new(begin) };
    }

    pub(super) fn netstat(&mut self, rows: &[&str]) -> Vec<String> {
        let is_afresh = rows[0] == "(afresh)";
        let rows = rows.iter().filter(|row| !row.starts_with('('));
        let rows: Vec<String> = rows.map(|row| self.row(row)).collect();
        if self.robot.state.lab.is_up() {
            let all: Snapshot = rows.join("\n").parse().unwrap();
            for host in [SERVER, LAPTOP] {
                self.netstat_of(host, &all, is_afresh);
            }
        } else if is_afresh {
            self.robot.kernel_afresh(&rows.join("\n"));
        } else {
            self.robot.kernel(&rows.join("\n"));
        }
        self.outcome()
    }

    /// A poll of one computer of the lab.
    fn netstat_of(&mut self, host: Host, all: &Snapshot, is_afresh: bool) {
        let living = self.robot.state.sockets.in_order().filter(|line| line.gone.is_none());
        let before: Vec<SocketRow> = living.map(|line| line.row).filter(|_| !is_afresh).collect();
        let after = all.rows.clone();
        let [before, after] = [before, after].map(|mut rows| {
            rows.retain(|row| row.host == host);
            Snapshot { rows }
        });
        self.robot.reads(host, changes(&before, &after), is_afresh);
    }

    /// The row behind `$laptop FIN_WAIT2 recv=13`, or the row itself.
    pub(super) fn row(&self, text: &str) -> String {
        let (name, changes) = text.split_once(' ').unwrap_or((text, ""));
        let Some(name) = name.strip_prefix('$') else { return text.to_owned() };
        let (name, further) = name.split_once('#').unwrap_or((name, "0"));
        let further: u16 = further.parse().unwrap();
        let usual = ROWS[usize::from(self.robot.state.lab.is_up())];
        let usual = usual.into_iter().find(|(usual, _)| *usual == name).map(|(_, row)| row);
        let row = self.rows.get(name).map(String::as_str).or(usual);
        let row = row.unwrap_or_else(|| panic!("no row ${name}"));
        let row = ["44506", "54240"].iter().fold(row.to_owned(), |row, port| {
            row.replace(port, &(port.parse::<u16>().unwrap() + further).to_string())
        });
        let mut words: Vec<&str> = row.split(' ').collect();
        for change in changes.split_whitespace() {
            match change.split_once('=') {
                Some(("recv", queue)) => words[1] = queue,
                Some(("send", queue)) => words[2] = queue,
                Some(_) => words.push(change),
                None if change == "unowned" => words.retain(|word| !word.starts_with("inode=")),
                None => words[5] = change,
            }
        }
        words.join(" ")
    }

    fn press(&mut self, keys: &str) {
        for (n, part) in keys.split('"').enumerate() {
            if n % 2 == 0 { self.robot.press(part) } else { self.robot.type_text(part) }
        }
    }

    /// `1 laptop SYN 0 0 "data"`, `1 again`, `1 arrives`, `1 lost cut`; `arrives` behind a segment is both.
    fn segment(&mut self, text: &str) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let number = words[0].parse().unwrap();
        match words[1..] {
            ["arrives"] => self.robot.arrives(number),
            ["again"] => self.robot.sends_again(number),
            ["lost"] => self.robot.loses(number),
            ["lost", "cut"] => self.robot.loses_to(number, DropReason::Cut),
            ["lost", "link-down"] => self.robot.loses_to(number, DropReason::NoLink),
            [from, flags, seq, ack, ..] => {
                let data = text.split('"').nth(1).unwrap_or_default();
                let [seq, ack] = [seq, ack].map(|number| number.parse().unwrap());
                let sent = (Host::named(from).unwrap(), flags_of(flags));
                self.robot.sends(number, sent, (seq, ack), data.as_bytes());
                if text.ends_with(" arrives") {
                    self.robot.arrives(number);
                }
            }
            _ => panic!("no segment: {text}"),
        }
    }

    /// The sentences that are gone and those that are new, and the orders.
    fn outcome(&mut self) -> Vec<String> {
        let before = std::mem::replace(&mut self.said, sentences(&self.robot));
        let same = before.iter().zip(&self.said).take_while(|(old, new)| old == new).count();
        let mut gone: Vec<&String> = before[same..].iter().collect();
        let mut new = Vec::new();
        for sentence in &self.said[same..] {
            match gone.iter().position(|old| *old == sentence) {
                Some(stays) => drop(gone.remove(stays)),
                None => new.push(format!("= {sentence}")),
            }
        }
        let gone = gone.iter().map(|sentence| format!("- {sentence}"));
        let mut outcome: Vec<String> = gone.chain(new).collect();
        let orders = self.robot.orders();
        for order in &orders {
            if let Effect::Run(Command::Connect(spec, _)) = order {
                self.connect = Some(spec.clone());
            }
            if let Effect::Run(Command::Listen(spec)) = order {
                self.listen = Some(spec.clone());
            }
        }
        let orders: Vec<String> = orders.iter().filter_map(orders::words).collect();
        for same in orders.chunk_by(|one, next| one == next) {
            let times = if same.len() > 1 { format!(" x {}", same.len()) } else { String::new() };
            outcome.push(format!("! {}{times}", same[0]));
        }
        outcome
    }
}

fn sentences(robot: &Robot) -> Vec<String> {
    let notices = robot.state.notices.newest_first();
    let mut sentences: Vec<String> = notices.map(Notice::text).collect();
    sentences.reverse();
    sentences
}

fn flags_of(text: &str) -> Flags {
    let all = [Flags::SYN, Flags::FIN, Flags::RST, Flags::PSH, Flags::ACK];
    let named = |name: &str| all.into_iter().find(|flag| flag.to_string() == name).unwrap();
    text.split('+').map(named).fold(Flags::default(), Flags::and)
}
