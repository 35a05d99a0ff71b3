//! The dispatcher: an event changes the state and returns effects.

use std::collections::BTreeSet;

use crate::app::actions::forms::{self, ports_form};
use crate::app::actions::{
    connect, export, held_states, lab, look, myth, rewind, script, verbs, why_not, wire,
};
use crate::app::events::{episodes, others, refusal, resets, server};
use crate::app::query::watched::wanted;
use crate::app::{Action, Effect, Event, MainView, State, Statement, Tone, Ui, events, input};
use crate::tcp::{HostLimits, Moment, Port, TableUpdate};

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
    effects.extend(run_postponed(state));
    episodes::settle(state);
    effects.extend(script::play(state));
    effects.extend(connect::connect_waiting(state));
    state.lab.remember_wire(at);
    effects
}

/// Runs the actions queued behind unanswered connects, once those are answered or `Ui::PATIENCE` has passed.
fn run_postponed(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![];
    while let Some((at, action, count)) = state.ui.postponed.pop_front() {
        if must_wait(state, action) && state.now.since(at) < Ui::PATIENCE {
            state.ui.postponed.push_front((at, action, count));
            break;
        }
        effects.extend(run(state, action, count));
    }
    effects
}

fn apply(state: &mut State, event: Event) -> Vec<Effect> {
    match event {
        Event::Pressed(key) => {
            let action = input::press(state, key);
            return action.map_or_else(Vec::new, |action| act(state, action));
        }
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
            refusal::look_again(state);
            state.ui.stale |= !state.ui.find.text.value().is_empty();
        }
        Event::OwnersHidden(inodes) => {
            say_hidden_owners(state, &inodes);
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

/// Says once for each other user why the owners of its sockets are not shown.
fn say_hidden_owners(state: &mut State, inodes: &[u64]) {
    let hidden = state.sockets.in_order().filter(|line| {
        let row = &line.row;
        line.gone.is_none() && row.uid != state.machine.uid && inodes.contains(&row.inode)
    });
    let users: BTreeSet<u32> = hidden.map(|line| line.row.uid).collect();
    for user in users {
        let what = Statement::new("owners-hidden").with("user", user);
        state.notices.say_once(state.now, Tone::Plain, what);
    }
}

/// Runs an action, or queues it: close, send and the like wait for the connects before them, and a connect for the listener's port.
fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let count = state.ui.count.take();
    let others_wait = !state.ui.postponed.is_empty()
        && (Action::VERBS.contains(&action) || action == Action::Connect);
    let waits = others_wait || must_wait(state, action);
    if waits && state.ui.postponed.len() < Ui::POSTPONED {
        state.ui.postponed.push_back((state.now, action, count));
        return vec![];
    }
    run(state, action, count)
}

fn must_wait(state: &State, action: Action) -> bool {
    let no_port_yet = || state.clients.target(state.server().connect_address()).port == Port::ANY;
    (Action::VERBS.contains(&action) && state.clients.awaited() > 0)
        || (action == Action::Connect && state.server().ordered > 0 && no_port_yet())
        || (state.servers.is_adding() && is_for_selected_listener(action))
}

/// Whether it is meant for a listener that was ordered and enters the list only once it listens.
fn is_for_selected_listener(action: Action) -> bool {
    Action::VERBS.contains(&action)
        || matches!(
            action,
            Action::Listen
                | Action::NextListener
                | Action::ToggleAccept
                | Action::AcceptOne
                | Action::Connect
        )
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other actions change only what is shown")]
fn run(state: &mut State, action: Action, count: Option<u32>) -> Vec<Effect> {
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
