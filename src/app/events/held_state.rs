use crate::app::explain::held_state::how_held;
use crate::app::model::{ListenAddress, Tone};
use crate::app::query::watched::wanted;
use crate::app::{Effect, State};
use crate::tcp::{OwnSocket, SocketId, SyscallError, TcpState};

/// A connection is now in that state.
pub(crate) fn staged(
    state: &mut State,
    (held, main): (TcpState, SocketId),
    sockets: &[OwnSocket],
    calls: &[String],
) -> Vec<Effect> {
    for socket in sockets {
        state.sockets.own(socket, state.machine.pid);
    }
    state.staged.hold(sockets);
    let listener = sockets.first().map(|socket| socket.name);
    let port = listener.map(|name| name.tuple.local.port);
    state.server.ports.extend(port);
    state.server.places.extend(listener.map(ListenAddress::of_socket));
    state.ui.selected = Some(main);
    let text = format!(
        "{held} at {}: {}. The calls: {}. r closes it.",
        main.tuple.local,
        how_held(held),
        calls.join("; ")
    );
    state.notices.say(state.now, Tone::Plain, text);
    let names = [main, state.other_end(main)].into_iter();
    let names = names.chain(sockets.iter().map(|socket| socket.name));
    vec![Effect::Watch(wanted(state)), Effect::Lookup(names.collect())]
}

pub(crate) fn stage_failed(state: &mut State, held: TcpState, why: SyscallError) -> Vec<Effect> {
    let helps = match why.errno {
        crate::tcp::Errno::EMFILE => " Try r, which closes the staged ones.",
        _ => "",
    };
    let reason = match why.of_our_own() {
        Some(own) => own.to_owned(),
        None => format!("{} failed: {}", why.call, why.errno),
    };
    let text = format!("Cannot stage a connection in {held}: {reason}.{helps}");
    state.notices.blame(state.now, text.into(), &[]);
    vec![]
}
