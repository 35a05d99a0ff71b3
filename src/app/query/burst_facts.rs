//! What is seen of several connections opened at once.

use std::time::Duration;

use crate::app::format::{number, seconds, sockets};
use crate::app::query::opening_facts::of_waiting_call;
use crate::app::{Account, BurstProgress, State, Statement};
use crate::tcp::{Burst, Endpoint, FiveTuple, Port, SocketId};

pub(crate) fn begun(state: &State, progress: &BurstProgress, burst: Burst) -> Option<Statement> {
    let is_long = burst.count >= Burst::LARGE || !burst.every.is_zero();
    let computer = &state.clients.computers[progress.computer];
    let to = state.clients.target(state.server.callable()).endpoint()?;
    let from = Endpoint { ip: computer.ip, port: Port::ANY };
    let client = SocketId::connected(computer.host, FiveTuple::tcp(from, to));
    let call = of_waiting_call(state, client, state.now);
    (is_long && state.lab.wire.is_slow() && !call.facts.is_empty()).then(|| {
        let what = Statement::new("burst-begun").with("who", &computer.name);
        waiting(what.with("asked", number(burst.count.into())), &call)
    })
}

pub(crate) fn ended(
    state: &State,
    progress: &BurstProgress,
    asked: u32,
    took: Duration,
) -> Statement {
    let computer = &state.clients.computers[progress.computer];
    let opened = progress.opened;
    let ports: Vec<String> = progress.ports.iter().map(Port::to_string).collect();
    let more = if opened as usize > ports.len() { " ..." } else { "" };
    let word = if opened == 1 { "port" } else { "ports" };
    let list = (!ports.is_empty()).then(|| format!("{word} {}{more}", ports.join(", ")));
    let mut waits = computer.ends.since(progress.ever).filter(|end| !end.answered);
    let oldest = waits.next();
    let unanswered = u64::from(oldest.is_some()) + waits.count() as u64;
    let unanswered = unanswered.min(u64::from(asked.saturating_sub(opened)));
    let what = Statement::new("burst-ended")
        .with("who", &computer.name)
        .with("opened", sockets(opened.into(), progress.protocol))
        .with("took", seconds(took))
        .with_some("asked", (opened < asked).then(|| number(asked.into())))
        .with_some("port_list", list)
        .when(if opened > 0 { "Some" } else { "None" }, true)
        .when("WholeRange", progress.whole_range && opened >= Burst::LARGE)
        .count("unanswered", unanswered);
    let oldest = oldest.filter(|_| unanswered > 0);
    let call = oldest.map(|end| of_waiting_call(state, end.socket.name, end.since));
    call.iter().fold(what, waiting)
}

/// What is known of a call without an answer.
fn waiting(what: Statement, call: &Account) -> Statement {
    let what = what.with("detail", &call.detail);
    call.facts.iter().fold(what, |what, fact| what.when(fact.name(), true))
}
