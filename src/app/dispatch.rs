//! Runs an action, whatever asked for it.

use crate::app::actions::forms::{self, ports_form};
use crate::app::actions::{
    connect, export, held_states, lab, lesson, look, myth, rewind, verbs, why_not, wire,
};
use crate::app::lesson::menu;
use crate::app::query::watched::wanted;
use crate::app::{Action, Effect, MainView, State};

/// Runs an action; `count` is the number typed before its key.
pub(crate) fn run(state: &mut State, action: Action, count: Option<u32>) -> Vec<Effect> {
    state.ui.asked_to_reset.take_if(|_| action != Action::Reset);
    if let Some(lesson) = &mut state.lesson {
        lesson.asked_to_leave.take_if(|_| action != Action::Back);
        lesson.asked_to_skip.take_if(|_| action != Action::LessonNext);
        lesson.spotlight.take_if(|_| action.is_an_order());
    }
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
        Action::Lessons => menu::open_list(state),
        Action::GiveLesson(number) => menu::give(state, number),
        Action::LessonNext => menu::go_on(state),
        Action::GiveExercise(number) => menu::exercise(state, number),
        Action::LessonHint => only(lesson::hint, state),
        Action::LessonBack => only(lesson::back, state),
        Action::LessonRestart => only(lesson::restart, state),
        Action::Answer(choice) => only(|state| lesson::answer(state, choice, count), state),
        Action::WholeMachine => {
            look::whole_machine(state);
            vec![Effect::Watch(wanted(state))]
        }
        view_only => {
            look::look(state, view_only, count);
            let opens_map = view_only == Action::Show(MainView::Ports);
            Vec::from_iter(opens_map.then_some(Effect::ReadLimits))
        }
    }
}

fn only(change: impl FnOnce(&mut State), state: &mut State) -> Vec<Effect> {
    change(state);
    vec![]
}

/// Does for the lesson that is given what it asks for, until it waits.
pub(crate) fn play_lesson(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![];
    while let Some(deed) = lesson::play(state) {
        effects.extend(deed.effects);
        effects.extend(deed.run.into_iter().flat_map(|(action, count)| run(state, action, count)));
    }
    effects
}
