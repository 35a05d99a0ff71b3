//! The dispatcher: an event changes the state and returns effects.

use crate::app::actions::{connect, export, script, why_not};
use crate::app::dispatch::play_lesson;
use crate::app::events::{episodes, others, refusal, resets, server};
use crate::app::lesson::menu;
use crate::app::query::watched::wanted;
use crate::app::{Effect, Event, State, Statement, Tone, events, typed_ahead};
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
    effects.extend(typed_ahead::take_waiting(state));
    effects.extend(play_lesson(state));
    effects.extend(script::play(state));
    effects.extend(connect::connect_waiting(state));
    state.lab.remember_wire(at);
    effects
}

fn apply(state: &mut State, event: Event) -> Vec<Effect> {
    match event {
        Event::Pressed(key) => return typed_ahead::press(state, key),
        Event::Requested(action) => return typed_ahead::act(state, action),
        Event::LessonGiven { lesson, number, pace, practice } => {
            let effects = menu::begin(state, lesson, number, pace);
            if let Some(progress) = &mut state.lesson {
                progress.practice = practice;
            }
            return effects;
        }
        Event::ExercisesDone(done) => state.exercises_done.extend(done),
        Event::ExerciseNotKept(why) => {
            let what = Statement::new("exercise-not-kept").with("why", why);
            state.notices.say_once(state.now, Tone::Warning, what);
        }
        Event::Ticked => return tick(state),
        Event::Net(news) => {
            state.ui.stale = true;
            return events::on_socket_event(state, news);
        }
        Event::Lab(news) => {
            state.ui.stale = true;
            return events::lab::on_lab_event(state, news);
        }
        Event::Pasted(text) => typed_ahead::paste(state, &text),
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
