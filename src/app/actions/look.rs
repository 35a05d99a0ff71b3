//! The actions that change only what is shown, and open forms.

use crate::app::actions::forms::connect_form;
use crate::app::actions::{compare, lesson, listeners, rewind};
use crate::app::history::ladder;
use crate::app::ui::{moved, show};
use crate::app::{
    Action, FormKind, HOLDABLE_STATES, Holder, MainView, Overlay, Palette, Pane, State, Statement,
    Topic,
};

fn toggle_ladders(state: &mut State) {
    if !state.lab.is_up() {
        return state.say("ladders-need-lab");
    }
    let ui = &mut state.ui;
    let all = ui.main_view != MainView::Timeline || !ui.all;
    if ui.main_view != MainView::Timeline {
        show(ui, MainView::Timeline);
    }
    (ui.all, ui.back) = (all, 0);
    state.say(if all { "ladders-all" } else { "ladders-one" });
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other actions run elsewhere")]
pub(crate) fn look(state: &mut State, action: Action, count: Option<u32>) {
    let steps = i64::from(count.unwrap_or(1).max(1));
    let ui = &mut state.ui;
    match action {
        Action::Next => move_cursor(state, steps),
        Action::Previous => move_cursor(state, -steps),
        Action::NextComputer => select_computer(state, steps),
        Action::PreviousComputer => select_computer(state, -steps),
        Action::PageDown => page(state, steps),
        Action::PageUp => page(state, -steps),
        Action::OtherPane => {
            ui.focus = if ui.focus == Pane::Sockets { Pane::Notices } else { Pane::Sockets };
        }
        Action::Focus(pane) => ui.focus = pane,
        Action::SelectRow(name) => ui.selected = Some(name),
        Action::SelectComputer(n) => {
            ui.selected = None;
            state.clients.chosen = n.min(state.clients.computers.len() - 1);
        }
        Action::Show(picture) => show(ui, picture),
        Action::ZoomIn => zoom(state, 1),
        Action::ZoomOut => zoom(state, -1),
        Action::ShowDetails => look_inside(state),
        Action::Mark => compare::mark(state),
        Action::CompareNewest => compare::newest(state),
        Action::PointOfView => ui.row_filter.view = ui.row_filter.view.next(),
        Action::Netstat => ui.netstat = !ui.netstat,
        Action::Find => ui.find.typing = true,
        Action::BigType => {
            ui.look.big = !ui.look.big;
            ui.main_view = MainView::Table;
        }
        Action::NextTheme => ui.look.theme += 1,
        Action::ShowKeys => ui.look.keys = !ui.look.keys,
        Action::AllLadders => toggle_ladders(state),
        Action::Numbers => numbers(state),
        Action::ListenOptions => listeners::edit(state),
        Action::AddListener => listeners::add(state),
        Action::NextListener => listeners::next(state),
        Action::SelectListener(n) => listeners::select(state, n),
        Action::ConnectOptions => {
            state.ui.overlay = Some(Overlay::Form(FormKind::Connect, connect_form::form(state)));
        }
        Action::Palette => {
            // A count that was typed before it is meant for what is selected in it.
            ui.count = count;
            ui.overlay = Some(Overlay::Palette(Palette::actions()));
        }
        Action::LookUp(n) => ui.overlay = Some(Overlay::Palette(Palette::glossary(n))),
        Action::Pause => rewind::pause(state),
        Action::StepBack => rewind::back(state, count),
        Action::StepForward => rewind::forward(state, count),
        Action::Live => rewind::live(state),
        Action::OpenHeldStates => ui.overlay = Some(Overlay::HeldStates(0)),
        Action::Help => ui.overlay = Some(Overlay::Help(0)),
        Action::Back => back(state),
        _ => (),
    }
    state.ui.stale |= matches!(
        action,
        Action::PointOfView | Action::Netstat | Action::Back | Action::SelectComputer(_)
    );
}

const PAGE: i64 = 10;

const LADDER_PAGE: i64 = 4;

/// Scrolls the sentences or the ladder where these have the focus, else moves the cursor by pages.
fn page(state: &mut State, pages: i64) {
    let ui = &mut state.ui;
    match ui.focus {
        _ if matches!(ui.overlay, Some(Overlay::Help(_))) => move_cursor(state, pages),
        _ if ui.overlay.is_some() => move_cursor(state, PAGE * pages),
        Pane::Notices => {
            let last = state.told().count().saturating_sub(1);
            let page = i64::from(state.notices.pages[usize::from(pages > 0)].max(1));
            state.notices.back = moved(state.notices.back, page.saturating_mul(-pages), last);
        }
        Pane::Sockets if ui.main_view == MainView::Timeline => {
            let last = ladder::of(state).map_or(0, |ladder| ladder.rungs.len().saturating_sub(1));
            state.ui.back = moved(state.ui.back, LADDER_PAGE * -pages, last);
        }
        Pane::Sockets => move_cursor(state, PAGE * pages),
    }
}

/// Closes what is open, one thing at a time: an overlay, the log, the text to find, the past, a view, big type, the mark, the selection.
fn back(state: &mut State) {
    let is_past = state.is_past();
    let ui = &mut state.ui;
    if ui.overlay.take().is_some() {
        return;
    }
    if ui.focus == Pane::Notices {
        ui.focus = Pane::Sockets;
    } else if !ui.find.text.value().is_empty() {
        ui.find.text.reset();
    } else if is_past {
        rewind::live(state);
    } else if ui.main_view != MainView::Table {
        if ui.main_view == MainView::Compare {
            ui.marked = None;
        }
        show(ui, MainView::Table);
    } else if ui.look.big {
        ui.look.big = false;
    } else if ui.marked.take().is_none() && ui.selected.take().is_none() {
        lesson::leave(state);
    }
}

fn move_cursor(state: &mut State, steps: i64) {
    match &mut state.ui.overlay {
        Some(Overlay::Help(line) | Overlay::Why(line)) => *line = moved(*line, steps, usize::MAX),
        Some(Overlay::Form(_, form)) => form.step(steps),
        Some(Overlay::Palette(palette)) => palette.go(steps),
        Some(Overlay::HeldStates(at)) => *at = moved(*at, steps, HOLDABLE_STATES.len() - 1),
        Some(Overlay::Details(name)) => {
            state.ui.selected = Some(*name);
            select_row(state, steps);
            state.ui.overlay = state.ui.selected.map(Overlay::Details);
        }
        None => select_row(state, steps),
    }
}

fn select_row(state: &mut State, steps: i64) {
    state.arrange();
    let Some(last) = state.ui.shown.len().checked_sub(1) else {
        return state.say(Statement::new("no-row").when("select", true));
    };
    let chosen = state.ui.selected;
    let place = chosen.and_then(|name| state.ui.shown.iter().position(|shown| *shown == name));
    state.ui.back = 0;
    let next = place.map_or(if steps > 0 { 0 } else { last }, |place| moved(place, steps, last));
    state.ui.selected = Some(state.ui.shown[next]);
    if place == Some(next) {
        say_end_of_list(state, Statement::new("end-of-list").with("what", "row"), steps, last);
    }
}

/// Selects a computer in place of a row: the next verb is for the last choice.
fn select_computer(state: &mut State, steps: i64) {
    let last = state.clients.computers.len() - 1;
    let next = moved(state.clients.chosen, steps, last);
    if next == state.clients.chosen {
        let what = Statement::new("end-of-list").with("what", "computer").when("Computer", true);
        say_end_of_list(state, what, steps, last);
    }
    (state.clients.chosen, state.ui.selected) = (next, None);
    state.ui.stale = true;
}

fn say_end_of_list(state: &mut State, what: Statement, steps: i64, last: usize) {
    let what = what.when("Only", last == 0).when("Last", steps > 0);
    state.notices.retell(state.now, Topic::Looked, what);
}

pub(crate) fn whole_machine(state: &mut State) {
    let whole = &mut state.ui.row_filter.whole_machine;
    *whole = !*whole;
    let what = Statement::new(if *whole { "whole-machine" } else { "demo-ports" });
    state.ui.stale = true;
    state.notices.retell(state.now, Topic::Looked, what.when("Lab", state.lab.is_up()));
}

fn zoom(state: &mut State, steps: i64) {
    let most = state.ui.main_view.zooms();
    let next = moved(usize::from(state.ui.zoom), steps, usize::from(most));
    let next = u8::try_from(next).unwrap_or(most);
    if next == state.ui.zoom {
        let why = match (most, steps > 0) {
            (0, _) => "no-zoom",
            (_, true) => "zoom-most",
            (_, false) => "zoom-least",
        };
        state.say(why);
    }
    state.ui.zoom = next;
}

fn look_inside(state: &mut State) {
    state.arrange();
    let newest = state.ends.of(Holder::Client(state.clients.chosen)).next();
    let chosen = state.ui.selected.or(newest.map(|end| end.socket.name));
    let chosen = chosen.filter(|name| state.seen().get(*name).is_some());
    let Some(name) = chosen.or_else(|| state.ui.shown.last().copied()) else {
        return state.say(Statement::new("no-row").when("inspect", true));
    };
    state.ui.overlay = Some(Overlay::Details(name));
}

fn numbers(state: &mut State) {
    let lab = &mut state.lab;
    lab.absolute = !lab.absolute;
    let what = match (lab.is_up(), lab.absolute) {
        (false, _) => "numbers-need-lab",
        (true, true) => "numbers-absolute",
        (true, false) => "numbers-relative",
    };
    state.say(what);
}
