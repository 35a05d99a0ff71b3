//! Selecting one of several listeners, editing it, and adding one.

use crate::app::actions::forms::listen_form;
use crate::app::{FormKind, Overlay, Servers, State, Statement, Topic};

/// Selects the listener after the selected one, in a circle.
pub(crate) fn next(state: &mut State) {
    if !state.servers.are_several() {
        let what = Statement::new("one-listener");
        return state.say(what.when("Listening", state.server().is_listening()));
    }
    select(state, (state.servers.chosen + 1) % state.servers.all.len());
}

/// Selects the listener at that place of the list, in place of a row: the next verb is for the last choice.
pub(crate) fn select(state: &mut State, place: usize) {
    (state.ui.selected, state.ui.stale) = (None, true);
    state.servers.chosen = place.min(state.servers.all.len() - 1);
    let server = state.server();
    let what = Statement::new("listener-selected")
        .with("at", server.at())
        .with_some("to", state.clients.to.as_ref())
        .when("Listening", server.is_listening());
    state.notices.retell(state.now, Topic::Looked, what);
}

/// Opens the form of the selected listener.
pub(crate) fn edit(state: &mut State) {
    let form = listen_form::form(state, &state.server().spec);
    state.ui.overlay = Some(Overlay::Form(FormKind::Listen, form));
}

/// Opens the form of a further listener; of the selected one while that does not listen.
pub(crate) fn add(state: &mut State) {
    if !state.server().will_listen() {
        edit(state);
    } else if state.servers.has_room() {
        let form = listen_form::of_another(state);
        state.ui.overlay = Some(Overlay::Form(FormKind::AnotherListener, form));
    } else {
        state.say(Statement::new("listeners-full").with("most", Servers::MOST));
    }
}
