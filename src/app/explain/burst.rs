//! The sentence about several connections that were ordered at once.

use std::time::Duration;

use crate::app::State;
use crate::app::explain::sentence::reason;
use crate::app::format::{many, number, seconds, sockets};
use crate::app::model::BurstProgress;
use crate::app::query::opening_facts;
use crate::tcp::{Burst, Endpoint, FiveTuple, Port, SocketId};

/// That they are being made, where that takes long enough to be read.
pub(crate) fn begun(state: &State, progress: &BurstProgress, burst: Burst) -> Option<String> {
    let is_long = burst.count >= Burst::LARGE || !burst.every.is_zero();
    let computer = &state.clients.computers[progress.computer];
    let to = state.clients.target(state.server.callable()).endpoint()?;
    let from = Endpoint { ip: computer.ip, port: Port::ANY };
    let client = SocketId::connected(computer.host, FiveTuple::tcp(from, to));
    let why = reason(&opening_facts::of_waiting_call(state, client, state.now));
    let why = why.filter(|_| is_long && state.lab.wire.is_slow())?;
    let calls = many(u64::from(burst.count), "call", "calls");
    Some(format!("{} makes {calls}. {why}", computer.name))
}

/// How many of them were opened, and how many wait for their answers.
pub(crate) fn ended(state: &State, progress: &BurstProgress, asked: u32, took: Duration) -> String {
    let computer = &state.clients.computers[progress.computer];
    let who = &computer.name;
    let some = |n: u32| sockets(u64::from(n), progress.protocol);
    let waiting = computer.ends.unanswered_since(progress.ever);
    let waiting = waiting.min(u64::from(asked.saturating_sub(progress.opened)));
    let wait = format!(
        "{} for {}",
        many(waiting, "call waits", "calls wait"),
        if waiting == 1 { "its answer" } else { "their answers" }
    );
    let oldest = computer.ends.first_unanswered_since(progress.ever);
    let why = oldest.and_then(|client| {
        let since = state.own_end(client)?.since;
        reason(&opening_facts::of_waiting_call(state, client, since))
    });
    let why = why.map_or_else(String::new, |why| format!(" {why}"));
    if progress.opened == 0 && waiting > 0 {
        let asked = many(u64::from(asked), "call", "calls");
        return format!("none of {who}'s {asked} is answered yet: {wait}.{why}");
    }
    if progress.opened == 0 {
        return format!("{who} opened none of {}.", some(asked));
    }
    let opened = some(progress.opened);
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
        " IP_LOCAL_PORT_RANGE spared the kernel the search for free ports."
    } else {
        ""
    };
    let wait = if waiting == 0 { String::new() } else { format!(" {wait} still.{why}") };
    format!("{who} opened {opened}{of} in {}{from}.{wait}{range}", seconds(took))
}
