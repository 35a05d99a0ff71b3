//! The states of a connection, held still: the menu of them, and what makes each.

use crate::app::actions::{rewind, script};
use crate::app::keys::Action;
use crate::app::{Effect, Overlay, State};
use crate::tcp::{Command, TcpState};

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
    state.ui.overlay = Some(Overlay::States(0));
}
