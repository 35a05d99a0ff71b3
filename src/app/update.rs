//! The dispatcher: an event changes the state and returns effects.

use std::collections::BTreeSet;

use crate::app::actions::forms::{self, connect_form, listen_form, ports_form};
use crate::app::actions::{
    connect, connect_queue, export, held_states, lab, look, myth, rewind, save, script, verbs,
    why_not, wire,
};
use crate::app::events::{cut_short, episodes, refusal, server};
use crate::app::input::press;
use crate::app::keys::Action;
use crate::app::model::{Statement, Tone};
use crate::app::query::watched::wanted;
use crate::app::{Effect, Event, Overlay, Palette, State, Ui, events};
use crate::tcp::{Host, Moment, Port, SocketId, TableUpdate, TcpInfo, procfs_instead};

/// Applies one event to the state and returns the effects to run.
pub fn update(state: &mut State, at: Moment, event: Event) -> Vec<Effect> {
    state.now = at;
    // Over a slow wire the two tables differ for a while, and that is what is to be seen.
    state.sockets.are_together = state.lab.is_up() && !state.lab.wire.is_slow();
    let was_open = state.ui.overlay.is_some();
    let mut effects = apply(state, at, event);
    if !was_open {
        state.ui.covered = at;
    }
    effects.extend(run_postponed(state));
    episodes::settle(state);
    effects.extend(script::play(state));
    effects.extend(connect_queue::connect_waiting(state));
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

fn apply(state: &mut State, at: Moment, event: Event) -> Vec<Effect> {
    match event {
        Event::Pressed(key) => {
            let action = press::press(state, key);
            action.map_or_else(Vec::new, |action| act(state, action))
        }
        Event::Pasted(text) => {
            press::paste(state, &text);
            vec![]
        }
        Event::Ticked => tick(state),
        Event::TableRead(update) => table_read(state, at, &update),
        Event::TableUnreadable { host, why } => table_unreadable(state, host, why),
        Event::FellBackToProcfs(why) => {
            state.notices.say(at, Tone::Warning, Statement::verbatim(procfs_instead(&why)));
            vec![]
        }
        Event::OwnersFound(found) => {
            for (inode, owner) in found {
                state.sockets.hidden.remove(&inode);
                state.sockets.owners.insert(inode, owner);
            }
            server::know_strangers(state);
            refusal::look_again(state);
            state.ui.stale |= !state.ui.find.text.value().is_empty();
            vec![]
        }
        Event::Inspected { host, found } => inspected(state, host, found),
        Event::OwnersHidden(inodes) => {
            say_hidden_owners(state, &inodes);
            state.sockets.hidden.extend(inodes);
            vec![]
        }
        Event::Net(news) => {
            state.ui.stale = true;
            events::heard(state, news)
        }
        Event::Lab(news) => {
            state.ui.stale = true;
            events::lab::heard(state, news)
        }
        Event::Saved(Ok(files)) if export::is_program(&files) => export::saved(state, &files),
        Event::Saved(saved) => save::saved(state, saved),
        Event::Requested(action) => act(state, action),
    }
}

/// Takes the changes of a table, if it is one of those that are shown.
fn table_read(state: &mut State, at: Moment, update: &TableUpdate) -> Vec<Effect> {
    if !state.lab.shows(update.host) {
        return vec![];
    }
    let State { server, clients, sockets, .. } = state;
    if sockets.see(at, update, |end| State::is_servers(server, clients, end)) {
        rewind::forgets(state);
    }
    state.ui.stale = true;
    cut_short::tell(state, &update.changes);
    refusal::look_again(state);
    vec![]
}

/// Says that a table cannot be read: once, until it can be read again.
fn table_unreadable(state: &mut State, host: Host, why: String) -> Vec<Effect> {
    if !state.lab.shows(host) {
        return vec![];
    }
    if !state.sockets.blind.contains_key(&host) {
        let table = state.table_name(host);
        let what = Statement::new("table-unreadable").with("table", table).with("why", &why);
        state.notices.say(state.now, Tone::Warning, what);
    }
    state.sockets.blind.insert(host, (state.now, why));
    vec![]
}

/// Takes the kernel's `tcp_info`; while the past is shown it stays as it is, for it is as of now.
fn inspected(state: &mut State, host: Host, found: Vec<(SocketId, TcpInfo)>) -> Vec<Effect> {
    if !state.is_past() {
        let inside = &mut state.ui.inside;
        inside.retain(|(name, _)| name.host != host);
        inside.extend(found);
    }
    vec![]
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
    let others_wait =
        !state.ui.postponed.is_empty() && (is_for_connections(action) || action == Action::Connect);
    let waits = others_wait || must_wait(state, action);
    if waits && state.ui.postponed.len() < Ui::POSTPONED {
        state.ui.postponed.push_back((state.now, action, count));
        return vec![];
    }
    run(state, action, count)
}

/// Whether an action is meant for connections.
fn is_for_connections(action: Action) -> bool {
    Action::VERBS.contains(&action)
}

/// Whether an earlier order has to be answered first.
fn must_wait(state: &State, action: Action) -> bool {
    let no_port_yet = || state.clients.target(state.server.callable()).port == Port::ANY;
    (is_for_connections(action) && state.clients.awaited() > 0)
        || (action == Action::Connect && state.server.ordered > 0 && no_port_yet())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other actions change only what is shown")]
fn run(state: &mut State, action: Action, count: Option<u32>) -> Vec<Effect> {
    rewind::before(state, action);
    match action {
        Action::Listen => verbs::listen(state),
        Action::ListenOptions => {
            state.ui.overlay = Some(Overlay::ListenForm(listen_form::form(state)));
            vec![]
        }
        Action::ConnectOptions => {
            state.ui.overlay = Some(Overlay::ConnectForm(connect_form::form(state)));
            vec![]
        }
        Action::ApplyForm => forms::apply(state),
        Action::HoldState(held) => {
            state.ui.overlay = None;
            held_states::hold(state, held)
        }
        Action::Hold => verbs::hold(state),
        Action::AcceptOne => verbs::accept_one(state),
        Action::ServerCloses => verbs::server_closes(state, count),
        Action::Connect => connect::connect(state, count),
        Action::Send => verbs::send(state, count),
        Action::HalfClose => verbs::half_close(state, count),
        Action::Close => verbs::close(state, count),
        Action::Abort => verbs::abort(state, count),
        Action::Reset => verbs::reset(state),
        Action::Pause | Action::StepBack | Action::StepForward | Action::Live => {
            rewind::rewind(state, action, count);
            vec![]
        }
        Action::SaveLadder => save::save(state),
        Action::Quit | Action::QuitNow => vec![Effect::Exit],
        Action::Lab => lab::toggle(state),
        Action::UseUpPorts => ports_form::open(state),
        Action::Wire(key) => wire::run(state, key, count),
        Action::Palette => {
            // A count that was typed before it is meant for what is selected in it.
            state.ui.count = count;
            state.ui.overlay = Some(Overlay::Palette(Palette::default()));
            vec![]
        }
        Action::Write => export::write(state),
        Action::Why => why_not::open(state),
        Action::TryMyth => myth::try_it(state),
        Action::Retry => why_not::retry(state),
        Action::RetryLater => why_not::wait(state),
        Action::WholeMachine => {
            look::whole_machine(state);
            vec![Effect::Watch(wanted(state))]
        }
        view_only => {
            look::look(state, view_only, count);
            vec![]
        }
    }
}

/// The effects with which the dashboard starts.
pub fn watch_at_start(state: &State) -> Vec<Effect> {
    vec![Effect::Watch(wanted(state))]
}

fn tick(state: &mut State) -> Vec<Effect> {
    if state.sockets.lay_ghosts(state.now) {
        state.ui.stale = true;
    }
    let State { clients, sockets, .. } = state;
    let has_row = |end| sockets.get(end).is_some() || sockets.mirror(end).is_some();
    clients.forget_closed_ends(state.now, has_row);
    why_not::tick(state)
}
