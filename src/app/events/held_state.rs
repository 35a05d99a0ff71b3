use crate::app::model::{ListenAddress, Statement};
use crate::app::query::watched::wanted;
use crate::app::{Effect, State};
use crate::tcp::{Errno, OwnSocket, SocketId, SyscallError, TcpState};

pub(crate) fn held_sockets(
    state: &mut State,
    (held, main): (TcpState, SocketId),
    sockets: &[OwnSocket],
) -> Vec<Effect> {
    for socket in sockets {
        state.sockets.own(socket, state.machine.pid);
    }
    state.held_sockets.extend(sockets);
    let listener = sockets.first().map(|socket| socket.name);
    let port = listener.map(|name| name.tuple.local.port);
    state.servers.ports.extend(port);
    state.servers.places.extend(listener.map(|name| ListenAddress::of_socket(name, false)));
    state.ui.selected = Some(main);
    let what = Statement::new("held-state")
        .when(held.name(), true)
        .with("state", held)
        .with("at", main.tuple.local);
    state.say(what);
    let names = [main, state.other_end(main)].into_iter();
    let names = names.chain(sockets.iter().map(|socket| socket.name));
    vec![Effect::Watch(wanted(state)), Effect::Lookup(names.collect())]
}

pub(crate) fn hold_failed(state: &mut State, held: TcpState, why: SyscallError) {
    let what = Statement::new("stage-failed")
        .with("state", held)
        .with("why", why)
        .when("EMFILE", why.errno == Errno::EMFILE);
    state.notices.blame(state.now, what, &[]);
}
