//! What the watcher decides, without a kernel: rows are text, time is told.

pub(crate) mod diff;
pub(crate) mod reports;
pub(crate) mod schedule;

use std::time::Duration;

use fivetuple::kernel::watch::{Planner, ReadOrder};
use fivetuple::kernel::{Activity, Reading};
use fivetuple::tcp::{Change, Filter, Host, Moment, SocketId, SocketRow, TableUpdate};

const LISTEN: &str = "tcp 0 128 127.0.0.1:5000 0.0.0.0:* LISTEN inode=1 cookie=1";
const CLIENT: &str = "tcp 0 0 127.0.0.1:40000 127.0.0.1:5000 ESTABLISHED inode=2 cookie=2";
const SERVER: &str = "tcp 0 0 127.0.0.1:5000 127.0.0.1:40000 ESTABLISHED cookie=3";
pub(crate) const COST: Duration = Duration::from_micros(300);

pub(crate) fn at(ms: u64) -> Moment {
    Moment::at(Duration::from_millis(ms))
}

pub(crate) fn row(line: &str) -> SocketRow {
    line.parse().unwrap()
}

fn name(line: &str) -> SocketId {
    row(line).name()
}

fn table(lines: &[&str]) -> Reading {
    Reading { snapshot: lines.iter().map(|line| row(line)).collect(), ..Reading::default() }
}

/// What a sight says: `+` appeared, `~` moved, `-` vanished.
fn told(sight: Option<TableUpdate>) -> String {
    let Some(sight) = sight else { return "nothing".to_owned() };
    let mut words: Vec<String> = sight
        .changes
        .iter()
        .map(|change| match change {
            Change::Appeared(row) => format!("+{}", row.tuple.local.port),
            Change::Moved { to, .. } => format!("~{}:{}", to.tuple.local.port, to.state),
            Change::Vanished(row) => format!("-{}", row.tuple.local.port),
        })
        .collect();
    for (is_it, word) in [(sight.afresh, "afresh"), (sight.interrupted, "torn")] {
        if is_it {
            words.insert(0, word.to_owned());
        }
    }
    words.join(" ")
}

fn watching(lines: &[&str]) -> Planner {
    let mut watcher = Planner::new(Host::THIS, at(0), 0);
    watcher.watch(Filter::everything());
    let order = watcher.read_order(at(0)).expect("nothing is known yet");
    watcher.learn_reading(&order, &table(lines), COST);
    watcher.report().expect("the first table");
    watcher
}

fn moved(watcher: &mut Planner, ms: u64) -> ReadOrder {
    watcher.sampled(at(ms), Activity::Sockets);
    watcher.read_order(at(ms)).expect("something moved")
}
