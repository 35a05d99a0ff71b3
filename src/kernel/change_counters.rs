//! procfs reads snmp whole, by its path, and has no sockstat; a pulse takes single numbers from files that it keeps open.

use std::fs::File;
use std::io::{Read, Seek};

/// Notices, in about ten microseconds, that the socket table of a network namespace changed: counters move whenever it does.
///
/// Only accept() and the length of queues escape it. The files are kept open, so that it also beats when no descriptor is left.
#[derive(Debug)]
pub struct ChangeCounters {
    files: Vec<File>,
    text: String,
    before: Option<CounterSample>,
}

/// How much moved between two beats of a [`ChangeCounters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// Nothing.
    Still,
    /// Data came or went: queues, perhaps states.
    Segments,
    /// Sockets came, went or changed their state.
    Sockets,
}

/// The counters at one time, in the order of [`SOCKETS`] and [`SEGMENTS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct CounterSample {
    sockets: [i64; SOCKETS.len()],
    segments: [i64; SEGMENTS.len()],
}

/// Lines and columns of /proc/net/snmp, sockstat and sockstat6 that move with the rows of the table. `orphan` is not among them: it counts
/// the whole machine, whatever the namespace.
const SOCKETS: [(&str, &str); 10] = [
    ("Tcp", "ActiveOpens"),
    ("Tcp", "PassiveOpens"),
    ("Tcp", "AttemptFails"),
    ("Tcp", "EstabResets"),
    ("Tcp", "CurrEstab"),
    ("TCP", "inuse"),
    ("TCP", "tw"),
    ("TCP6", "inuse"),
    ("UDP", "inuse"),
    ("UDP6", "inuse"),
];
/// Those that move with data, and with sockets of any kind.
const SEGMENTS: [(&str, &str); 6] = [
    ("Tcp", "InSegs"),
    ("Tcp", "OutSegs"),
    ("Tcp", "RetransSegs"),
    ("Udp", "InDatagrams"),
    ("Udp", "OutDatagrams"),
    ("sockets", "used"),
];

impl ChangeCounters {
    /// The pulse of the network namespace of this thread.
    pub fn open() -> ChangeCounters {
        let files = ["snmp", "sockstat", "sockstat6"];
        let open = |file| File::open(format!("/proc/thread-self/net/{file}")).ok();
        ChangeCounters::over(files.into_iter().filter_map(open).collect())
    }

    /// The pulse that these files tell: `snmp`, `sockstat` and `sockstat6` of one network namespace, as far as they exist.
    pub fn over(files: Vec<File>) -> ChangeCounters {
        ChangeCounters { files, text: String::new(), before: None }
    }

    /// What moved since the last time; the first time, and where the files cannot be read, data may always have come.
    pub fn motion(&mut self) -> Activity {
        let Some(now) = self.beat() else {
            return Activity::Segments;
        };
        match self.before.replace(now) {
            Some(before) if before.sockets != now.sockets => Activity::Sockets,
            Some(before) if before == now => Activity::Still,
            Some(_) | None => Activity::Segments,
        }
    }

    fn beat(&mut self) -> Option<CounterSample> {
        self.text.clear();
        for file in &mut self.files {
            file.rewind().ok()?;
            file.read_to_string(&mut self.text).ok()?;
        }
        (!self.files.is_empty()).then(|| CounterSample::of(&self.text))
    }
}

impl CounterSample {
    fn of(text: &str) -> CounterSample {
        let mut beat = CounterSample::default();
        let mut above = None;
        for line in text.lines() {
            let Some((name, words)) = line.split_once(':') else {
                continue;
            };
            match above.take() {
                // snmp writes a line of names, then a line of numbers.
                Some((head, names)) if head == name => {
                    let names = str::split_whitespace(names);
                    for (column, number) in names.zip(words.split_whitespace()) {
                        beat.set(name, column, number);
                    }
                }
                // sockstat writes names and numbers by turns.
                Some(_) | None => {
                    above = Some((name, words));
                    let mut words = words.split_whitespace();
                    while let (Some(column), Some(number)) = (words.next(), words.next()) {
                        beat.set(name, column, number);
                    }
                }
            }
        }
        beat
    }

    fn set(&mut self, line: &str, column: &str, number: &str) {
        let find = |all: &[(&str, &str)]| all.iter().position(|known| *known == (line, column));
        let field = find(&SOCKETS)
            .and_then(|place| self.sockets.get_mut(place))
            .or_else(|| find(&SEGMENTS).and_then(|place| self.segments.get_mut(place)));
        if let (Some(field), Ok(number)) = (field, number.parse()) {
            *field = number;
        }
    }
}
