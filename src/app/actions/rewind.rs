//! Stepping through the history of the table. The sockets are not affected.

use crate::app::keys::keymap::is_for_sockets;
use crate::app::{Action, Past, Role, State, Statement, Topic, format};
use crate::tcp::{SocketId, SocketRow};

pub(crate) fn pause(state: &mut State) {
    if state.is_past() {
        return live(state);
    }
    state.sockets.stop(state.now);
    state.say("past-paused");
}

pub(crate) fn back(state: &mut State, count: Option<u32>) {
    let was_live = !state.is_past();
    if state.sockets.step_back(state.now, steps(count)) > 0 {
        return stepped(state, was_live);
    }
    retell(
        state,
        match state.sockets.steps() {
            (_, 0) => "past-none",
            (0, _) => "past-beginning",
            _ => "past-forgotten",
        },
    );
}

/// Shows the table as it was so many changes later; after the newest, the live one.
pub(crate) fn forward(state: &mut State, count: Option<u32>) {
    if !state.is_past() {
        retell(state, Statement::new("past-is-live").when("Forward", true));
    } else if state.sockets.step_forward(steps(count)) > 0 {
        stepped(state, false);
    } else {
        live(state);
    }
}

fn steps(count: Option<u32>) -> usize {
    count.map_or(1, |count| count.max(1) as usize)
}

pub(crate) fn live(state: &mut State) {
    state.ui.stale = true;
    let text = if state.sockets.go_live() { "past-live" } else { "past-is-live" };
    retell(state, text);
}

/// Actions on live sockets leave the past first, so that their effect is visible.
pub(crate) fn before(state: &mut State, action: Action) {
    let acts = is_for_sockets(action)
        || matches!(
            action,
            Action::HoldState(_)
                | Action::Reset
                | Action::WholeMachine
                | Action::Lab
                | Action::Wire(_)
                | Action::UseUpPorts
                | Action::TryMyth
                | Action::Retry
                | Action::RetryLater
        );
    if acts {
        // What follows belongs to a new step.
        state.sockets.journal.begin_step();
        state.ui.acted = state.ui.ahead.after(state.now);
    }
    if acts && state.sockets.go_live() {
        state.ui.stale = true;
        retell(state, "past-left");
    }
}

fn retell(state: &mut State, what: impl Into<Statement>) {
    state.notices.retell(state.now, Topic::Past, what);
}

fn stepped(state: &mut State, was_live: bool) {
    state.ui.stale = true;
    let Some(past) = state.sockets.past() else { return };
    let (step, what) = (past.step, changes(state, past));
    let (_, newest) = state.sockets.steps();
    let what = Statement::new("past-step").with("what", what).when("First", was_live);
    retell(state, what.with("number", step).with("newest", newest));
}

const NAMED: usize = 2;

fn changes(state: &State, past: &Past) -> String {
    let changes =
        past.changed.iter().filter_map(|(name, before)| change(state, *name, before.as_ref()));
    let texts: Vec<String> = changes.collect();
    match texts.len() {
        0 if state.seen().is_empty() => String::from("no rows"),
        0 => String::from("these rows were there"),
        1..=NAMED => texts.join("; "),
        many => {
            let more = format::many((many - NAMED) as u64, "more row", "more rows");
            format!("{}; and {more}", texts[..NAMED].join("; "))
        }
    }
}

/// What changed in one row since `before`; `None` where nothing did.
fn change(state: &State, name: SocketId, before: Option<&SocketRow>) -> Option<String> {
    let line = state.seen().get(name)?;
    let row = &line.row;
    let what = match (line.gone, before.filter(|before| before.is_same_socket(row))) {
        (Some(gone), _) => format!("gone, {}", gone.why.words()),
        (None, None) => format!("new, {}", row.state),
        (None, Some(before)) if before.state != row.state => {
            format!("{} to {}", before.state, row.state)
        }
        (None, Some(before)) => differs(before, row)?,
    };
    let role = Some(Role::of(state, row)).filter(|role| *role != Role::Unknown);
    let role = role.map_or_else(|| name.tuple.local.to_string(), |role| role.to_string());
    Some(format!("{role}: {what}"))
}

fn differs(before: &SocketRow, row: &SocketRow) -> Option<String> {
    let queue = |name: &str, before: u32, now: u32| {
        (before != now).then(|| format!("{name} {before} to {now}"))
    };
    let holder = match (before.inode, row.inode) {
        (0, 1..) => Some("now owned by a process"),
        (1.., 0) => Some("no longer owned by a process"),
        _ => None,
    };
    let all = [
        queue("Recv-Q", before.queues.recv, row.queues.recv),
        queue("Send-Q", before.queues.send, row.queues.send),
        holder.map(str::to_owned),
    ];
    let all: Vec<String> = all.into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(", "))
}
