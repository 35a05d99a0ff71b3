//! How fast the table is read while 28,000 connections are open, beside `ss`, the procfs crate and a reader that drops everything;
//! and what the poller costs while nothing happens. Everything lives in a network namespace of its own: `cargo bench --bench snapshot`.

#![expect(clippy::print_stdout, reason = "a bench prints its results")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run has to stop")]

#[allow(dead_code, reason = "the other bench needs more of it")]
mod figures;
mod reading;

use std::env::{args, current_exe};
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use fivetuple::kernel::raise_descriptor_limit;
use fivetuple::kernel::watch::{Poller, WatchEvent};
use fivetuple::run::Clock;
use fivetuple::tcp::{Change, Filter, FiveTuple, Host, SocketId};
use socket2::{Domain, Socket, Type};

const ROUNDS: usize = 9;
const PORT: u16 = 5000;
/// So many connections to one address stay below the half of the port range from which on connect() searches.
const EACH: usize = 7000;

fn main() {
    raise_descriptor_limit();
    let words: Vec<String> = args().collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "hold", last, count] => hold(last.parse().unwrap(), count.parse().unwrap()),
        [_, "inside"] => {
            let _ = std::fs::write("/proc/sys/net/core/somaxconn", "65535");
            for count in [10, 28_000] {
                measure(count);
            }
        }
        _ => {
            let script = r#"ip link set lo up && exec "$0" inside"#;
            let mut unshare = Command::new("unshare");
            let here = current_exe().unwrap();
            let status = unshare.args(["-Urn", "sh", "-c", script]).arg(here).status();
            assert!(status.is_ok_and(|status| status.success()), "needs unshare and ip");
        }
    }
}

/// Holds connections until standard input ends.
fn hold(last: u8, count: usize) {
    let at = (Ipv4Addr::new(127, 0, 0, last), PORT);
    let clients: Vec<TcpStream> = (0..count).map(|_| TcpStream::connect(at).unwrap()).collect();
    println!("{}", clients.len());
    let _ = std::io::stdin().read(&mut [0]);
}

fn holders(count: usize) -> Vec<Child> {
    (1_u8..)
        .zip((0..count).step_by(EACH))
        .map(|(last, begun)| {
            let some = (count - begun).min(EACH);
            let mut child = Command::new(current_exe().unwrap())
                .args(["hold", &last.to_string(), &some.to_string()])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut line = String::new();
            let mut lines = BufReader::new(child.stdout.take().unwrap());
            lines.read_line(&mut line).unwrap();
            child
        })
        .collect()
}

fn measure(count: usize) {
    // Those that wait for accept() need no descriptor of the server.
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let at = std::net::SocketAddr::from((Ipv4Addr::UNSPECIFIED, PORT));
    listener.set_reuse_address(true).unwrap();
    listener.bind(&at.into()).unwrap();
    listener.listen(65535).unwrap();
    let mut held = holders(count);
    figures::title(&format!("{count} connections"));
    reading::measure();
    poll();
    for child in &mut held {
        drop(child.stdin.take());
        child.wait().unwrap();
    }
}

/// What the poller costs in ten calm seconds, and how long a connection takes to be seen.
fn poll() {
    let clock = Clock::start();
    let (told, events) = sync_channel(1024);
    let poller = Poller::start(move || clock.now(), move |event| told.send(event).is_ok());
    poller.watch(Filter::everything());
    let first = events.recv().unwrap();
    assert!(matches!(first, WatchEvent::TableRead(_)), "{first:?}");
    let (begun, spent) = (clock.now(), cpu());
    let mut extra = 0;
    while clock.now().since(begun) < Duration::from_secs(10) {
        extra += usize::from(events.recv_timeout(Duration::from_millis(100)).is_ok());
    }
    println!("  calm: {:.2} s of CPU in 10 s, {extra} reports", cpu() - spent);
    for is_asked in [true, false] {
        // Until the budget is full again: what is measured is a connection after some calm.
        let calm_down = || {
            let begun = clock.now();
            while clock.now().since(begun) < Duration::from_millis(1500) {
                let _ = events.recv_timeout(Duration::from_millis(100));
            }
        };
        let delay = median_after(calm_down, || {
            let client = TcpStream::connect((Ipv4Addr::new(127, 0, 0, 9), PORT)).unwrap();
            let ends = (client.local_addr().unwrap(), client.peer_addr().unwrap());
            let tuple = FiveTuple::tcp(ends.0.into(), ends.1.into());
            if is_asked {
                poller.lookup(vec![SocketId::connected(Host::THIS, tuple)]);
            }
            let is_it =
                |change: &Change| matches!(change, Change::Appeared(row) if row.tuple == tuple);
            while !matches!(events.recv().unwrap(), WatchEvent::TableRead(sight) if sight.changes.iter().any(is_it))
            {
            }
        });
        let how = if is_asked { "asked for" } else { "noticed" };
        println!("  a connection is seen, {how:<9} {delay:>7.3} ms");
    }
}

fn cpu() -> f64 {
    let stat = procfs::process::Process::myself().unwrap().stat().unwrap();
    let ticks = u32::try_from(stat.utime + stat.stime).unwrap();
    f64::from(ticks) / 100.0
}

/// The time that `run` takes, in milliseconds, each time after `prepare`.
fn median_after(mut prepare: impl FnMut(), mut run: impl FnMut()) -> f64 {
    let clock = Clock::start();
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            prepare();
            let begun = clock.now();
            run();
            clock.now().since(begun)
        })
        .collect();
    times.sort();
    times[ROUNDS / 2].as_secs_f64() * 1000.0
}
