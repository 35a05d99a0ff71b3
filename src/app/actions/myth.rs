//! The test of the myth that the port is taken: one computer connects twice from the server's port number, then another one.

use crate::app::actions::connect;
use crate::app::model::{Script, ScriptGoal, ScriptStep, Statement, Tone};
use crate::app::ui::open;
use crate::app::{Effect, MainView, Myth, MythCall, State};
use crate::tcp::{
    ConnectId, ConnectSpec, Endpoint, Port, Protocol, SocketId, SourcePort, SyscallError,
};

pub(crate) fn try_it(state: &mut State) -> Vec<Effect> {
    if !state.server().is_listening() {
        return state.only_say("myth-no-server");
    }
    let is_under_way = |myth: &Myth| myth.calls.iter().any(|call| call.answer.is_none());
    if state.ui.myth.as_ref().is_some_and(is_under_way) {
        return state.only_say("myth-running");
    }
    if state.server().at().ip.is_ipv6() && !state.lab.is_up() {
        return state.only_say("myth-ipv6");
    }
    if state.clients.computers.len() < 2 {
        return state.only_say("myth-one-client");
    }
    let port = state.server().at().port;
    let Some([first, second]) = free_computers(state, port) else {
        return state.only_say(Statement::new("myth-ports-used").with("port", port));
    };
    open(&mut state.ui, MainView::Myth);
    let call = |n: usize| {
        let computer = &state.clients.computers[n];
        let (who, host, from) = (computer.name.clone(), computer.host, computer.ip);
        MythCall { who, host, from, answer: None }
    };
    let calls = [call(first), call(first), call(second)];
    state.ui.myth = Some(Myth { port, calls, order: None });
    let steps = (0..3).map(ScriptStep::MythCall).collect();
    state.script =
        Some(Script::new(ScriptGoal::Myth, steps, state.now, (&state.servers, &state.clients)));
    vec![]
}

/// Two computers, from the selected one on, without a row at that port.
fn free_computers(state: &State, port: Port) -> Option<[usize; 2]> {
    let count = state.clients.computers.len();
    let order = (0..count).map(|n| (state.clients.chosen + n) % count);
    let taken = |n: &usize| {
        let end = Endpoint { ip: state.clients.computers[*n].ip, port };
        let mut rows = state.sockets.in_order();
        rows.any(|line| line.gone.is_none() && line.row.tuple.local == end)
    };
    let mut free = order.filter(|n| !taken(n));
    Some([free.next()?, free.next()?])
}

/// Connects from the server's port number to the server at that address.
pub(crate) fn call(state: &mut State, n: usize, server: Endpoint) -> Vec<Effect> {
    let Some(myth) = &state.ui.myth else { return vec![] };
    let call = &myth.calls[n];
    let spec = ConnectSpec {
        host: call.host,
        protocol: Protocol::Tcp,
        from: Some(call.from),
        source_port: SourcePort::SameAsServer,
        reuse_addr: false,
        to: state.clients.reachable(server).into(),
        ..state.clients.next_spec(server)
    };
    let (order, effects) = connect::call(state, spec);
    if let Some(myth) = &mut state.ui.myth {
        myth.order = order;
    }
    effects
}

pub(crate) fn finish(state: &mut State) -> Vec<Effect> {
    if let Some(myth) = &state.ui.myth {
        let [first, _, other] = &myth.calls;
        let (tone, what) = if myth.is_as_usual() {
            let what = Statement::new("myth-tested").with("port", myth.port);
            (Tone::Plain, what.with("who", &first.who).with("whom", &other.who))
        } else {
            (Tone::Warning, Statement::new("myth-unexpected"))
        };
        state.notices.say(state.now, tone, what);
    }
    vec![]
}

pub(crate) fn answered(
    state: &mut State,
    order: Option<ConnectId>,
    answer: Result<SocketId, SyscallError>,
) {
    let Some(myth) = &mut state.ui.myth else { return };
    if let Some(call) = myth.calls.iter_mut().find(|call| call.answer.is_none())
        && order.is_some()
        && order == myth.order
    {
        call.answer = Some(answer);
    }
}
