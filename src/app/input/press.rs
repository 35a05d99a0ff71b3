//! What a key or pasted text means where the person is just now: on the panes, in a form, while finding.

use crate::app::actions::forms::{connect_form, listen_form, ports_form};
use crate::app::input::{held_states, palette};
use crate::app::keys::keymap::{action_for, action_on_card};
use crate::app::keys::{Action, Key, Scope};
use crate::app::model::Tone;
use crate::app::state::means_nothing;
use crate::app::ui::Outcome;
use crate::app::ui::text_input::edit_text;
use crate::app::update::act;
use crate::app::{Effect, Overlay, State, state};
use crate::tcp::socket::connect_spec;

pub(crate) fn press(state: &mut State, key: Key) -> Vec<Effect> {
    state.ui.note_key(key.to_string());
    if let Some(action) = action_for(Scope::Always, key) {
        return act(state, action);
    }
    if state.ui.find.typing {
        if !type_find(state, key) {
            return means_nothing(state, key, "Enter keeps the text to find, Esc drops it");
        }
        return vec![];
    }
    match &mut state.ui.overlay {
        Some(Overlay::ListenForm(form) | Overlay::ConnectForm(form) | Overlay::PortsForm(form)) => {
            let outcome = form.press(key);
            if outcome == Outcome::Ignored {
                return means_nothing(state, key, "Enter applies the form, Esc drops it");
            }
            fill_in(state, outcome)
        }
        Some(Overlay::States(at)) => {
            let at = *at;
            held_states::press(state, at, key)
        }
        Some(Overlay::Why(_)) => {
            let action = action_for(Scope::Why, key).or_else(|| action_for(Scope::Sheet, key));
            match action {
                Some(action) => act(state, action),
                None => means_nothing(state, key, "y retries, Esc closes this"),
            }
        }
        Some(Overlay::Help(_)) => on_sheet(state, key, action_for(Scope::Sheet, key)),
        Some(Overlay::Card(_)) => on_sheet(state, key, action_on_card(key)),
        Some(Overlay::Palette(_)) => palette::press(state, key),
        None => press_on_panes(state, key),
    }
}

fn on_sheet(state: &mut State, key: Key, action: Option<Action>) -> Vec<Effect> {
    match action {
        Some(action) => act(state, action),
        None => means_nothing(state, key, "Esc closes this"),
    }
}

fn press_on_panes(state: &mut State, key: Key) -> Vec<Effect> {
    if let Key::Char(c @ '0'..='9') = key {
        let digit = u32::from(c) - u32::from('0');
        let count = state.ui.count.unwrap_or(0).saturating_mul(10).saturating_add(digit);
        state.ui.count = Some(count.min(connect_spec::MOST));
        return vec![];
    }
    if let Some(action) = action_for(Scope::Panes, key) {
        return act(state, action);
    }
    state.ui.count = None;
    if key == Key::Ctrl('z') {
        // Where a shell waits for its job to stop, this key never comes so far.
        let text =
            "ctrl-z stops nothing here: no shell waits that could go on with it (fg); q quits";
        return state::only_say(state, text);
    }
    means_nothing(state, key, "? shows all keys")
}

/// Takes a key for the text to find; says whether it means anything there.
fn type_find(state: &mut State, key: Key) -> bool {
    state.ui.stale = true;
    let find = &mut state.ui.find;
    match key {
        Key::Enter => {
            find.typing = false;
            true
        }
        Key::Esc => {
            find.typing = false;
            find.text.reset();
            true
        }
        other @ (Key::Char(_)
        | Key::Ctrl(_)
        | Key::Tab
        | Key::BackTab
        | Key::Up
        | Key::Down
        | Key::Left
        | Key::Right
        | Key::PageUp
        | Key::PageDown
        | Key::Backspace
        | Key::Delete
        | Key::Home
        | Key::End
        | Key::Insert
        | Key::F(_)) => edit_text(&mut find.text, other),
    }
}

/// Shows in a form what its values become, or applies them, or closes it.
fn fill_in(state: &mut State, outcome: Outcome) -> Vec<Effect> {
    let Some(mut overlay) = state.ui.overlay.take().filter(|_| outcome != Outcome::Dropped) else {
        return vec![];
    };
    let done = outcome == Outcome::Confirmed;
    let (result, form) = match &mut overlay {
        Overlay::ListenForm(form) => {
            listen_form::show_calls(form);
            (done.then(|| listen_form::apply(state, form)), form)
        }
        Overlay::ConnectForm(form) => {
            let server = state.clients.reachable(state.server.callable());
            connect_form::show_calls(form, server);
            (done.then(|| connect_form::apply(state, form)), form)
        }
        Overlay::PortsForm(form) => {
            ports_form::show_calls(state, form);
            (done.then(|| ports_form::apply(state, form)), form)
        }
        Overlay::Help(_)
        | Overlay::Card(_)
        | Overlay::Palette(_)
        | Overlay::Why(_)
        | Overlay::States(_) => {
            return vec![];
        }
    };
    match result {
        Some(Ok(effects)) => return effects,
        Some(Err(wrong)) => {
            form.go_to(wrong.field);
            form.wrong = Some(wrong);
        }
        None => (),
    }
    state.ui.overlay = Some(overlay);
    vec![]
}

/// Pasted text counts only where text is typed.
pub(crate) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    if state.ui.find.typing {
        for c in text.chars().filter(|c| !c.is_control()).take(256) {
            type_find(state, Key::Char(c));
        }
        return vec![];
    }
    if let Some(Overlay::ListenForm(form) | Overlay::ConnectForm(form) | Overlay::PortsForm(form)) =
        &mut state.ui.overlay
    {
        form.paste(text);
        return fill_in(state, Outcome::Open);
    }
    if let Some(Overlay::Palette(palette)) = &mut state.ui.overlay {
        palette.paste(text);
        return vec![];
    }
    state.notices.say(
        state.now,
        Tone::Plain,
        "pasted text is taken only in a form (L, C) or after /",
    );
    vec![]
}
