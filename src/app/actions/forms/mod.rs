//! The forms of the dashboard: the listener's options, the client's options, and the ports to use up.

pub(crate) mod connect_form;
mod declared;
pub(crate) mod listen_form;
pub(crate) mod ports_form;

use crate::app::{Effect, FormKind, Overlay, State};

/// Shows in the open form the system calls that its values become.
pub(crate) fn refresh(state: &mut State) {
    let mut overlay = state.ui.overlay.take();
    if let Some(Overlay::Form(kind, form)) = &mut overlay {
        match kind {
            FormKind::Listen | FormKind::AnotherListener => {
                declared::show_calls(listen_form::FIELDS, form, state);
            }
            FormKind::Connect => declared::show_calls(connect_form::FIELDS, form, state),
            FormKind::Ports => declared::show_calls(ports_form::FIELDS, form, state),
        }
    }
    state.ui.overlay = overlay;
}

/// Opens the form of a listener's options, or of the ports to use up, with the program's defaults and these values, each by the place of its field.
pub(crate) fn open_filled(state: &mut State, kind: FormKind, values: &[(usize, String)]) {
    let form = match kind {
        FormKind::Listen | FormKind::AnotherListener => {
            listen_form::form(state, state.servers.at_start())
        }
        FormKind::Connect => connect_form::form(state),
        FormKind::Ports => ports_form::form(state),
    };
    state.ui.overlay = Some(Overlay::Form(kind, form.filled(values)));
}

/// Applies the open form and closes it; where a value is wrong it stays open, and says what would be right.
pub(crate) fn apply(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Form(kind, mut form)) = state.ui.overlay.take() else { return vec![] };
    let applied = match kind {
        FormKind::Listen => listen_form::apply(state, &form),
        FormKind::AnotherListener => listen_form::apply_to_another(state, &form),
        FormKind::Connect => connect_form::apply(state, &form),
        FormKind::Ports => ports_form::apply(state, &form),
    };
    applied.unwrap_or_else(|wrong| {
        form.go_to(wrong.field);
        form.wrong = Some(wrong);
        state.ui.overlay = Some(Overlay::Form(kind, form));
        vec![]
    })
}
