//! What the poller costs while nothing happens, and how long a connection takes to be seen by it.

use std::net::TcpStream;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use fivetuple::kernel::watch::{Poller, WatchEvent};
use fivetuple::run::Clock;
use fivetuple::tcp::{Change, Filter, FiveTuple, Host, SocketId};

use crate::connecting::foreign_listener;
use crate::figures::{Times, figure, times};

const ROUNDS: usize = 9;

pub(crate) fn measure() {
    let clock = Clock::start();
    let (told, events) = sync_channel(1024);
    let report = move |event| told.send(event).is_ok();
    let poller = Poller::start(move || clock.now(), report).unwrap();
    poller.watch(Filter::everything());
    let first = events.recv().unwrap();
    assert!(matches!(first, WatchEvent::TableRead(_)), "{first:?}");
    // How many reports come in that time.
    let calm = |time: Duration| {
        let (begun, mut reports) = (clock.now(), 0);
        while clock.now().since(begun) < time {
            reports += usize::from(events.recv_timeout(Duration::from_millis(100)).is_ok());
        }
        reports
    };
    let spent = cpu();
    let reports = calm(Duration::from_secs(10));
    let spent = format!("{:.2} s of CPU, {reports} reports", cpu() - spent);
    figure("ten calm seconds of the poller", &spent);
    let (_listener, at) = foreign_listener();
    for (what, is_asked) in
        [("a connection is seen, asked for", true), ("a connection is seen, noticed", false)]
    {
        let once = |_| {
            // Until the budget is full again: what is measured is a connection after some calm.
            calm(Duration::from_millis(1500));
            let begun = clock.now();
            let client = TcpStream::connect(at).unwrap();
            let tuple = FiveTuple::tcp(client.local_addr().unwrap().into(), at.into());
            if is_asked {
                poller.lookup(vec![SocketId::connected(Host::THIS, tuple)]);
            }
            let is_it =
                |change: &Change| matches!(change, Change::Appeared(row) if row.tuple == tuple);
            let shows = |event: WatchEvent| matches!(event, WatchEvent::TableRead(read) if read.changes.iter().any(is_it));
            while !shows(events.recv().unwrap()) {}
            clock.now().since(begun)
        };
        times(what, &(0..ROUNDS).map(once).collect::<Times>(), "");
    }
}

fn cpu() -> f64 {
    let stat = procfs::process::Process::myself().unwrap().stat().unwrap();
    crate::terminal::seconds(&stat)
}
