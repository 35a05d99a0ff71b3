//! The poller's threads, with the real kernel and with sources that fail in every way.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fivetuple::kernel::watch::{Poller, WatchEvent};
use fivetuple::kernel::{ChangeCounters, ReadError, SocketSource};
use fivetuple::run::Clock;
use fivetuple::tcp::{Change, Filter, Host, Port, SocketId, SocketRow, TableUpdate, TcpState};

use crate::kernel::actor::{Actor, Next, OTHER};
use crate::kernel::end;
use crate::place::{is_at, listener, own_address};
use crate::support::sandbox::{Refused, within};

const LONG: Duration = Duration::from_secs(60);
const ROW: &str = "tcp 0 0 127.0.0.1:40000 127.0.0.1:5000 ESTABLISHED inode=2 cookie=2";

struct Told {
    events: Receiver<WatchEvent>,
    rows: Vec<SocketRow>,
    /// Only rows with this address at one end, if any.
    at: Option<IpAddr>,
    source: &'static str,
}

impl Told {
    fn new(events: Receiver<WatchEvent>, at: Option<IpAddr>) -> Told {
        let rows = Vec::new();
        Told { events, rows, at, source: "" }
    }

    fn next(&self) -> WatchEvent {
        self.events.recv_timeout(LONG).expect("a report")
    }

    fn sight(&mut self) -> TableUpdate {
        let event = self.next();
        let WatchEvent::TableRead(sight) = event else { panic!("{event:?}") };
        sight
    }

    fn blind(&mut self) -> String {
        let event = self.next();
        let WatchEvent::TableUnreadable { why, .. } = event else { panic!("{event:?}") };
        why
    }

    fn until(&mut self, is_it: impl Fn(&[SocketRow]) -> bool) {
        while !is_it(&self.rows) {
            let sight = self.sight();
            self.source = sight.source;
            if sight.afresh {
                self.rows.clear();
            }
            for change in sight.changes {
                let (Change::Appeared(row) | Change::Moved { to: row, .. } | Change::Vanished(row)) =
                    change;
                self.rows.retain(|old| old.name() != row.name());
                let is_ours = self.at.is_none_or(|at| is_at(&row, at));
                if is_ours && !matches!(change, Change::Vanished(_)) {
                    self.rows.push(row);
                }
            }
        }
    }
}

fn acting() -> (Poller, Sender<Next>, Told) {
    let (plot, next) = channel();
    let next = Arc::new(Mutex::new(next));
    let (told, events) = sync_channel(1024);
    let opener = move || -> (Box<dyn SocketSource>, Option<ReadError>) {
        let plot = Arc::clone(&next);
        (Box::new(Actor { plot }), None)
    };
    // A pulse without files says that data may have come at any time.
    let pulse = || ChangeCounters::over(Vec::new());
    let clock = Clock::start();
    let now = move || clock.now();
    let report = move |event| told.send(event).is_ok();
    let poller = Poller::over(Host::THIS, Box::new(opener), pulse, now, report).unwrap();
    (poller, plot, Told::new(events, None))
}

/// A poller of the kernel's rows with `at` at one end.
fn polling(at: SocketAddr) -> (Poller, Told) {
    let (told, events) = sync_channel(1024);
    let clock = Clock::start();
    let report = move |event| told.send(event).is_ok();
    let poller = Poller::start(move || clock.now(), report).unwrap();
    poller.watch(Filter::ports([Port(at.port())]));
    (poller, Told::new(events, Some(at.ip())))
}

fn name(line: &str) -> SocketId {
    line.parse::<SocketRow>().unwrap().name()
}

#[test]
fn a_connection_is_seen_from_its_birth_to_its_end() {
    let (listener, at) = listener(own_address());
    let (poller, mut told) = polling(at);
    told.until(|rows| rows.len() == 1);
    let client = TcpStream::connect(at).unwrap();
    let client_end = end(client.local_addr().unwrap(), at);
    poller.lookup(vec![client_end]);
    told.until(|rows| rows.iter().any(|row| row.name() == client_end));
    told.until(|rows| rows.len() == 3);
    let (server, _) = listener.accept().unwrap();
    drop(server);
    told.until(|rows| rows.iter().any(|row| row.state == TcpState::CloseWait));
    drop(client);
    told.until(|rows| rows.iter().any(|row| row.state == TcpState::TimeWait) && rows.len() == 2);
    drop(listener);
    told.until(|rows| rows.len() == 1);
}

#[test]
fn rows_on_the_screen_are_kept_up_to_date() {
    let (listener, at) = listener(own_address());
    let client = TcpStream::connect(at).unwrap();
    let (poller, mut told) = polling(at);
    told.until(|rows| rows.len() == 3);
    let server_end = end(at, client.local_addr().unwrap());
    poller.set_visible(vec![server_end]);
    let waiting = |rows: &[SocketRow]| {
        rows.iter().find(|row| row.state == TcpState::Listen).map(|row| row.queues.recv)
    };
    assert_eq!(waiting(&told.rows), Some(1));
    let accepted = listener.accept().unwrap();
    told.until(|rows| {
        let is_held = rows.iter().any(|row| row.name() == server_end && row.inode != 0);
        is_held && waiting(rows) == Some(0)
    });
    drop(accepted);
}

#[test]
fn a_look_does_not_wait_for_the_table() {
    let (poller, plot, mut told) = acting();
    poller.watch(Filter::everything());
    plot.send(Next::Rows(ROW)).unwrap();
    told.until(|rows| rows.len() == 1);
    // The next table hangs until it is told what to do.
    poller.lookup(vec![name(OTHER), name(ROW)]);
    told.until(|rows| rows.len() == 1 && rows[0].name() == name(OTHER));
    plot.send(Next::Rows(OTHER)).unwrap();
    plot.send(Next::Rows(OTHER)).unwrap();
    plot.send(Next::Rows("")).unwrap();
    told.until(<[SocketRow]>::is_empty);
}

#[test]
fn a_failure_is_said_once_and_tried_again() {
    let (poller, plot, mut told) = acting();
    poller.watch(Filter::everything());
    plot.send(Next::Fail(5)).unwrap();
    plot.send(Next::Panic).unwrap();
    plot.send(Next::Fail(105)).unwrap();
    plot.send(Next::Rows(ROW)).unwrap();
    let why = told.blind();
    assert!(why.starts_with("acting failed: "), "{why}");
    let sight = told.sight();
    assert!(sight.afresh && sight.changes.len() == 1, "{sight:?}");
    for next in [Next::Fail(5), Next::Torn(ROW), Next::Fail(5), Next::Rows(ROW)] {
        plot.send(next).unwrap();
    }
    told.blind();
    let sees = [told.sight(), told.sight()].map(|sight| (sight.interrupted, sight.changes.len()));
    assert_eq!(
        sees,
        [(true, 0), (false, 0)],
        "it sees again; with rows missing the series goes on"
    );
}

#[test]
fn where_it_is_denied_proc_takes_over() {
    let (_listener, at) = listener(own_address());
    let (poller, plot, mut told) = acting();
    told.at = Some(at.ip());
    poller.watch(Filter::ports([Port(at.port())]));
    plot.send(Next::Deny).unwrap();
    let event = told.next();
    let is_told =
        matches!(&event, WatchEvent::FellBackToProcfs(why) if why.starts_with("acting failed: "));
    assert!(is_told, "{event:?}");
    told.until(|rows| rows.len() == 1);
    let client = TcpStream::connect(at).unwrap();
    told.until(|rows| rows.len() == 3);
    assert_eq!(told.source, "procfs");
    drop(client);
}

#[test]
fn where_proc_is_denied_proc_does_not_take_over() {
    let (poller, plot, mut told) = acting();
    poller.watch(Filter::everything());
    plot.send(Next::DenyProc).unwrap();
    assert_eq!(told.blind(), "reading /proc/it failed: Permission denied (EACCES)");
    plot.send(Next::Rows(ROW)).unwrap();
    assert_eq!(told.sight().source, "actor");
}

#[test]
fn where_both_are_denied_it_says_so() {
    // Nothing can be opened by its path.
    let path = u32::from_ne_bytes(libc::AT_FDCWD.to_ne_bytes());
    let refused = Refused { call: libc::SYS_openat, argument: 0, value: path, errno: libc::EACCES };
    within(refused, || {
        let (poller, plot, mut told) = acting();
        poller.watch(Filter::everything());
        plot.send(Next::Deny).unwrap();
        assert!(matches!(told.next(), WatchEvent::FellBackToProcfs(_)));
        let why = told.blind();
        assert!(why.starts_with("reading /proc/thread-self/net/tcp failed: "), "{why}");
        plot.send(Next::Deny).unwrap();
        plot.send(Next::Rows(ROW)).unwrap();
        assert_eq!(told.sight().source, "actor", "a series of failures is reported once");
    });
}

#[test]
fn after_too_many_panics_it_says_so_and_ends() {
    let (poller, plot, mut told) = acting();
    poller.watch(Filter::everything());
    let unlucky = name(&ROW.replace("40000", "13"));
    plot.send(Next::Rows(ROW)).unwrap();
    told.until(|rows| rows.len() == 1);
    let is_last = |event: &WatchEvent| matches!(event, WatchEvent::TableUnreadable { why, .. } if why.contains("panicked repeatedly"));
    for _ in 0..10_000 {
        poller.lookup(vec![unlucky]);
        if told.events.recv_timeout(Duration::from_millis(1)).is_ok_and(|event| is_last(&event)) {
            return;
        }
    }
    panic!("it never said so");
}

#[test]
fn dropping_it_ends_its_threads() {
    let (poller, plot, told) = acting();
    poller.watch(Filter::everything());
    plot.send(Next::Rows(ROW)).unwrap();
    assert!(matches!(told.next(), WatchEvent::TableRead(_)));
    drop(plot);
    drop(poller);
    while told.events.recv_timeout(LONG) != Err(std::sync::mpsc::RecvTimeoutError::Disconnected) {}
}
