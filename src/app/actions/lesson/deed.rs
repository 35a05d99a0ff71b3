//! One action of a step: when its turn comes, whom it is meant for, and with which options.

use std::time::Duration;

use crate::app::actions::forms;
use crate::app::actions::lesson::stage::LessonDeed;
use crate::app::query::lesson::judge::Mismatch;
use crate::app::query::under_way::{self, UnderWay};
use crate::app::{
    Action, ActionTarget, FormKind, Holder, LessonAction, LessonActionKind, Overlay, Server, State,
    Statement, Wrong,
};
use crate::tcp::{Endpoint, ListenSpec, Port, SocketId};

/// What was ordered before is waited for that long, as with keys that are typed ahead.
const PATIENCE: Duration = Duration::from_secs(1);
const LAB_PATIENCE: Duration = Duration::from_secs(10);

/// The next deed of the step that is played; `Ok(None)` once all are done, and `None` while something is waited for.
pub(super) fn next(state: &mut State, again: bool) -> Option<Result<Option<LessonDeed>, Mismatch>> {
    let progress = state.lesson.as_ref()?;
    let lesson = progress.lesson.clone();
    let (place, since) = (progress.done, progress.play.since);
    let actions = lesson.steps.get(progress.play.step).map(|step| &step.actions[..])?;
    // The steps before are done again in practice, too.
    let actions = if progress.practice && !again { &[] } else { actions };
    if let Some(why) = wrong_form(state) {
        let line = actions.get(place.saturating_sub(1)).map_or(0, |action| action.line);
        let what = Statement::new("lesson-wrong-option").with("why", why);
        return Some(Err(Mismatch { line, what }));
    }
    let action = actions.get(place);
    let key = match action.map(|action| &action.what) {
        Some(LessonActionKind::Act { action, .. }) => *action,
        Some(LessonActionKind::Spotlight(_) | LessonActionKind::Wait(_)) | None => Action::Connect,
    };
    let waited = state.now.since(since);
    match under_way::of_sockets(state, key) {
        Some(UnderWay::Lab) if waited < LAB_PATIENCE => return None,
        Some(UnderWay::Order | UnderWay::Rows) if waited < PATIENCE => return None,
        Some(_) | None => (),
    }
    let Some(action) = action else { return Some(Ok(None)) };
    if let LessonActionKind::Wait(time) = action.what
        && !again
        && waited < time
    {
        return None;
    }
    let deed = prepare(state, action);
    let now = state.now;
    let progress = state.lesson.as_mut()?;
    (progress.done, progress.play.since) = (place + 1, now);
    if deed.as_ref().is_ok_and(|deed| deed.run.is_some()) && key.is_an_order() {
        progress.play.ordered = now;
    }
    Some(deed.map(Some).map_err(|what| Mismatch { line: action.line, what }))
}

/// What is wrong with the values of the form that was just applied: it is still open.
fn wrong_form(state: &mut State) -> Option<String> {
    let Some(Overlay::Form(_, form)) = &state.ui.overlay else { return None };
    let why = form.wrong.as_ref().map(|wrong| wrong.why.clone())?;
    state.ui.overlay = None;
    Some(why)
}

/// Selects whom the action is meant for, and returns what is to be run.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other actions are as their keys")]
fn prepare(state: &mut State, action: &LessonAction) -> Result<LessonDeed, Statement> {
    let (action, on, target, count, options) = match &action.what {
        LessonActionKind::Act { action, on, target, count, options } => {
            (*action, *on, target, *count, options)
        }
        LessonActionKind::Spotlight(condition) => {
            state.ui.selected = None;
            if let Some(progress) = &mut state.lesson {
                progress.spotlight = Some(condition.clone());
            }
            return Ok(LessonDeed::default());
        }
        LessonActionKind::Wait(_) => return Ok(LessonDeed::default()),
    };
    let run = |action| LessonDeed { run: Some((action, count)), ..LessonDeed::default() };
    state.ui.overlay = None;
    if action.is_an_order() {
        state.ui.selected = None;
    }
    if let Some(target) = target {
        aim(state, action, target, count)?;
    }
    if action == Action::Send && state.clients.spec.payload.is_empty() {
        // Who connected without sending anything sends what the program sends.
        state.clients.spec.payload.clone_from(&state.clients.first.payload);
    }
    match action {
        Action::Listen if on != Some(false) => Ok(listen(state, options)),
        Action::AddListener => {
            let is_first = !state.server().will_listen();
            let kind = if is_first { FormKind::Listen } else { FormKind::AnotherListener };
            forms::open_filled(state, kind, options);
            Ok(run(Action::ApplyForm))
        }
        Action::Connect => {
            let effects = forms::connect_form::with(state, options).map_err(wrong_option)?;
            Ok(LessonDeed { effects, ..run(action) })
        }
        Action::UseUpPorts => {
            forms::open_filled(state, FormKind::Ports, options);
            Ok(run(Action::ApplyForm))
        }
        action if on.is_some_and(|on| on == state.is_on(action)) => Ok(LessonDeed::default()),
        action => Ok(run(action)),
    }
}

fn wrong_option(wrong: Wrong) -> Statement {
    Statement::new("lesson-wrong-option").with("why", wrong.why)
}

/// Listens with the options of the start and these, unless a listener has that address already.
fn listen(state: &mut State, options: &[(usize, String)]) -> LessonDeed {
    let at = forms::listen_form::address(state, options);
    let is_at = |spec: &ListenSpec| Some(spec.at.canonical()) == at.map(Endpoint::canonical);
    let is_there = |server: &Server| server.running.as_ref().is_some_and(is_at);
    if state.servers.listening().any(is_there) {
        return LessonDeed::default();
    }
    let idle = |server: &Server| !server.will_listen();
    let place = state.servers.all.iter().position(|server| idle(server) && is_at(&server.spec));
    state.servers.chosen = place.unwrap_or(state.servers.chosen);
    let kind = if idle(state.server()) { FormKind::Listen } else { FormKind::AnotherListener };
    forms::open_filled(state, kind, options);
    LessonDeed { run: Some((Action::ApplyForm, None)), ..LessonDeed::default() }
}

/// Selects the computer, the connection or the listener that an action is meant for.
fn aim(
    state: &mut State,
    action: Action,
    target: &ActionTarget,
    count: Option<u32>,
) -> Result<(), Statement> {
    match target {
        ActionTarget::Listener(port) => {
            let mut all = state.servers.all.iter();
            let place = all.position(|server| server.at().port == *port);
            let missing = || Statement::new("lesson-no-listener").with("port", port);
            state.servers.chosen = place.ok_or_else(missing)?;
            state.ui.stale = true;
        }
        ActionTarget::Computer { name, port, at_server } => {
            let mut all = state.clients.computers.iter();
            let place = all.position(|computer| computer.name == *name);
            let missing = || Statement::new("lesson-no-computer").with("who", name);
            let place = place.ok_or_else(missing)?;
            state.clients.chosen = place;
            state.ui.stale = true;
            if is_for_a_computer(action) || count.is_some() {
                return Ok(());
            }
            let client = connection_of(state, place, *port);
            let row = match client {
                Some(client) if *at_server => Some(state.other_end(client)),
                None if *at_server => left_at_server(state, place, *port),
                _ => client,
            };
            let missing = || {
                let what = Statement::new("lesson-no-connection").with("who", name);
                what.with_some("port", port.as_ref())
            };
            state.ui.selected = Some(row.ok_or_else(missing)?);
        }
    }
    Ok(())
}

/// Whether a computer is enough for it, without a connection.
fn is_for_a_computer(action: Action) -> bool {
    matches!(
        action,
        Action::Connect
            | Action::ConnectOptions
            | Action::UseUpPorts
            | Action::TryMyth
            | Action::OpenHeldStates
            | Action::HoldState(_)
    )
}

/// The newest connection of a computer, or that of its port.
fn connection_of(state: &State, place: usize, port: Option<Port>) -> Option<SocketId> {
    let Some(port) = port else { return state.newest_of(place) };
    let mut held = state.ends.of(Holder::Client(place)).map(|end| end.socket.name);
    held.find(|end| end.tuple.local.port == port)
}

/// The server's end of a connection that the computer itself has forgotten.
fn left_at_server(state: &State, place: usize, port: Option<Port>) -> Option<SocketId> {
    let ip = state.clients.computers.get(place)?.ip;
    let is_its = |end: &SocketId| {
        let remote = end.tuple.remote;
        remote.ip.to_canonical() == ip && port.is_none_or(|port| remote.port == port)
    };
    state.ends.of_servers().find(is_its)
}
