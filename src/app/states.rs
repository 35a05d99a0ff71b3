//! The states of a connection, held still: the menu of them, and what makes each.

use crate::app::places::Place;
use crate::app::update::wanted;
use crate::app::{
    Action, Effect, Key, Overlay, Scope, State, Tone, act, action_for, rewind, script,
};
use crate::tcp::{Command, OwnSocket, Refusal, RowName, TcpState};

/// The states that a menu offers; LISTEN is what l makes, and CLOSED is no row.
pub const HELD: [TcpState; 9] = [
    TcpState::SynSent,
    TcpState::SynReceived,
    TcpState::Established,
    TcpState::FinWait1,
    TcpState::FinWait2,
    TcpState::CloseWait,
    TcpState::Closing,
    TcpState::LastAck,
    TcpState::TimeWait,
];

/// How a connection on loopback is held in that state.
pub const fn how_held(state: TcpState) -> &'static str {
    match state {
        TcpState::SynSent => {
            "a listener with backlog 0 and nobody who accepts: one call fills its queue, the SYN of the next one is dropped"
        }
        TcpState::SynReceived => {
            "a listener with TCP_DEFER_ACCEPT passes over the last ACK until data comes, and none does"
        }
        TcpState::Established => {
            "nobody calls accept(): the kernel makes the connection all by itself, and no process has the server's end"
        }
        TcpState::FinWait1 => {
            "nobody reads and the buffers are small and full: the FIN is stuck behind data"
        }
        TcpState::FinWait2 => "the client has hung up and the server knows, but does not close",
        TcpState::CloseWait => "the other end has hung up, and this one's program does not close",
        TcpState::Closing => {
            "the client's FIN is stuck behind data when the server's arrives: both hung up at once"
        }
        TcpState::LastAck => {
            "the server hung up first; the client does, too, but its FIN is stuck behind data"
        }
        TcpState::TimeWait => "the client closes first, then the server",
        TcpState::Listen | TcpState::Closed => "",
    }
}

/// How a connection of the lab is held in that state, and with which keys one does the same.
pub const fn held_in_lab(state: TcpState) -> &'static str {
    match state {
        TcpState::SynSent => "the wire is held, and the SYN waits on it (by hand: h, c)",
        TcpState::SynReceived => {
            "the SYN has crossed the wire, the SYN+ACK waits on it (by hand: h, c, o)"
        }
        TcpState::Established => {
            "nobody calls accept(): the kernel makes the connection all by itself (by hand: a, c)"
        }
        TcpState::FinWait1 => {
            "the client hung up, and its FIN waits on the wire (by hand: c, h, f)"
        }
        TcpState::FinWait2 => {
            "the client hung up and the server's kernel knows, but no program has that end and closes it (by hand: a, c, f)"
        }
        TcpState::CloseWait => {
            "the client's FIN has come, but no program has this end and closes it (by hand: a, c, f)"
        }
        TcpState::Closing => {
            "both hung up, and their FINs crossed each other; what acknowledges them waits on the wire (by hand: c, h, f at both ends, o until both FINs have crossed)"
        }
        TcpState::LastAck => {
            "the client's FIN has come, the server closed, too, and its FIN waits on the wire (by hand: c, h, f, o)"
        }
        TcpState::TimeWait => "the client closed first, then the server (by hand: c, d)",
        TcpState::Listen | TcpState::Closed => "",
    }
}

/// What lets a connection of the lab go that is held in that state.
pub(crate) const fn let_go_in_lab(state: TcpState) -> &'static str {
    match state {
        TcpState::Established | TcpState::FinWait2 | TcpState::CloseWait => {
            "a goes on with accept()."
        }
        TcpState::TimeWait => "Only the kernel's timer ends it.",
        TcpState::SynSent
        | TcpState::SynReceived
        | TcpState::FinWait1
        | TcpState::Closing
        | TcpState::LastAck => "o lets the next segment through, h lets the wire go.",
        TcpState::Listen | TcpState::Closed => "",
    }
}

/// A key while the menu is open.
pub(crate) fn press(state: &mut State, at: usize, key: Key) -> Vec<Effect> {
    let chosen = if key == Key::Enter {
        Some(at)
    } else if let Key::Char(digit @ '1'..='9') = key {
        Some(digit as usize - '1' as usize)
    } else {
        None
    };
    match chosen.and_then(|n| HELD.get(n)) {
        Some(held) => {
            state.desk.overlay = None;
            hold(state, *held)
        }
        None => action_for(Scope::Sheet, key).map_or_else(Vec::new, |action| act(state, action)),
    }
}

/// Puts a connection into that state: in the lab by its wire, on loopback by calls alone.
pub(crate) fn hold(state: &mut State, held: TcpState) -> Vec<Effect> {
    // Comma steps back while the menu is open.
    rewind::before(state, Action::States);
    if state.lab.is_up() {
        script::begin(state, held);
        return vec![];
    }
    let from = state.clients.computer().ip;
    vec![Effect::Run(Command::Stage(held, from))]
}

/// Opens the menu.
pub(crate) fn open(state: &mut State) {
    state.desk.overlay = Some(Overlay::States(0));
}

/// A connection is in that state now.
pub(crate) fn staged(
    state: &mut State,
    (held, main): (TcpState, RowName),
    sockets: &[OwnSocket],
    calls: &[String],
) -> Vec<Effect> {
    for socket in sockets {
        state.sockets.own(socket, state.machine.pid);
    }
    state.staged.hold(sockets);
    let listener = sockets.first().map(|socket| socket.name);
    let port = listener.map(|name| name.tuple.local.port);
    state.listener.ports.extend(port);
    state.listener.places.extend(listener.map(Place::of_socket));
    state.desk.selected = Some(main);
    let text = format!(
        "{held} at {}: {}. The calls: {}. r closes it again.",
        main.tuple.local,
        how_held(held),
        calls.join("; ")
    );
    state.notices.say(state.now, Tone::Plain, text);
    let names = [main, state.other_end(main)].into_iter();
    let names = names.chain(sockets.iter().map(|socket| socket.name));
    vec![Effect::Watch(wanted(state)), Effect::Look(names.collect())]
}

pub(crate) fn stage_failed(state: &mut State, held: TcpState, why: Refusal) -> Vec<Effect> {
    let helps = match why.errno {
        crate::tcp::Errno::EMFILE => " Helps: r, which closes those that are held.",
        _ => "",
    };
    let reason = match why.of_our_own() {
        Some(own) => own.to_owned(),
        None => format!("{} said {}", why.call, why.errno),
    };
    let text = format!("no connection could be put into {held}: {reason}.{helps}");
    state.notices.blame(state.now, text, vec![]);
    vec![]
}
