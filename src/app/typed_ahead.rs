//! Takes keys: now, or once what was ordered before them is done.

use std::time::Duration;

use crate::app::dispatch;
use crate::app::query::under_way::{self, UnderWay};
use crate::app::ui::ahead::Typed;
use crate::app::{
    Action, Awaited, Effect, Key, Overlay, Scope, State, Statement, Topic, action_for, input,
};
use crate::tcp::Moment;

/// Takes a key now, or once what was ordered before it is done.
pub(crate) fn press(state: &mut State, key: Key) -> Vec<Effect> {
    if key == Key::Esc
        && input::is_on_panes(state)
        && let Some(keys) = state.ui.ahead.drop_late(state.now)
    {
        return state.only_say(Statement::new("keys-dropped").count("keys", keys as u64));
    }
    let is_for_what_opens = is_for_what_opens(state);
    let is_on_panes = !is_for_what_opens && input::is_on_panes(state);
    if is_on_panes && let Some(action) = input::press_in_lesson(state, key) {
        if matches!(action, Action::LessonBack | Action::LessonRestart) {
            // Everything is closed: what was typed before has nothing to act on.
            state.ui.ahead.drop_all();
        }
        return act(state, action);
    }
    let is_always = action_for(Scope::Always, key).is_some();
    if is_always || !(is_for_what_opens || is_on_panes) {
        let Some(action) = input::press(state, key) else { return vec![] };
        if action.is_an_order() {
            return act(state, action);
        }
        let count = state.ui.count.take();
        return dispatch::run(state, action, count);
    }
    let typed = if is_for_what_opens { Typed::Key(key) } else { Typed::OnPanes(key, None) };
    take_or_queue(state, typed)
}

/// Takes pasted text as a key that is typed there.
pub(crate) fn paste(state: &mut State, text: &str) {
    let (line, is_more) = input::first_line(text);
    if is_for_what_opens(state) || input::is_on_panes(state) {
        take_or_queue(state, Typed::Text(line, is_more));
    } else {
        input::paste(state, &line, is_more);
    }
}

/// Whether what is typed now is for what the keys that wait open, or for what is open once they are taken.
fn is_for_what_opens(state: &State) -> bool {
    let ahead = &state.ui.ahead;
    let is_covered = state.ui.overlay.as_ref().is_some_and(Overlay::gives_orders);
    ahead.takes_keys() || (is_covered && !ahead.is_empty())
}

/// Runs an action now, or once what was ordered before it is done.
pub(crate) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let count = state.ui.count.take();
    take_or_queue(state, Typed::Action(action, count))
}

fn take_or_queue(state: &mut State, typed: Typed) -> Vec<Effect> {
    let action = typed.action();
    // What Esc is to close is closed before anything else opens.
    let has_way = action == Some(Action::Quit) || !state.ui.ahead.goes_back();
    let is_a_look = has_way && action.is_some_and(Action::is_a_look);
    // A click is for what stands there now.
    let is_click = matches!(action, Some(Action::SelectRow(_) | Action::SelectComputer(_)));
    let may_wait = action.filter(|_| !is_click);
    let waits = !state.ui.ahead.is_empty()
        || may_wait.is_some_and(|action| must_wait(state, action, (state.now, state.now)));
    // A count that is being typed is that of the next key.
    let typed = typed.with_count(&mut state.ui.count);
    if is_a_look || !waits || typed.is_digit() {
        return take(state, typed);
    }
    if !state.ui.ahead.push(state.now, typed) {
        state.notices.retell(state.now, Topic::Keys, "keys-lost");
    }
    vec![]
}

/// Takes the keys that were typed ahead, as far as nothing is under way.
pub(crate) fn take_waiting(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![];
    while let Some((action, typed_at, next_since)) = state.ui.ahead.next() {
        if action.is_some_and(|action| must_wait(state, action, (typed_at, next_since))) {
            break;
        }
        let typed = state.ui.ahead.take(state.now);
        effects.extend(typed.into_iter().flat_map(|typed| take(state, typed)));
    }
    effects
}

fn take(state: &mut State, typed: Typed) -> Vec<Effect> {
    // What a key orders in a form or a menu is known only now.
    let is_new = matches!(typed, Typed::Key(_));
    let action = match typed {
        Typed::Action(action, count) => return dispatch::run(state, action, count),
        Typed::OnPanes(key, count) if typed.action().is_some() => {
            // What is typed by now is the count of a later key.
            let of_later = std::mem::replace(&mut state.ui.count, count);
            let action = input::press_on_panes(state, key);
            let count = std::mem::replace(&mut state.ui.count, of_later);
            return action.map_or_else(Vec::new, |action| dispatch::run(state, action, count));
        }
        Typed::OnPanes(key, _) => input::press_on_panes(state, key),
        Typed::Key(key) => input::press(state, key),
        Typed::Text(line, is_more) => {
            input::paste(state, &line, is_more);
            None
        }
    };
    let Some(action) = action else { return vec![] };
    let count = state.ui.count.take();
    if is_new && action.is_an_order() && must_wait(state, action, (state.now, state.now)) {
        state.ui.ahead.put_back(state.now, action, count);
        return vec![];
    }
    dispatch::run(state, action, count)
}

const LAB_PATIENCE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(1);
/// What only selects waits no longer than a reader would notice.
const SHORT_PATIENCE: Duration = Duration::from_millis(100);

/// Whether something is under way that has to be done before; after a while it is not waited for any longer.
fn must_wait(state: &mut State, action: Action, (typed_at, next_since): (Moment, Moment)) -> bool {
    let before = under_way::before(state, action);
    let Some(before) = before.filter(|_| !action.is_a_look()) else {
        state.ui.ahead.hurries &= before.is_some();
        return false;
    };
    let is_an_order = action.is_an_order();
    let (since, patience) = match before {
        UnderWay::Lab => (next_since, LAB_PATIENCE),
        UnderWay::Order | UnderWay::Rows if !is_an_order => (typed_at, SHORT_PATIENCE),
        // What takes many steps is waited for as long as it goes on.
        UnderWay::Order => (next_since.max(state.awaited.answered), PATIENCE),
        UnderWay::Rows => (next_since, PATIENCE),
    };
    if state.now.since(since) < patience && !state.ui.ahead.hurries {
        return true;
    }
    if is_an_order && before != UnderWay::Rows && !state.ui.ahead.hurries {
        state.ui.ahead.hurries = true;
        state.awaited = Awaited { at: state.awaited.at, ..Awaited::default() };
        state.say(Statement::new("keys-go-on").with("seconds", patience.as_secs()));
    }
    false
}
