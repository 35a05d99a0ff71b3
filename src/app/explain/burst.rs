//! The sentence about several connections opened at once.

use std::time::Duration;

use crate::app::State;
use crate::app::explain::sentence::reason;
use crate::app::format::{many, number, seconds, sockets};
use crate::app::model::{BurstProgress, OpenEnd};
use crate::app::query::opening_facts;
use crate::tcp::{Burst, Endpoint, FiveTuple, Port, SocketId};

/// The sentence at the start, where a burst takes long enough to be read.
pub(crate) fn begun(state: &State, progress: &BurstProgress, burst: Burst) -> Option<String> {
    let is_long = burst.count >= Burst::LARGE || !burst.every.is_zero();
    let computer = &state.clients.computers[progress.computer];
    let to = state.clients.target(state.server.callable()).endpoint()?;
    let from = Endpoint { ip: computer.ip, port: Port::ANY };
    let client = SocketId::connected(computer.host, FiveTuple::tcp(from, to));
    let why = reason(&opening_facts::of_waiting_call(state, client, state.now));
    let why = why.filter(|_| is_long && state.lab.wire.is_slow())?;
    let calls = many(u64::from(burst.count), "connection attempt", "connection attempts");
    Some(format!("{} starts {calls}. {why}", computer.name))
}

/// How many connections are open, and how many have no answer yet.
pub(crate) fn ended(state: &State, progress: &BurstProgress, asked: u32, took: Duration) -> String {
    let computer = &state.clients.computers[progress.computer];
    let who = &computer.name;
    let waits = || computer.ends.since(progress.ever).filter(|end| !end.answered);
    let waiting = waits().count() as u64;
    let waiting = waiting.min(u64::from(asked.saturating_sub(progress.opened)));
    let unanswered = many(waiting, "connection attempt has", "connection attempts have");
    let of_call = |end: &OpenEnd| opening_facts::of_waiting_call(state, end.socket.name, end.since);
    let why = waits().next().and_then(|oldest| reason(&of_call(oldest)));
    let why = why.map_or_else(String::new, |why| format!(" {why}"));
    if progress.opened == 0 && waiting > 0 {
        return format!("{who}: {unanswered} no answer yet.{why}");
    }
    if progress.opened == 0 {
        let attempts = many(u64::from(asked), "connection attempt", "connection attempts");
        return format!("{who}: {attempts} failed.");
    }
    let opened = sockets(u64::from(progress.opened), progress.protocol);
    let of = if progress.opened < asked {
        format!(" of {}", number(u64::from(asked)))
    } else {
        String::new()
    };
    let ports: Vec<String> = progress.ports.iter().map(Port::to_string).collect();
    let more = if progress.opened as usize > ports.len() { " ..." } else { "" };
    let from = if ports.is_empty() {
        String::new()
    } else {
        format!(" (ports {}{more})", ports.join(", "))
    };
    let range = if progress.whole_range && progress.opened >= Burst::LARGE {
        " IP_LOCAL_PORT_RANGE saved the kernel the search for free ports."
    } else {
        ""
    };
    let wait =
        if waiting == 0 { String::new() } else { format!(" {unanswered} no answer yet.{why}") };
    format!("{who} opened {opened}{of} in {}{from}.{wait}{range}", seconds(took))
}
