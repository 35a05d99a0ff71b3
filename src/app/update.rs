use crate::app::form::edit_text;
use crate::app::{
    Action, Desk, Effect, Event, Key, Lens, Outcome, Overlay, Pane, Scope, State, Tone, action_for,
    heard, options, verbs,
};
use crate::tcp::{Filter, Moment};

/// Takes one fact: changes the state, and says what is to be done about it in the world outside.
pub fn update(state: &mut State, at: Moment, event: Event) -> Vec<Effect> {
    state.now = at;
    match event {
        Event::Pressed(key) => press(state, key),
        Event::Pasted(text) => paste(state, &text),
        Event::Ticked => tick(state),
        Event::Seen(sight) => {
            if state.desk.paused.is_none() {
                let listener = &state.listener;
                state.sockets.see(at, &sight, |port| listener.serves(port));
                state.stale = true;
            }
            vec![]
        }
        Event::Blind(why) => {
            if state.sockets.blind.is_none() {
                state.notices.say(
                    at,
                    Tone::Warning,
                    format!("the kernel's table cannot be read: {why}"),
                );
            }
            state.sockets.blind = Some((at, why));
            vec![]
        }
        Event::OwnersFound(found) => {
            state.sockets.owners.extend(found);
            state.stale |= !state.desk.find.text.value().is_empty();
            vec![]
        }
        Event::Net(news) => {
            state.stale = true;
            heard::heard(state, news)
        }
        Event::Asked(action) => act(state, action),
    }
}

/// Carries out a wish.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let count = state.desk.count.take();
    match action {
        Action::Listen => verbs::listen(state),
        Action::ListenOptions => open(state, Overlay::ListenForm(options::listen_form(state))),
        Action::ConnectOptions => open(state, Overlay::ConnectForm(options::connect_form(state))),
        Action::Hold => verbs::hold(state),
        Action::AcceptOne => verbs::accept_one(state),
        Action::ServerCloses => verbs::server_closes(state, count),
        Action::Connect => verbs::connect(state, count),
        Action::Send => verbs::send(state, count),
        Action::HalfClose => verbs::half_close(state, count),
        Action::Close => verbs::close(state, count),
        Action::Abort => verbs::abort(state, count),
        Action::Reset => verbs::reset(state),
        Action::Quit | Action::QuitNow => vec![Effect::Exit],
        Action::Pause => pause(state),
        Action::WholeMachine => {
            state.desk.lens.whole_machine = !state.desk.lens.whole_machine;
            state.stale = true;
            vec![Effect::Watch(wanted(state))]
        }
        looking => {
            look(state, looking, count);
            vec![]
        }
    }
}

/// Wishes that change what is looked at, and nothing else.
fn look(state: &mut State, action: Action, count: Option<u32>) {
    let steps = i64::from(count.unwrap_or(1).max(1));
    let desk = &mut state.desk;
    match action {
        Action::Next => go(state, steps),
        Action::Previous => go(state, -steps),
        Action::PageDown => go(state, PAGE * steps),
        Action::PageUp => go(state, -PAGE * steps),
        Action::NextPane => desk.focus = next_pane(desk.focus, 1),
        Action::PreviousPane => desk.focus = next_pane(desk.focus, Pane::ALL.len() - 1),
        Action::Focus(pane) => desk.focus = pane,
        Action::SelectRow(name) => desk.selected = Some(name),
        Action::SelectComputer(n) => {
            state.clients.chosen = n.min(state.clients.computers.len() - 1)
        }
        Action::LookInside => look_inside(state),
        Action::PointOfView => {
            desk.lens = Lens {
                view: desk.lens.view.next(),
                ..desk.lens
            }
        }
        Action::Netstat => desk.netstat = !desk.netstat,
        Action::Find => desk.find.typing = true,
        Action::BigType => desk.look.big = !desk.look.big,
        Action::NextTheme => desk.look.theme += 1,
        Action::ShowKeys => desk.look.keys = !desk.look.keys,
        Action::Help => desk.overlay = Some(Overlay::Help(0)),
        Action::Back => back(desk),
        Action::Listen
        | Action::ListenOptions
        | Action::ConnectOptions
        | Action::Hold
        | Action::AcceptOne
        | Action::ServerCloses
        | Action::Connect
        | Action::Send
        | Action::HalfClose
        | Action::Close
        | Action::Abort
        | Action::Reset
        | Action::Quit
        | Action::QuitNow
        | Action::Pause
        | Action::WholeMachine => (),
    }
    state.stale |= matches!(
        action,
        Action::PointOfView | Action::Back | Action::SelectComputer(_)
    );
}

/// How many lines a page is.
const PAGE: i64 = 10;

fn next_pane(from: Pane, steps: usize) -> Pane {
    let place = Pane::ALL.iter().position(|pane| *pane == from).unwrap_or(0);
    Pane::ALL[(place + steps) % Pane::ALL.len()]
}

/// Closes what is open, one thing at a time: an overlay, the text to find, a typed count, the choice of a row.
fn back(desk: &mut Desk) {
    if desk.overlay.take().is_some() {
        return;
    }
    if !desk.find.text.value().is_empty() {
        desk.find.text.reset();
    } else if desk.look.big {
        desk.look.big = false;
    } else {
        desk.selected = None;
    }
}

fn go(state: &mut State, steps: i64) {
    if let Some(Overlay::Help(line)) = &mut state.desk.overlay {
        *line = moved(*line, steps, usize::MAX);
        return;
    }
    match state.desk.focus {
        Pane::Computers | Pane::Listener => {
            let last = state.clients.computers.len() - 1;
            state.clients.chosen = moved(state.clients.chosen, steps, last);
            state.stale = true;
        }
        Pane::Notices => {
            let last = state.notices.len().saturating_sub(1);
            state.notices.back = moved(state.notices.back, -steps, last);
        }
        Pane::Sockets => {
            state.arrange();
            let Some(last) = state.shown.len().checked_sub(1) else {
                state.notices.say(
                    state.now,
                    Tone::Plain,
                    "there is no row to choose yet; press l, then c",
                );
                return;
            };
            let place = state
                .desk
                .selected
                .and_then(|name| state.shown.iter().position(|shown| *shown == name));
            let next = place.map_or(if steps > 0 { 0 } else { last }, |place| {
                moved(place, steps, last)
            });
            state.desk.selected = Some(state.shown[next]);
        }
    }
}

fn moved(place: usize, steps: i64, last: usize) -> usize {
    let distance = usize::try_from(steps.unsigned_abs()).unwrap_or(usize::MAX);
    if steps < 0 {
        place.saturating_sub(distance)
    } else {
        place.saturating_add(distance).min(last)
    }
}

fn look_inside(state: &mut State) {
    if state.desk.focus == Pane::Computers && state.desk.selected.is_none() {
        state.desk.selected = state.clients.computer().ends.newest_first().next();
    }
    state.arrange();
    let chosen = state
        .desk
        .selected
        .filter(|name| state.sockets.get(*name).is_some());
    match chosen.or_else(|| state.shown.last().copied()) {
        Some(name) => {
            state.desk.selected = Some(name);
            state.desk.overlay = Some(Overlay::Card(name));
        }
        None => state.notices.say(
            state.now,
            Tone::Plain,
            "there is no row to look inside; press l, then c",
        ),
    }
}

fn open(state: &mut State, overlay: Overlay) -> Vec<Effect> {
    state.desk.overlay = Some(overlay);
    vec![]
}

fn pause(state: &mut State) -> Vec<Effect> {
    let now = state.now;
    match state.desk.paused.take() {
        None => {
            state.desk.paused = Some(now);
            state.notices.say(
                now,
                Tone::Plain,
                "the table stands still; the sockets live on. p goes on",
            );
            vec![]
        }
        Some(_) => {
            state
                .notices
                .say(now, Tone::Plain, "the table is live again");
            vec![Effect::Watch(wanted(state))]
        }
    }
}

/// The orders with which the dashboard begins.
pub fn watch_at_start(state: &State) -> Vec<Effect> {
    vec![Effect::Watch(wanted(state))]
}

/// Which rows of the kernel's table the demonstration is about.
pub(crate) fn wanted(state: &State) -> Filter {
    if state.desk.lens.whole_machine {
        return Filter::everything();
    }
    Filter::ports(
        state
            .listener
            .ports
            .iter()
            .chain(&state.clients.called)
            .copied(),
    )
}

fn press(state: &mut State, key: Key) -> Vec<Effect> {
    state.desk.note_key(state.now, key.to_string());
    if let Some(action) = action_for(Scope::Always, key) {
        return act(state, action);
    }
    if state.desk.find.typing {
        type_find(state, key);
        return vec![];
    }
    match &mut state.desk.overlay {
        Some(Overlay::ListenForm(form) | Overlay::ConnectForm(form)) => {
            let outcome = form.press(key);
            fill_in(state, outcome)
        }
        Some(Overlay::Help(_) | Overlay::Card(_)) => {
            action_for(Scope::Sheet, key).map_or_else(Vec::new, |action| act(state, action))
        }
        None => press_on_panes(state, key),
    }
}

fn press_on_panes(state: &mut State, key: Key) -> Vec<Effect> {
    if let Key::Char(c @ '0'..='9') = key {
        let digit = u32::from(c) - u32::from('0');
        let count = state
            .desk
            .count
            .unwrap_or(0)
            .saturating_mul(10)
            .saturating_add(digit);
        state.desk.count = Some(count.min(verbs::MOST));
        return vec![];
    }
    if let Some(action) = action_for(Scope::Panes, key) {
        return act(state, action);
    }
    state.desk.count = None;
    state.notices.say(
        state.now,
        Tone::Plain,
        format!("{key} does nothing here; ? shows all keys"),
    );
    vec![]
}

fn type_find(state: &mut State, key: Key) {
    let find = &mut state.desk.find;
    match key {
        Key::Enter => find.typing = false,
        Key::Esc => {
            find.typing = false;
            find.text.reset();
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
        | Key::End) => edit_text(&mut find.text, other),
    }
    state.stale = true;
}

/// Shows in a form what its values become, or applies them, or closes it.
fn fill_in(state: &mut State, outcome: Outcome) -> Vec<Effect> {
    let Some(mut overlay) = state.desk.overlay.take() else {
        return vec![];
    };
    if outcome == Outcome::Dropped {
        return vec![];
    }
    let result = match (&mut overlay, outcome) {
        (Overlay::ListenForm(form), Outcome::Confirmed) => options::apply_listen(state, form),
        (Overlay::ConnectForm(form), Outcome::Confirmed) => options::apply_connect(state, form),
        (Overlay::ListenForm(form), _) => {
            options::show_listen_calls(form);
            Err(form.wrong.take())
        }
        (Overlay::ConnectForm(form), _) => {
            options::show_connect_calls(form);
            Err(form.wrong.take())
        }
        (Overlay::Help(_) | Overlay::Card(_), _) => return vec![],
    };
    match result {
        Ok(effects) => effects,
        Err(wrong) => {
            if let Overlay::ListenForm(form) | Overlay::ConnectForm(form) = &mut overlay {
                form.at = wrong.as_ref().map_or(form.at, |(field, _)| *field);
                form.wrong = wrong;
            }
            state.desk.overlay = Some(overlay);
            vec![]
        }
    }
}

/// Pasted text counts only where text is typed.
fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    if state.desk.find.typing {
        for c in text.chars().filter(|c| !c.is_control()).take(256) {
            type_find(state, Key::Char(c));
        }
        return vec![];
    }
    if let Some(Overlay::ListenForm(form) | Overlay::ConnectForm(form)) = &mut state.desk.overlay {
        form.paste(text);
        return fill_in(state, Outcome::Open);
    }
    state.notices.say(
        state.now,
        Tone::Plain,
        "pasted text is taken only in a form (L, C) or after /",
    );
    vec![]
}

fn tick(state: &mut State) -> Vec<Effect> {
    let frozen = state.desk.paused.is_some();
    if !frozen && state.sockets.lay_ghosts(state.now) {
        state.stale = true;
        state.desk.selected = state
            .desk
            .selected
            .filter(|name| state.sockets.get(*name).is_some());
    }
    vec![]
}
