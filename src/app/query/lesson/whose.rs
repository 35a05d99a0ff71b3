//! Whose an endpoint is, in the words of a lesson.

use crate::app::{Holder, State, Who};
use crate::tcp::{Endpoint, SocketId};

/// Whether both ends of a row have addresses of the lab, or of loopback: a call from the one to the other leaves no computer shown.
pub(crate) fn is_between_computers(state: &State, row: SocketId) -> bool {
    [row.tuple.local, row.tuple.remote].into_iter().all(|end| {
        let ip = end.ip.to_canonical();
        if state.lab.is_up() { state.lab.host_of(ip).is_some() } else { ip.is_loopback() }
    })
}

fn is_servers_address(state: &State, end: Endpoint) -> bool {
    let at = state.server().connect_address();
    let own = state.clients.reachable(at);
    end.ip.to_canonical() == own.ip.to_canonical() || state.servers.are_at(end)
}

/// Whether an endpoint is that of `who`: by the program that has it, else by its address.
pub(super) fn is_whose(state: &State, who: &Who, end: Endpoint, holder: Option<Holder>) -> bool {
    match who {
        Who::Any => true,
        Who::Address(ip) => ip.to_canonical() == end.ip.to_canonical(),
        Who::Computer(name) if name == "server" => match holder {
            Some(Holder::Server(_)) => true,
            Some(Holder::Client(_)) => false,
            None => is_servers_address(state, end),
        },
        Who::Computer(name) => {
            let of_holder = holder.and_then(|holder| match holder {
                Holder::Client(n) => state.clients.computers.get(n).map(|own| own.name.as_str()),
                Holder::Server(_) => None,
            });
            let by_address = || state.clients.name_of(end.ip).filter(|_| holder.is_none());
            of_holder.or_else(by_address) == Some(name)
        }
    }
}
