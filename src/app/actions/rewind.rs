//! Stepping through the history of the table. The sockets are not affected.

use crate::app::keys::Action;
use crate::app::model::{Statement, Tone, Topic};
use crate::app::query::Role;
use crate::app::{State, format};
use crate::tcp::{SocketId, SocketRow};

/// Pauses, steps, or goes live.
pub(crate) fn rewind(state: &mut State, action: Action, count: Option<u32>) {
    let steps = count.map_or(1, |count| count.max(1) as usize);
    if action == Action::StepBack {
        back(state, steps);
    } else if action == Action::StepForward {
        forward(state, steps);
    } else if action == Action::Live || state.is_past() {
        live(state);
    } else {
        pause(state);
    }
}

/// Shows the table as it was so many changes before.
fn back(state: &mut State, steps: usize) {
    let was_live = !state.is_past();
    if state.sockets.step_back(steps) > 0 {
        return stepped(state, was_live);
    }
    let (oldest, newest) = state.sockets.steps();
    let text = match (newest, oldest) {
        (0, _) => "past-none",
        (_, 0) => "past-beginning",
        _ => "past-forgotten",
    };
    retell(state, text);
}

/// Shows the table as it was so many changes later; after the newest, the live one.
fn forward(state: &mut State, steps: usize) {
    if !state.is_past() {
        retell(state, Statement::new("past-is-live").when("Forward", true));
    } else if state.sockets.step_forward(steps) > 0 {
        stepped(state, false);
    } else {
        live(state);
    }
}

/// Shows the live table.
pub(crate) fn live(state: &mut State) {
    state.ui.stale = true;
    let text = if state.sockets.go_live() { "past-live" } else { "past-is-live" };
    retell(state, text);
}

/// Freezes the table.
fn pause(state: &mut State) {
    state.sockets.stop(state.now);
    state.notices.say(state.now, Tone::Plain, "past-paused");
}

/// Actions on live sockets leave the past first, so that their effect is visible.
pub(crate) fn before(state: &mut State, action: Action) {
    let acts = matches!(
        action,
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
            | Action::States
            | Action::HoldState(_)
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
        state.sockets.begin_step();
    }
    if acts && state.sockets.go_live() {
        state.ui.stale = true;
        retell(state, "past-left");
    }
}

/// Says that the oldest steps are dropped from now on.
pub(crate) fn forgets(state: &mut State) {
    state.notices.say(state.now, Tone::Plain, "past-full");
}

fn retell(state: &mut State, what: impl Into<Statement>) {
    state.notices.retell(state.now, Topic::Past, what);
}

fn stepped(state: &mut State, was_live: bool) {
    state.ui.stale = true;
    let Some(past) = state.sockets.past() else {
        return;
    };
    let step = past.step;
    let (_, newest) = state.sockets.steps();
    let what = changes(state);
    let what = Statement::new("past-step").with("what", what).when("First", was_live);
    retell(state, what.with("number", step).with("newest", newest));
}

/// The most rows of a step that are named.
const NAMED: usize = 2;

/// What the step that is shown changed.
fn changes(state: &State) -> String {
    let rows = state.sockets.last_step();
    let texts: Vec<String> =
        rows.iter().filter_map(|(name, before)| change(state, *name, before.as_ref())).collect();
    match texts.len() {
        0 if state.seen().is_empty() => String::from("no rows"),
        0 => String::from("these rows were there"),
        many => {
            let named = texts[..many.min(NAMED)].join("; ");
            let more = many.saturating_sub(NAMED);
            if more == 0 {
                return named;
            }
            let more = format::many(more as u64, "more row", "more rows");
            format!("{named}; and {more}")
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
    let role = match Role::of(state, &line.row) {
        Role::Unknown => name.tuple.local.to_string(),
        role @ (Role::Listener
        | Role::ServerEnd(_)
        | Role::Client(_)
        | Role::OtherListener(_)
        | Role::Other(_)) => role.to_string(),
    };
    Some(format!("{role}: {what}"))
}

/// What changed in a row besides its state.
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
