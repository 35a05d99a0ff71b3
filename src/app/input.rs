//! What a key or pasted text means where it is typed: what it writes into text fields and menus, and which action it asks for.

use crate::app::actions::forms;
use crate::app::ui::field::{LONGEST, edit_text};
use crate::app::{
    Action, BINDINGS, Binding, HOLDABLE_STATES, Key, Overlay, PaletteKind, Phase, PressedKey,
    Scope, State, Statement, action_for, action_in_details,
};
use crate::tcp::socket::connect_spec;

/// Says that a key has no meaning in that place, and which one helps.
fn means_nothing(state: &mut State, key: Key, place: &'static str) {
    let is_foreign = matches!(key, Key::Char(c) | Key::Alt(c) if !c.is_ascii());
    let what = Statement::new("no-meaning").with("key", key).when(place, true);
    state.say(what.when("Foreign", is_foreign));
}

/// Whether a key means what it means on the panes, and is no text.
pub(crate) fn is_on_panes(state: &State) -> bool {
    state.ui.overlay.is_none() && !state.ui.find.typing
}

/// Takes a key: text and menus keep it, else it may ask for an action.
pub(crate) fn press(state: &mut State, key: Key) -> Option<Action> {
    let (count, scope) = (state.ui.count, scope(state));
    let action = meaning(state, key);
    note(state, (key, scope), (action, count));
    action
}

/// Takes a key that was typed on the panes, whatever is drawn over them by now.
pub(crate) fn press_on_panes(state: &mut State, key: Key) -> Option<Action> {
    let count = state.ui.count;
    let action = meaning_on_panes(state, key);
    note(state, (key, Scope::Panes), (action, count));
    action
}

fn scope(state: &State) -> Scope {
    match &state.ui.overlay {
        None if state.ui.find.typing => Scope::Overlay,
        None => Scope::Panes,
        Some(Overlay::Form(..)) => Scope::Form,
        Some(Overlay::Why(_)) => Scope::Why,
        Some(_) => Scope::Overlay,
    }
}

/// Remembers a key with what it does while keys are shown: in the palette the key that would have done the same.
fn note(
    state: &mut State,
    (key, scope): (Key, Scope),
    (action, count): (Option<Action>, Option<u32>),
) {
    if !state.ui.look.keys && action != Some(Action::ShowKeys) {
        return;
    }
    let does = BINDINGS.iter().filter(|binding| Some(binding.action) == action);
    let here = |binding: &&Binding| (binding.keys.contains(&key), binding.scope == scope);
    let binding = does.max_by_key(here);
    let key = match binding {
        Some(binding) if !binding.keys.contains(&key) => binding.keys[0],
        _ => key,
    };
    let count = count.filter(|_| action.is_some_and(Action::counts));
    let words = match (binding, count) {
        (None, _) => String::new(),
        (Some(binding), Some(0)) if Action::VERBS.contains(&binding.action) => {
            format!("{} all", binding.help)
        }
        (Some(binding), Some(count @ 2..)) => format!("{} {count} times", binding.help),
        (Some(binding), _) => state.words(binding).into_owned(),
    };
    let text = if let Key::Char(c) = key { Some(c) } else { None };
    let text = text.filter(|_| action.is_none());
    let keys = match text.filter(|_| scope != Scope::Panes) {
        Some(typed) => typed.to_string(),
        None => key.to_string(),
    };
    let key = PressedKey { at: state.now, keys, words };
    state.ui.note_key(key, text.is_some() || count.is_some());
}

fn meaning(state: &mut State, key: Key) -> Option<Action> {
    if let Some(action) = action_for(Scope::Always, key) {
        return Some(action);
    }
    if state.ui.find.typing {
        if !type_find(state, key) {
            means_nothing(state, key, "Find");
        }
        return None;
    }
    let on_overlay = action_for(Scope::Overlay, key);
    let (action, helps) = match &mut state.ui.overlay {
        Some(Overlay::Form(_, form)) => {
            let action = action_for(Scope::Form, key);
            if action.is_none() {
                if form.edit(key) {
                    forms::refresh(state);
                } else {
                    means_nothing(state, key, "Form");
                }
            }
            return action;
        }
        Some(Overlay::Palette(_)) => return press_in_palette(state, key),
        Some(Overlay::HeldStates(at)) => return state_in_menu(*at, key).or(on_overlay),
        Some(Overlay::Why(_)) => (action_for(Scope::Why, key).or(on_overlay), "Failure"),
        Some(Overlay::Help(_)) => (on_overlay, "Sheet"),
        Some(Overlay::Details(_)) => (action_in_details(key), "Sheet"),
        None => return meaning_on_panes(state, key),
    };
    // The space bar goes on with a lesson although a sheet is open.
    let goes_on = || action_for(Scope::Lesson, key).filter(|_| key == Key::Char(' '));
    let action = action.or_else(|| goes_on().filter(|_| state.lesson.is_some()));
    if action.is_none() {
        means_nothing(state, key, helps);
    }
    action
}

/// The action of a key for the lesson that is given, on the panes.
pub(crate) fn press_in_lesson(state: &mut State, key: Key) -> Option<Action> {
    let lesson = state.lesson.as_ref()?;
    if lesson.practice && matches!(key, Key::Enter | Key::PageDown | Key::PageUp) {
        // Who makes the rows looks at them, too.
        return None;
    }
    let asks = lesson.phase == Phase::Asking;
    let answer = action_for(Scope::Question, key).filter(|_| asks);
    let action = answer.or_else(|| action_for(Scope::Lesson, key));
    let action = action.filter(|action| action.is_for_the_lesson())?;
    note(state, (key, Scope::Lesson), (Some(action), state.ui.count));
    Some(action)
}

/// The state in the menu that a key selects: Enter the one at the cursor, a digit the one with that number.
fn state_in_menu(at: usize, key: Key) -> Option<Action> {
    let place = if let Key::Char(digit @ '1'..='9') = key {
        Some(digit as usize - '1' as usize)
    } else {
        (key == Key::Enter).then_some(at)
    };
    HOLDABLE_STATES.get(place?).copied().map(Action::HoldState)
}

/// Takes a key on the panes: it may be a digit of a count, or ask for an action.
fn meaning_on_panes(state: &mut State, key: Key) -> Option<Action> {
    if let Key::Char(c @ '0'..='9') = key {
        let digit = u32::from(c) - u32::from('0');
        let count = state.ui.count.unwrap_or(0).saturating_mul(10).saturating_add(digit);
        state.ui.count = Some(count.min(connect_spec::MOST));
        return None;
    }
    let at_start = action_for(Scope::Start, key).filter(|_| state.is_at_start());
    let action = at_start.or_else(|| action_for(Scope::Panes, key));
    if action.is_none() {
        state.ui.count = None;
        if key == Key::Ctrl('z') {
            // A shell with job control stops the program, and this key never arrives.
            state.say("no-suspend");
        } else {
            means_nothing(state, key, "Panes");
        }
    }
    action
}

/// Takes a key for the text to find; says whether it has a meaning there.
fn type_find(state: &mut State, key: Key) -> bool {
    state.ui.stale = true;
    let find = &mut state.ui.find;
    find.typing &= !matches!(key, Key::Enter | Key::Esc);
    if key == Key::Esc {
        find.text.reset();
    }
    !find.typing || edit_text(&mut find.text, key)
}

/// What a field takes of pasted text: it has one line; and whether there are more.
pub(crate) fn first_line(text: &str) -> (String, bool) {
    let mut lines = text.split(['\r', '\n']).filter(|line| !line.trim().is_empty());
    let line = lines.next().unwrap_or_default().chars().filter(|c| !c.is_control());
    (line.take(LONGEST).collect(), lines.next().is_some())
}

/// Types a pasted line into a field.
pub(crate) fn paste(state: &mut State, line: &str, is_more: bool) {
    for c in line.chars() {
        let key = Key::Char(c);
        if state.ui.find.typing {
            type_find(state, key);
        } else if let Some(Overlay::Form(_, form)) = &mut state.ui.overlay {
            form.edit(key);
        } else if let Some(Overlay::Palette(palette)) = &mut state.ui.overlay {
            palette.edit(key);
        } else {
            return state.say("no-text-here");
        }
    }
    if is_more {
        state.say("pasted-one-line");
    }
    forms::refresh(state);
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys edit the text")]
fn press_in_palette(state: &mut State, key: Key) -> Option<Action> {
    let Some(Overlay::Palette(palette)) = &mut state.ui.overlay else { return None };
    match key {
        Key::Esc => {
            state.ui.overlay = None;
            state.ui.count = None;
        }
        Key::Enter => return selected_in_palette(state),
        Key::Down | Key::Tab | Key::Ctrl('n' | 'j') => palette.go(1),
        Key::Up | Key::BackTab | Key::Ctrl('p' | 'k') => palette.go(-1),
        Key::PageDown | Key::Ctrl('d') => palette.go(10),
        Key::PageUp => palette.go(-10),
        Key::Insert | Key::F(_) | Key::Alt(_) => {
            means_nothing(state, key, "Palette");
        }
        text => palette.edit(text),
    }
    None
}

/// Closes the list, and asks for the action of the selected entry.
fn selected_in_palette(state: &mut State) -> Option<Action> {
    let Some(Overlay::Palette(palette)) = &state.ui.overlay else { return None };
    let Some(action) = palette.found().get(palette.chosen).map(|entry| entry.action) else {
        let is_for_actions = palette.kind == PaletteKind::Actions;
        state.say(Statement::new("no-such-entry").when("Action", is_for_actions));
        return None;
    };
    state.ui.overlay = None;
    action
}
