//! From the cause to the row on the screen.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use socket2::SockRef;

use crate::figures::{Times, at_most, times};
use crate::held::{PORT, Where};
use crate::namespace::calm;
use crate::terminal::{Terminal, has_both, listening_dashboard, now, rows, time_until, watch};

const ROUNDS: u64 = 25;
/// The port of a server that has nothing to do with the dashboard.
const FOREIGN: u16 = 7000;

pub(crate) fn measure(count: usize, place: Where) {
    // Nobody calls accept(): the rows are there all the same.
    let (_listener, foreign) = foreign_listener();
    let rivals = rivals(foreign);
    let dashboard = listening_dashboard();
    settle(&dashboard);
    let key = by_key(&dashboard);
    let caller = by_caller(&dashboard, SocketAddr::from(([127, 0, 0, 1], PORT)), 300);
    times("key c to the pair on the screen", &key, &at_most(key.median(), 20.0, " ms"));
    let target = at_most(caller.median(), 40.0, " ms");
    times("another program calls our listener", &caller, &target);
    for (name, rival) in &rivals {
        let ratio = at_most(key.median() / rival.median(), 0.33, "");
        times(name, rival, &format!("c takes of it {ratio}"));
    }
    if place == Where::OwnPort {
        return;
    }
    dashboard.press_until("w", "whole machine");
    settle(&dashboard);
    let target = if count > 20_000 { 80.0 } else { 40.0 };
    // Reading the whole table may take a tenth of the time: what is measured first is a connection after calm.
    let elsewhere = by_caller(&dashboard, foreign, 1500);
    let target = at_most(elsewhere.median(), target, " ms");
    times("another program calls another one (whole machine)", &elsewhere, &target);
    let quick = by_caller(&dashboard, foreign, 200);
    times("the same, six times as often", &quick, "");
}

pub(crate) fn foreign_listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(("127.0.0.50", FOREIGN)).unwrap();
    let at = listener.local_addr().unwrap();
    (listener, at)
}

/// `watch` as a person would use it, once with all rows and grep, once with the filter in the kernel.
fn rivals(to: SocketAddr) -> Vec<(String, Times)> {
    let port = to.port();
    [format!("ss -Htn | grep ':{port} '"), format!("ss -Htn 'dport = :{port} or sport = :{port}'")]
        .into_iter()
        .map(|command| {
            let terminal = watch(&command);
            calm(Duration::from_secs(1));
            let delays = (0..ROUNDS)
                .map(|round| {
                    calm(between(round, 200));
                    let (stream, delay) = call(&terminal, to);
                    // Its rows vanish at once, so that the next ones stand on the screen, too.
                    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
                    delay
                })
                .collect();
            let name = format!("watch -n 0.1 \"{}\"", command.replace(&format!(":{port}"), ":P"));
            (name.chars().take(58).collect(), delays)
        })
        .collect()
}

fn settle(dashboard: &Terminal) {
    dashboard.wait_for("connection");
    calm(Duration::from_secs(3));
}

/// Not in step with anything that ticks.
fn between(round: u64, least: u64) -> Duration {
    Duration::from_millis(least + round * 37 % 101)
}

/// Presses `c` and waits for two rows that were not there before.
fn by_key(dashboard: &Terminal) -> Times {
    let once = |round| {
        calm(between(round, 300));
        let before = rows(&dashboard.styled());
        let begun = now();
        dashboard.press("c");
        time_until(dashboard, begun, "the new pair", |screen| {
            let all = rows(screen);
            let is_new = |ends: &&(SocketAddr, SocketAddr)| {
                !before.contains(*ends) && has_both(&all, **ends)
            };
            all.iter().any(|ends| is_new(&ends))
        })
    };
    (0..ROUNDS).map(once).collect()
}

fn by_caller(dashboard: &Terminal, to: SocketAddr, least: u64) -> Times {
    let once = |round| {
        calm(between(round, least));
        call(dashboard, to)
    };
    let (_open, delays): (Vec<TcpStream>, Vec<Duration>) = (0..ROUNDS).map(once).unzip();
    delays.into_iter().collect()
}

fn call(terminal: &Terminal, to: SocketAddr) -> (TcpStream, Duration) {
    let begun = now();
    let stream = TcpStream::connect(to).unwrap();
    let ends = (stream.local_addr().unwrap(), stream.peer_addr().unwrap());
    let what = format!("{ends:?}");
    let delay = time_until(terminal, begun, &what, |screen| has_both(&rows(screen), ends));
    (stream, delay)
}
