//! The dispatcher: an event changes the state and returns effects.

use std::time::Duration;

use crate::app::actions::forms::{self, ports_form};
use crate::app::actions::{
    connect, export, held_states, lab, look, myth, rewind, script, verbs, why_not, wire,
};
use crate::app::events::{episodes, others, refusal, resets, server};
use crate::app::query::under_way::{self, UnderWay};
use crate::app::query::watched::wanted;
use crate::app::ui::ahead::Typed;
use crate::app::{
    Action, Awaited, Effect, Event, Key, MainView, Overlay, Scope, State, Statement, Tone, Topic,
    action_for, events, input,
};
use crate::tcp::{HostLimits, Moment, TableUpdate};

/// Applies one event to the state and returns the effects to run.
pub fn update(state: &mut State, at: Moment, event: Event) -> Vec<Effect> {
    state.now = at;
    // Over a slow wire the two tables differ for a while, and that is what is to be seen.
    state.sockets.are_together = state.lab.is_up() && !state.lab.wire.is_slow();
    let was_open = state.ui.overlay.is_some();
    let mut effects = apply(state, event);
    if !was_open {
        state.ui.covered = at;
    }
    if state.clients.orders.is_empty() && !state.servers.are_awaited() {
        others::decide(state);
    }
    effects.extend(episodes::look_up(state));
    episodes::settle(state);
    effects.extend(take_typed_ahead(state));
    effects.extend(script::play(state));
    effects.extend(connect::connect_waiting(state));
    state.lab.remember_wire(at);
    effects
}

fn apply(state: &mut State, event: Event) -> Vec<Effect> {
    match event {
        Event::Pressed(key) => return press(state, key),
        Event::Requested(action) => return act(state, action),
        Event::Ticked => return tick(state),
        Event::Net(news) => {
            state.ui.stale = true;
            return events::on_socket_event(state, news);
        }
        Event::Lab(news) => {
            state.ui.stale = true;
            return events::lab::on_lab_event(state, news);
        }
        Event::Pasted(text) => input::paste(state, &text),
        Event::TableRead(update) if state.lab.shows(update.host) => table_read(state, &update),
        Event::TableUnreadable { host, why } if state.lab.shows(host) => {
            // It is said once, until the table can be read again.
            if !state.sockets.blind.contains_key(&host) {
                let table = state.table_name(host);
                state.warn(
                    Statement::new("table-unreadable").with("table", table).with("why", &why),
                );
            }
            state.sockets.blind.insert(host, (state.now, why));
        }
        Event::Warned(sentence) => state.warn(Statement::verbatim(sentence)),
        Event::LimitsRead(limits) => limits_read(state, limits),
        Event::OwnersFound(found) => {
            for (inode, owner) in found {
                state.sockets.hidden.remove(&inode);
                state.sockets.owners.insert(inode, owner);
            }
            server::know_strangers(state);
            others::decide(state);
            refusal::look_again(state);
            state.ui.stale |= !state.ui.find.text.value().is_empty();
        }
        Event::OwnersHidden(inodes) => {
            events::owners::say_hidden(state, &inodes);
            state.sockets.hidden.extend(inodes);
        }
        // It is as of now: while the past is shown it stays as it is.
        Event::Inspected { host, found } if !state.is_past() => {
            state.ui.tcp_info.retain(|(name, _)| name.host != host);
            state.ui.tcp_info.extend(found);
        }
        Event::Saved(saved) => export::saved(state, saved),
        Event::TableRead(_) | Event::TableUnreadable { .. } | Event::Inspected { .. } => (),
    }
    vec![]
}

/// While the lab is up, its own limits are shown, and this machine's wait for its end.
fn limits_read(state: &mut State, limits: HostLimits) {
    if !limits.unread.is_empty() {
        let what = Statement::new("limits-unread").with("names", limits.unread.join(", "));
        state.notices.say_once(state.now, Tone::Warning, what);
    }
    let before = state.lab.before.as_mut().map(|before| &mut before.machine);
    let is_shown = before.is_none();
    *before.unwrap_or(&mut state.machine) = limits;
    if is_shown {
        state.sockets.count_ports_of(state.machine.ephemeral);
    }
}

fn table_read(state: &mut State, update: &TableUpdate) {
    let State { servers, clients, ends, sockets, .. } = state;
    if sockets.see(state.now, update, |end| State::is_servers(servers, clients, ends, end)) {
        state.say("past-full");
    }
    state.ui.stale = true;
    resets::tell_timers(state, &update.changes);
    others::tell(state, update);
    refusal::look_again(state);
}

/// Takes a key now, or once what was ordered before it is done.
fn press(state: &mut State, key: Key) -> Vec<Effect> {
    if key == Key::Esc
        && input::is_on_panes(state)
        && let Some(keys) = state.ui.ahead.drop_late(state.now)
    {
        return state.only_say(Statement::new("keys-dropped").count("keys", keys as u64));
    }
    let ahead = &state.ui.ahead;
    let is_covered = state.ui.overlay.as_ref().is_some_and(Overlay::gives_orders);
    let is_for_what_opens = ahead.takes_keys() || (is_covered && !ahead.is_empty());
    let is_always = action_for(Scope::Always, key).is_some();
    if is_always || !(is_for_what_opens || input::is_on_panes(state)) {
        let Some(action) = input::press(state, key) else { return vec![] };
        if action.is_an_order() {
            return act(state, action);
        }
        let count = state.ui.count.take();
        return run(state, action, count);
    }
    let typed = if is_for_what_opens { Typed::Key(key) } else { Typed::OnPanes(key, None) };
    take_or_queue(state, typed)
}

/// Runs an action now, or once what was ordered before it is done.
fn act(state: &mut State, action: Action) -> Vec<Effect> {
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
    if is_a_look || !waits {
        return take(state, typed);
    }
    let typed = typed.with_count(&mut state.ui.count);
    if !state.ui.ahead.push(state.now, typed) {
        state.notices.retell(state.now, Topic::Keys, "keys-lost");
    }
    vec![]
}

/// Takes the keys that were typed ahead, as far as nothing is under way.
fn take_typed_ahead(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![];
    while let Some((typed, typed_at, next_since)) = state.ui.ahead.next() {
        let action = typed.action();
        if action.is_some_and(|action| must_wait(state, action, (typed_at, next_since))) {
            break;
        }
        state.ui.ahead.take(state.now);
        effects.extend(take(state, typed));
    }
    effects
}

fn take(state: &mut State, typed: Typed) -> Vec<Effect> {
    let action = match typed {
        Typed::Action(action, count) => return run(state, action, count),
        Typed::OnPanes(key, count) => {
            state.ui.count = count.or(state.ui.count);
            input::press_on_panes(state, key)
        }
        Typed::Key(key) => input::press(state, key),
    };
    let Some(action) = action else { return vec![] };
    let count = state.ui.count.take();
    // What a key orders in a form or a menu is known only now.
    let is_new = matches!(typed, Typed::Key(_)) && action.is_an_order();
    if is_new && must_wait(state, action, (state.now, state.now)) {
        state.ui.ahead.put_back(state.now, action, count);
        return vec![];
    }
    run(state, action, count)
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
        UnderWay::Order | UnderWay::Rows => (next_since, PATIENCE),
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

fn run(state: &mut State, action: Action, count: Option<u32>) -> Vec<Effect> {
    state.ui.asked_to_reset.take_if(|_| action != Action::Reset);
    if action.is_an_order() {
        // What changes from now on is its effect, and no longer that of the order before.
        state.episodes.end_told();
        state.notices.begin_step();
        state.awaited.at = state.now;
    }
    let effects = carry_out(state, action, count);
    for effect in &effects {
        if let Effect::Run(command) = effect {
            state.awaited.order(command);
        }
    }
    effects
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other actions change only what is shown")]
fn carry_out(state: &mut State, action: Action, count: Option<u32>) -> Vec<Effect> {
    rewind::before(state, action);
    match action {
        Action::Listen => verbs::listen(state),
        Action::ApplyForm => forms::apply(state),
        Action::HoldState(held) => held_states::hold(state, held),
        Action::ToggleAccept => verbs::hold(state),
        Action::AcceptOne => verbs::accept_one(state),
        Action::ServerCloses => verbs::server_closes(state, count),
        Action::Connect => connect::connect(state, count),
        Action::Send => verbs::send(state, count),
        Action::HalfClose => verbs::half_close(state, count),
        Action::Close => verbs::close(state, count),
        Action::Abort => verbs::abort(state, count),
        Action::Reset => verbs::reset(state),
        Action::SaveLadder => export::ladder(state),
        Action::Write => export::program(state),
        Action::Quit | Action::QuitNow => vec![Effect::Exit],
        Action::Lab => lab::toggle(state),
        Action::UseUpPorts => ports_form::open(state),
        Action::Wire(key) => wire::run(state, key, count),
        Action::Why => why_not::open(state),
        Action::TryMyth => myth::try_it(state),
        Action::Retry => why_not::retry(state),
        Action::RetryLater => why_not::wait(state),
        Action::WholeMachine => {
            look::whole_machine(state);
            watch_at_start(state)
        }
        view_only => {
            look::look(state, view_only, count);
            let opens_map = view_only == Action::Show(MainView::Ports);
            Vec::from_iter(opens_map.then_some(Effect::ReadLimits))
        }
    }
}

/// Watches the rows that are wanted now; the dashboard starts with it.
pub fn watch_at_start(state: &State) -> Vec<Effect> {
    vec![Effect::Watch(wanted(state))]
}

fn tick(state: &mut State) -> Vec<Effect> {
    if state.sockets.remove_ghosts(state.now) {
        state.ui.stale = true;
    }
    let State { ends, sockets, .. } = state;
    let has_row = |end| sockets.get(end).is_some() || sockets.mirror(end).is_some();
    ends.forget_closed(state.now, has_row);
    why_not::tick(state)
}
