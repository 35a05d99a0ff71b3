use crate::app::{
    Action, Desk, Effect, Event, Overlay, State, Tone, connect_form, dialing, heard, listen_form,
    listening, looking, press, verbs,
};
use crate::tcp::{Filter, Moment};

/// Takes one fact: changes the state, and says what is to be done about it in the world outside.
pub fn update(state: &mut State, at: Moment, event: Event) -> Vec<Effect> {
    state.now = at;
    let mut effects = take(state, at, event);
    effects.extend(postponed(state));
    effects
}

/// Carries out the verbs that were pressed while calls were under way, once these are answered, or have not been for too long.
fn postponed(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![];
    while let Some((at, action, count)) = state.desk.postponed.pop_front() {
        let waits = state.clients.awaited > 0 && state.now.since(at) < Desk::PATIENCE;
        if waits {
            state.desk.postponed.push_front((at, action, count));
            break;
        }
        state.desk.count = count;
        effects.extend(carry_out(state, action));
    }
    effects
}

fn take(state: &mut State, at: Moment, event: Event) -> Vec<Effect> {
    match event {
        Event::Pressed(key) => press::press(state, key),
        Event::Pasted(text) => press::paste(state, &text),
        Event::Ticked => tick(state),
        Event::Seen(sight) => {
            if state.desk.paused.is_none() {
                let State {
                    listener,
                    clients,
                    sockets,
                    ..
                } = state;
                sockets.see(at, &sight, |end| State::is_servers(listener, clients, end));
                state.desk.stale = true;
                listening::explain_again(state);
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
            listening::explain_again(state);
            state.desk.stale |= !state.desk.find.text.value().is_empty();
            vec![]
        }
        Event::Inspected(found) => {
            if state.desk.paused.is_none() {
                state.desk.inside = found;
            }
            vec![]
        }
        Event::Net(news) => {
            state.desk.stale = true;
            heard::heard(state, news)
        }
        Event::Asked(action) => act(state, action),
    }
}

/// Carries out a wish; a verb that is meant for connections waits for the calls that were ordered before it.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let count = state.desk.count.take();
    let needs_the_calls = matches!(
        action,
        Action::Send | Action::HalfClose | Action::Close | Action::Abort | Action::ServerCloses
    );
    if needs_the_calls && state.clients.awaited > 0 && state.desk.postponed.len() < Desk::POSTPONED
    {
        state.desk.postponed.push_back((state.now, action, count));
        return vec![];
    }
    state.desk.count = count;
    carry_out(state, action)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all other wishes change only what is looked at"
)]
fn carry_out(state: &mut State, action: Action) -> Vec<Effect> {
    let count = state.desk.count.take();
    match action {
        Action::Listen => verbs::listen(state),
        Action::ListenOptions => open(
            state,
            Overlay::ListenForm(listen_form::form(&state.listener.spec)),
        ),
        Action::ConnectOptions => open(
            state,
            Overlay::ConnectForm(connect_form::form(&state.clients)),
        ),
        Action::Hold => verbs::hold(state),
        Action::AcceptOne => verbs::accept_one(state),
        Action::ServerCloses => verbs::server_closes(state, count),
        Action::Connect => dialing::connect(state, count),
        Action::Send => verbs::send(state, count),
        Action::HalfClose => verbs::half_close(state, count),
        Action::Close => verbs::close(state, count),
        Action::Abort => verbs::abort(state, count),
        Action::Reset => verbs::reset(state),
        Action::Quit | Action::QuitNow => vec![Effect::Exit],
        Action::Pause => looking::pause(state),
        Action::WholeMachine => {
            state.desk.lens.whole_machine = !state.desk.lens.whole_machine;
            state.desk.stale = true;
            vec![Effect::Watch(wanted(state))]
        }
        looking_only => {
            looking::look(state, looking_only, count);
            vec![]
        }
    }
}

fn open(state: &mut State, overlay: Overlay) -> Vec<Effect> {
    state.desk.overlay = Some(overlay);
    vec![]
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

fn tick(state: &mut State) -> Vec<Effect> {
    if state.desk.paused.is_none() && state.sockets.lay_ghosts(state.now) {
        state.desk.stale = true;
    }
    vec![]
}
