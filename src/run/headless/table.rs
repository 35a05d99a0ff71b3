use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io::Write;
use std::pin::pin;

use anyhow::Context;
use tokio::sync::mpsc;

use crate::cli::TableArgs;
use crate::kernel::watch::{Poller, WatchEvent};
use crate::kernel::{OwnerFinder, Owners, Procfs, SocketSource, interfaces, open, still_holds};
use crate::run::headless::netstat_line::{before_and_after, row_event};
use crate::run::headless::{NO_OUTPUT, NO_THREAD, ignore_broken_pipe, runtime};
use crate::run::{Clock, Exit, NetstatLine, Output, asked_to_end, complain};
use crate::tcp::{
    Change, Filter, Host, InterfaceNames, Owner, Protocol, SocketRow, TableUpdate, TcpState,
    procfs_instead,
};

/// Prints the kernel's socket table once, or with `--watch` its changes until SIGINT or SIGTERM; must not be called from async code.
///
/// A closed pipe, as with `head`, is no error.
///
/// # Errors
/// When the table cannot be read, or standard output cannot be written.
pub fn table(args: &TableArgs) -> anyhow::Result<Exit> {
    if !args.watch {
        return ignore_broken_pipe(print_table(args));
    }
    // Signals are received on a thread of their own while this one writes.
    ignore_broken_pipe(runtime()?.block_on(watch_table(args)))
}

async fn watch_table(args: &TableArgs) -> anyhow::Result<Exit> {
    let mut asked = pin!(asked_to_end().context("cannot wait for signals")?);
    let (events, mut inbox) = mpsc::channel(64);
    let mut printer = Printer::new(args);
    let clock = printer.clock;
    let report = move |event| events.blocking_send(event).is_ok();
    let poller = Poller::start(move || clock.now(), report).context(NO_THREAD)?;
    poller.watch(wanted(args));
    loop {
        let event = tokio::select! {
            biased;
            number = &mut asked => return Ok(Exit::BySignal(number).until_ctrl_c()),
            event = inbox.recv() => event,
        };
        match event {
            Some(WatchEvent::TableRead(update)) => put(&printer.text(&update))?,
            Some(WatchEvent::TableUnreadable { why, .. }) => complain(&why),
            Some(WatchEvent::FellBackToProcfs(why)) => complain(&procfs_instead(&why)),
            Some(WatchEvent::Inspected { .. }) => (),
            None => return Ok(Exit::Done),
        }
    }
}

/// Prints the table once: listeners first, then by port.
fn print_table(args: &TableArgs) -> anyhow::Result<Exit> {
    let (mut source, why) = open();
    if let Some(why) = why {
        complain(&procfs_instead(&why.to_string()));
    }
    let wanted = wanted(args);
    let mut read = source.snapshot(&wanted);
    if let Err(why) = &read
        && source.is_exact()
    {
        complain(&procfs_instead(&why.to_string()));
        read = Procfs::new(Host::THIS).snapshot(&wanted);
    }
    let read = read.context("cannot read the kernel's socket table");
    let mut rows = read?.snapshot.rows;
    rows.retain(|row| is_shown(args, row));
    rows.sort_by_key(|row| {
        let tuple = row.tuple;
        let is_connected = row.state != TcpState::Listen;
        (tuple.protocol, is_connected, (tuple.local.port, tuple.remote.port), row.name())
    });
    let mut printer = Printer::new(args);
    printer.find_owners(rows.iter());
    printer.interfaces.learn(Host::THIS, interfaces(&*source, rows.iter()));
    printer.widths = NetstatLine::widths(&rows, &printer.interfaces);
    let mut text = if args.json { String::new() } else { NetstatLine::head(printer.widths) + "\n" };
    for row in &rows {
        printer.line(row, None, &mut text);
    }
    put(&text).map(|()| Exit::Done)
}

struct Printer<'a> {
    args: &'a TableArgs,
    clock: Clock,
    has_begun: bool,
    owners: HashMap<u64, Option<Owner>>,
    /// Of which it is to be asked whether their owners still hold them.
    unchecked: HashSet<u64>,
    finder: OwnerFinder,
    interfaces: InterfaceNames,
    widths: [usize; 2],
}

impl<'a> Printer<'a> {
    fn new(args: &'a TableArgs) -> Printer<'a> {
        Printer {
            args,
            clock: Clock::start(),
            has_begun: false,
            owners: HashMap::new(),
            unchecked: HashSet::new(),
            finder: OwnerFinder::default(),
            interfaces: InterfaceNames::default(),
            widths: NetstatLine::WIDTHS,
        }
    }

    fn text(&mut self, update: &TableUpdate) -> String {
        let args = self.args;
        let events: Vec<(&str, SocketRow)> = update
            .changes
            .iter()
            .filter_map(|change| row_event(change, |row| is_shown(args, row)))
            .collect();
        let there = events.iter().filter(|(word, _)| *word != "closed");
        self.find_owners(there.map(|(_, row)| row));
        self.interfaces.learn(update.host, update.interfaces.iter().cloned());
        let at = u64::try_from(self.clock.now().since_start().as_millis()).unwrap_or(u64::MAX);
        let mut text = String::new();
        if !args.json && !self.has_begun {
            text = format!("Event   {}\n", NetstatLine::head(self.widths));
        }
        self.has_begun = true;
        for (event, row) in &events {
            self.line(row, Some((*event, at)), &mut text);
        }
        self.forget_owners(&update.changes);
        text
    }

    fn forget_owners(&mut self, changes: &[Change]) {
        let mut gone = HashSet::new();
        for change in changes {
            let (from, to) = before_and_after(change);
            gone.extend(from.map(|row| row.inode));
            if let Some(row) = to {
                gone.remove(&row.inode);
            }
        }
        self.owners.retain(|inode, _| !gone.contains(inode));
        self.unchecked.retain(|inode| !gone.contains(inode));
    }

    fn line(&self, row: &SocketRow, event: Option<(&str, u64)>, text: &mut String) {
        let owner = self.owners.get(&row.inode).and_then(Option::as_ref);
        let line = NetstatLine { row, owner, interfaces: &self.interfaces, widths: self.widths };
        // Writing to a string cannot fail.
        let _ = if self.args.json {
            writeln!(text, "{}", line.json(event))
        } else {
            let word = event.map_or_else(String::new, |(word, _)| format!("{word:<7} "));
            writeln!(text, "{word}{line}")
        };
    }

    fn find_owners<'b>(&mut self, rows: impl IntoIterator<Item = &'b SocketRow>) {
        if self.args.no_owners {
            return;
        }
        let inodes = rows.into_iter().map(|row| row.inode).filter(|inode| *inode != 0);
        let (mut wanted, mut checks) = (HashSet::new(), 0..MOST_CHECKS);
        // What is printed now comes before what is left of earlier rounds.
        for inode in inodes.chain(std::mem::take(&mut self.unchecked)) {
            match self.owners.get(&inode) {
                Some(Some(_)) if checks.next().is_none() => {
                    self.unchecked.insert(inode);
                }
                Some(Some(owner)) if !still_holds(inode, owner) => {
                    self.owners.remove(&inode);
                    wanted.insert(inode);
                }
                Some(_) => (),
                None => {
                    wanted.insert(inode);
                }
            }
        }
        let Owners { found, missing } = self.finder.find(&wanted, self.clock.now());
        for inode in missing {
            self.owners.entry(inode).or_insert(None);
        }
        self.owners.extend(found.into_iter().map(|(inode, owner)| (inode, Some(owner))));
    }
}

/// Of so many rows it is asked at once whether their owners still hold them: each takes some calls.
const MOST_CHECKS: usize = 256;

fn wanted(args: &TableArgs) -> Filter {
    Filter {
        ports: (!args.port.is_empty()).then(|| args.port.iter().copied().collect()),
        protocol: (!args.all).then_some(Protocol::Tcp),
        state: None,
    }
}

/// Whether to print the row: `netstat` never shows sockets that are only bound.
fn is_shown(args: &TableArgs, row: &SocketRow) -> bool {
    args.all || row.state != TcpState::Closed
}

fn put(text: &str) -> anyhow::Result<()> {
    Output::stdout().write_all(text.as_bytes()).context(NO_OUTPUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> SocketRow {
        text.parse().unwrap()
    }

    #[test]
    fn owners_are_forgotten_with_the_inode() {
        let args =
            TableArgs { port: Vec::new(), all: false, watch: true, json: false, no_owners: true };
        let mut printer = Printer::new(&args);
        let open = row("tcp 0 0 127.0.0.1:40000 127.0.0.1:5000 ESTABLISHED inode=7");
        let waits = row("tcp 0 0 127.0.0.1:40000 127.0.0.1:5000 TIME_WAIT");
        let bound = row("tcp 0 0 127.0.0.1:40000 0.0.0.0:* CLOSED inode=7");
        let told = [
            (vec![Change::Appeared(bound)], 1),
            (vec![Change::Vanished(bound), Change::Appeared(open)], 1),
            (vec![Change::Moved { from: open, to: open }], 1),
            (vec![Change::Moved { from: open, to: waits }], 0),
            (vec![Change::Vanished(waits)], 0),
        ];
        printer.owners.insert(7, None);
        for (changes, left) in told {
            let update = TableUpdate { changes, ..TableUpdate::default() };
            printer.text(&update);
            assert_eq!(printer.owners.len(), left, "{:?}", update.changes);
        }
    }

    #[test]
    fn owners_that_are_not_checked_at_once_are_checked_later() {
        let args =
            TableArgs { port: Vec::new(), all: false, watch: true, json: false, no_owners: false };
        let mut printer = Printer::new(&args);
        let many = 2 * MOST_CHECKS + 1;
        let rows: Vec<SocketRow> = (1..=many)
            .map(|n| {
                row(&format!(
                    "tcp 0 0 0.0.0.0:{n} 0.0.0.0:* LISTEN inode={}",
                    (1_u64 << 60) + n as u64
                ))
            })
            .collect();
        // No process holds them.
        printer.owners =
            rows.iter().map(|row| (row.inode, Some(Owner::new(1, b"gone", 3)))).collect();
        let still = |printer: &Printer<'_>| printer.owners.values().flatten().count();
        printer.find_owners(&rows);
        for left in [many - MOST_CHECKS, many - 2 * MOST_CHECKS, 0, 0] {
            assert_eq!(still(&printer), left);
            printer.find_owners(&[]);
        }
    }
}
