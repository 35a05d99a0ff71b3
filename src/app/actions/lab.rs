//! Starting and stopping the lab, and running out of ports in it: a listener, then a connect from every port of the range.

use crate::app::actions::{connect, verbs};
use crate::app::model::UsingUp;
use crate::app::query::port_supply::left;
use crate::app::{Effect, LabStage, State, Statement, format};
use crate::tcp::{
    Accepting, Burst, Command, ConnectSpec, LabLimits, LabOrder, ListenSpec, PortRange,
};

pub(crate) fn toggle(state: &mut State) -> Vec<Effect> {
    match state.lab.stage {
        LabStage::Off => {
            state.lab.stage = LabStage::Starting;
            state.say(Statement::new("lab-starting").with("computers", state.lab.spec.computers));
            vec![Effect::Lab(LabOrder::Start(state.lab.spec))]
        }
        LabStage::Up => {
            state.lab.stage = LabStage::Stopping;
            (state.script, state.lab.plan) = (None, None);
            let open = state.sockets.connections() as u64;
            state.say(Statement::new("lab-stopping").count("open", open));
            vec![
                Effect::Run(Command::StopConnecting),
                Effect::Run(Command::CloseEverything),
                Effect::Lab(LabOrder::Stop),
            ]
        }
        LabStage::Starting => state.only_say("lab-is-starting"),
        LabStage::Stopping => state.only_say(Statement::new("lab-is-stopping").when("Again", true)),
    }
}

/// Listens with the longest backlog and holds accept(), if ports are to be used up; a listener with a shorter backlog is replaced.
pub(crate) fn use_up_ports(state: &mut State) -> Vec<Effect> {
    let Some(UsingUp { range, caller }) = state.lab.plan else { return vec![] };
    let clients = &mut state.clients;
    let place = clients.computers.iter().position(|computer| computer.host == caller);
    clients.chosen = place.unwrap_or(clients.chosen);
    (clients.to, clients.burst) = (None, Burst::ONE);
    clients.spec = ConnectSpec { payload: vec![], ..clients.first.clone() };
    state.say(announcement(state, range));
    let backlog = state.machine.somaxconn.unwrap_or(LabLimits::BACKLOG);
    let listener = state.server_mut();
    let is_long = |spec: &ListenSpec| spec.backlog == backlog;
    if listener.held && listener.running.as_ref().is_some_and(is_long) {
        return connect_from_all_ports(state);
    }
    let before = listener.will_listen();
    listener.spec.backlog = backlog;
    listener.spec.accepting = Accepting::Held;
    let spec = listener.spec.clone();
    let stop = before.then_some(Effect::Run(Command::StopListening(spec.id)));
    let listens = verbs::start_listening(state, spec);
    stop.into_iter().chain(listens).collect()
}

fn announcement(state: &State, range: PortRange) -> Statement {
    let (left, all) = (left(state, range), range.len());
    let number = |ports: usize| format::number(ports as u64);
    Statement::new(if left == 0 { "ports-are-used" } else { "ports-using" })
        .with("who", &state.clients.computer().name)
        .with("all", number(all))
        .with("range", range)
        .with("left", number(left))
        .with("limit", format::number(state.machine.descriptors))
        .when("Some", left < all)
        .when("OnePort", all == 1)
        .when("TwoPorts", all == 2)
}

/// Once the server listens: connects from every port that is left, and once more.
pub(crate) fn connect_from_all_ports(state: &mut State) -> Vec<Effect> {
    let Some(UsingUp { range, .. }) = state.lab.plan.take() else { return vec![] };
    let calls = u32::try_from(left(state, range) + 1).unwrap_or(u32::MAX);
    connect::connect(state, Some(calls))
}
