use std::collections::BTreeSet;

use crate::app::actions::forms::{self, connect_form, listen_form, ports_form};
use crate::app::actions::{
    connect, connect_queue, export, held_states, lab, look, myth, rewind, save, script, verbs,
    why_not, wire,
};
use crate::app::events::{server, settle};
use crate::app::explain::table;
use crate::app::input::press;
use crate::app::keys::Action;
use crate::app::model::Tone;
use crate::app::query::watched::wanted;
use crate::app::{Effect, Event, Overlay, Palette, State, Ui, events};
use crate::tcp::table::update::TableUpdate;
use crate::tcp::{Host, Moment, Port, SocketId, TcpInfo};

/// Applies one event to the state and returns the effects to run.
pub fn update(state: &mut State, at: Moment, event: Event) -> Vec<Effect> {
    state.now = at;
    // Over a slow wire the two tables differ for a while, and that is what is to be seen.
    state.sockets.are_together = state.lab.is_up() && !state.lab.wire.is_slow();
    let was_open = state.ui.overlay.is_some();
    let mut effects = take(state, at, event);
    if !was_open {
        state.ui.covered = at;
    }
    effects.extend(postponed(state));
    effects.extend(script::play(state));
    effects.extend(connect_queue::call_waiting(state));
    state.lab.remember_wire(at);
    effects
}

/// Carries out the verbs that were pressed while others were under way, once these are answered, or have not been for too long.
fn postponed(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![];
    while let Some((at, action, count)) = state.ui.postponed.pop_front() {
        if must_wait(state, action) && state.now.since(at) < Ui::PATIENCE {
            state.ui.postponed.push_front((at, action, count));
            break;
        }
        state.ui.count = count;
        effects.extend(carry_out(state, action));
    }
    effects
}

fn take(state: &mut State, at: Moment, event: Event) -> Vec<Effect> {
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
        Event::TableRead(sight) => see(state, at, &sight),
        Event::TableUnreadable { host, why } => blind(state, host, why),
        Event::FellBackToProcfs(why) => {
            state.notices.say(at, Tone::Warning, table::instead(&why));
            vec![]
        }
        Event::OwnersFound(found) => {
            for (inode, owner) in found {
                state.sockets.hidden.remove(&inode);
                state.sockets.owners.insert(inode, owner);
            }
            server::know_strangers(state);
            server::explain_again(state);
            state.ui.stale |= !state.ui.find.text.value().is_empty();
            vec![]
        }
        Event::Inspected { host, found } => inspected(state, host, found),
        Event::OwnersHidden(inodes) => {
            say_whose(state, &inodes);
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

/// Takes what a look at a table brought, if it is one of those that are shown.
fn see(state: &mut State, at: Moment, sight: &TableUpdate) -> Vec<Effect> {
    if !state.lab.shows(sight.host) {
        return vec![];
    }
    let State { server: listener, clients, sockets, .. } = state;
    let serves = |end| State::is_servers(listener, clients, end);
    if sockets.see(at, sight, serves) {
        rewind::forgets(state);
    }
    state.ui.stale = true;
    settle::tell_what_was_cut_short(state, &sight.changes);
    server::explain_again(state);
    settle::explain_again(state);
    vec![]
}

/// Says once that a table which is shown cannot be read, until it can be again.
fn blind(state: &mut State, host: Host, why: String) -> Vec<Effect> {
    if !state.lab.shows(host) {
        return vec![];
    }
    if !state.sockets.blind.contains_key(&host) {
        let text = format!("{} cannot be read: {why}", state.table_name(host));
        state.notices.say(state.now, Tone::Warning, text);
    }
    state.sockets.blind.insert(host, (state.now, why));
    vec![]
}

/// What is beyond the rows is known as of now; while the past is looked at, nothing is to change.
fn inspected(state: &mut State, host: Host, found: Vec<(SocketId, TcpInfo)>) -> Vec<Effect> {
    if !state.is_past() {
        let inside = &mut state.ui.inside;
        inside.retain(|(name, _)| name.host != host);
        inside.extend(found);
    }
    vec![]
}

/// Says once of each other user why there is no word about who holds the sockets.
fn say_whose(state: &mut State, inodes: &[u64]) {
    let hidden = state.sockets.in_order().filter(|line| {
        let row = &line.row;
        line.gone.is_none() && row.uid != state.machine.uid && inodes.contains(&row.inode)
    });
    let users: BTreeSet<u32> = hidden.map(|line| line.row.uid).collect();
    for user in users {
        let text = format!(
            "who holds the sockets of user {user} is not shown: /proc lets only that user and root see it."
        );
        state.notices.say_once(state.now, Tone::Plain, text);
    }
}

/// Carries out a wish; a verb that is meant for connections waits for the calls that were ordered before it, and a call for the port.
fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let count = state.ui.count.take();
    let others_wait =
        !state.ui.postponed.is_empty() && (is_for_ends(action) || action == Action::Connect);
    let waits = others_wait || must_wait(state, action);
    if waits && state.ui.postponed.len() < Ui::POSTPONED {
        state.ui.postponed.push_back((state.now, action, count));
        return vec![];
    }
    state.ui.count = count;
    carry_out(state, action)
}

/// Whether a verb is meant for connections.
fn is_for_ends(action: Action) -> bool {
    Action::VERBS.contains(&action)
}

/// Whether something that was ordered before has to be answered first.
fn must_wait(state: &State, action: Action) -> bool {
    let no_port_yet = || state.clients.target(state.server.callable()).port == Port::ANY;
    (is_for_ends(action) && state.clients.awaited > 0)
        || (action == Action::Connect && state.server.ordered > 0 && no_port_yet())
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all other wishes change only what is looked at"
)]
fn carry_out(state: &mut State, action: Action) -> Vec<Effect> {
    let count = state.ui.count.take();
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
        Action::Wire(wish) => wire::handle(state, wish, count),
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
        looking_only => {
            look::look(state, looking_only, count);
            vec![]
        }
    }
}

/// The orders with which the dashboard begins.
pub fn watch_at_start(state: &State) -> Vec<Effect> {
    vec![Effect::Watch(wanted(state))]
}

fn tick(state: &mut State) -> Vec<Effect> {
    if state.sockets.lay_ghosts(state.now) {
        state.ui.stale = true;
    }
    let State { clients, sockets, .. } = state;
    let there = |end| sockets.get(end).is_some() || sockets.mirror(end).is_some();
    clients.forget_parted(state.now, there);
    why_not::tick(state)
}
