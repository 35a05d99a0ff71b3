use std::net::IpAddr;

use crate::app::{Clients, Event, Servers, State, update};
use crate::cli::DashboardArgs;
use crate::run::Clock;
use crate::run::time_zone::time_of_day;
use crate::tcp::{ConnectSpec, Endpoint, HostLimits, LabSpec, ListenSpec};

const COMPUTERS: u8 = 4;

pub(in crate::run) fn first_state(
    args: &DashboardArgs,
    limits: HostLimits,
    clock: &Clock,
) -> State {
    let loopback = IpAddr::from([127, 0, 0, 1]);
    let (local, in_lab) = if args.lab.lab { (None, args.bind) } else { (args.bind, None) };
    let at = Endpoint::new(local.unwrap_or(loopback), args.port);
    let spec = ListenSpec { backlog: args.backlog, ..ListenSpec::at(at) };
    let connect = ConnectSpec {
        payload: args.payload.0.clone(),
        allow_remote: args.allow_remote,
        ..ConnectSpec::to(Endpoint::new(loopback, args.port).into())
    };
    let clients = Clients::new(args.computers.unwrap_or(COMPUTERS), connect);
    let (started, warning) = time_of_day(clock.epoch());
    let mut state = State::new(limits, started, Servers::new(spec), clients);
    state.ui.look.keys = args.screen.show_keys;
    state.lab.spec = LabSpec::of_clients(args.computers.unwrap_or(LabSpec::CLIENTS));
    state.lab.bind = in_lab;
    if let Some(warning) = warning {
        drop(update(&mut state, clock.now(), Event::Warned(warning)));
    }
    state
}
