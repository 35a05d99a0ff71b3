//! The forms of the dashboard: the listener's options, the client's options, and the ports to use up.

pub(crate) mod connect_form;
mod declared;
pub(crate) mod listen_form;
pub(crate) mod ports_form;

use crate::app::{Effect, Overlay, State};

/// Shows in the open form the system calls that its values become.
pub(crate) fn refresh(state: &mut State) {
    let Some(mut overlay) = state.ui.overlay.take() else { return };
    match &mut overlay {
        Overlay::ListenForm(form) => declared::show_calls(listen_form::FIELDS, form, state),
        Overlay::ConnectForm(form) => declared::show_calls(connect_form::FIELDS, form, state),
        Overlay::PortsForm(form) => declared::show_calls(ports_form::FIELDS, form, state),
        Overlay::Help(_)
        | Overlay::Card(_)
        | Overlay::Palette(_)
        | Overlay::Why(_)
        | Overlay::States(_) => (),
    }
    state.ui.overlay = Some(overlay);
}

/// Applies the open form and closes it; where a value is wrong it stays open, and says what would be right.
pub(crate) fn apply(state: &mut State) -> Vec<Effect> {
    let overlay = state.ui.overlay.take();
    let applied = match &overlay {
        Some(Overlay::ListenForm(form)) => listen_form::apply(state, form),
        Some(Overlay::ConnectForm(form)) => connect_form::apply(state, form),
        Some(Overlay::PortsForm(form)) => ports_form::apply(state, form),
        _ => Ok(vec![]),
    };
    applied.unwrap_or_else(|wrong| {
        state.ui.overlay = overlay;
        if let Some(form) = state.ui.overlay.as_mut().and_then(Overlay::form) {
            form.go_to(wrong.field);
            form.wrong = Some(wrong);
        }
        vec![]
    })
}
