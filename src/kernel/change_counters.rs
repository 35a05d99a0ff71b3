//! Cheap signs that a socket table has changed. procfs reads snmp whole, by its path, and has no sockstat; here single numbers are read
//! from files that stay open.

use std::fs::File;
use std::io::{Read, Seek};

/// Detects, in about ten microseconds, that a socket table changed: counters in /proc move whenever it does, except on accept() and when
/// only the length of a queue changes. The files stay open, so that it also works when no descriptor is left.
#[derive(Debug)]
pub struct ChangeCounters {
    files: Vec<File>,
    text: String,
    before: Option<CounterSample>,
}

/// What changed between two samples of [`ChangeCounters`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Activity {
    /// Nothing.
    Still,
    /// Segments were sent or received: queues changed, perhaps states.
    Segments,
    /// Sockets were opened, were closed or changed their state.
    Sockets,
}

type CounterSample = [i64; COUNTERS.len()];

/// Of snmp, sockstat and sockstat6: first those that change with rows, then with data. `orphan` counts all namespaces together.
const COUNTERS: [(&str, &str); 16] = [
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
    ("Tcp", "InSegs"),
    ("Tcp", "OutSegs"),
    ("Tcp", "RetransSegs"),
    ("Udp", "InDatagrams"),
    ("Udp", "OutDatagrams"),
    ("sockets", "used"),
];
const OF_ROWS: usize = 10;

impl ChangeCounters {
    /// The counters of this thread's network namespace.
    pub fn open() -> ChangeCounters {
        let files = ["snmp", "sockstat", "sockstat6"];
        let open = |file| File::open(format!("/proc/thread-self/net/{file}")).ok();
        ChangeCounters::over(files.into_iter().filter_map(open).collect())
    }

    /// The counters in these files: `snmp`, `sockstat` and `sockstat6` of one network namespace, as far as they exist.
    pub fn over(files: Vec<File>) -> ChangeCounters {
        ChangeCounters { files, text: String::new(), before: None }
    }

    /// What changed since the last sample; `Segments` for the first, and where the files cannot be read.
    pub fn activity(&mut self) -> Activity {
        let Some(now) = self.sample() else { return Activity::Segments };
        match self.before.replace(now) {
            Some(before) if before[..OF_ROWS] != now[..OF_ROWS] => Activity::Sockets,
            Some(before) if before == now => Activity::Still,
            Some(_) | None => Activity::Segments,
        }
    }

    fn sample(&mut self) -> Option<CounterSample> {
        self.text.clear();
        for file in &mut self.files {
            file.rewind().ok()?;
            file.read_to_string(&mut self.text).ok()?;
        }
        (!self.files.is_empty()).then(|| counters(&self.text))
    }
}

fn counters(text: &str) -> CounterSample {
    let mut sample = CounterSample::default();
    let mut set = |line: &str, column: &str, number: &str| {
        let place = COUNTERS.iter().position(|known| *known == (line, column));
        if let (Some(place), Ok(number)) = (place, number.parse()) {
            sample[place] = number;
        }
    };
    let mut above = None;
    for line in text.lines() {
        let Some((name, words)) = line.split_once(':') else { continue };
        match above.take() {
            // snmp writes a line of names, then a line of numbers.
            Some((head, names)) if head == name => {
                let names = str::split_whitespace(names);
                for (column, number) in names.zip(words.split_whitespace()) {
                    set(name, column, number);
                }
            }
            // sockstat writes names and numbers by turns.
            Some(_) | None => {
                above = Some((name, words));
                let mut words = words.split_whitespace();
                while let (Some(column), Some(number)) = (words.next(), words.next()) {
                    set(name, column, number);
                }
            }
        }
    }
    sample
}
