//! Wishes that change what is looked at, and nothing else.

use crate::app::update::wanted;
use crate::app::{Action, Desk, Effect, Lens, Overlay, Pane, Picture, State, Tone, compare};

pub(crate) fn look(state: &mut State, action: Action, count: Option<u32>) {
    let steps = i64::from(count.unwrap_or(1).max(1));
    let desk = &mut state.desk;
    match action {
        Action::Next => go(state, steps),
        Action::Previous => go(state, -steps),
        Action::PageDown => go(state, PAGE * steps),
        Action::PageUp => go(state, -PAGE * steps),
        Action::NextPane => desk.focus = next_pane(desk, 1),
        Action::PreviousPane => desk.focus = next_pane(desk, -1),
        Action::Focus(pane) => desk.focus = pane,
        Action::SelectRow(name) => desk.selected = Some(name),
        Action::SelectComputer(n) => {
            state.clients.chosen = n.min(state.clients.computers.len() - 1);
        }
        Action::Show(picture) => show(desk, picture),
        Action::ZoomIn => zoom(state, 1),
        Action::ZoomOut => zoom(state, -1),
        Action::LookInside => look_inside(state),
        Action::Mark => compare::mark(state),
        Action::CompareNewest => compare::newest(state),
        Action::PointOfView => {
            desk.lens = Lens {
                view: desk.lens.view.next(),
                ..desk.lens
            }
        }
        Action::Netstat => desk.netstat = !desk.netstat,
        Action::Find => desk.find.typing = true,
        Action::BigType => {
            desk.look.big = !desk.look.big;
            desk.picture = Picture::Table;
        }
        Action::NextTheme => desk.look.theme += 1,
        Action::ShowKeys => desk.look.keys = !desk.look.keys,
        Action::Help => desk.overlay = Some(Overlay::Help(0)),
        Action::Back => back(desk),
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
        | Action::Reset
        | Action::Quit
        | Action::QuitNow
        | Action::Pause
        | Action::WholeMachine => (),
    }
    state.desk.stale |= matches!(
        action,
        Action::PointOfView | Action::Back | Action::SelectComputer(_)
    );
}

/// More lines than the list of all keys has.
const HELP_LINES: usize = 50;
/// How many lines a page is.
const PAGE: i64 = 10;

/// The pane so many steps further; below a picture only what happened has its place for certain.
fn next_pane(desk: &Desk, steps: isize) -> Pane {
    let panes: &[Pane] = if desk.picture == Picture::Table {
        &Pane::ALL
    } else {
        &[Pane::Sockets, Pane::Notices]
    };
    let place = panes.iter().position(|pane| *pane == desk.focus);
    let next = place.unwrap_or(0).wrapping_add_signed(steps);
    panes[next.wrapping_add(panes.len()) % panes.len()]
}

/// Closes what is open, one thing at a time: an overlay, the text to find, a typed count, the choice of a row.
fn back(desk: &mut Desk) {
    if let Some(overlay) = desk.overlay.take() {
        // A row that was chosen only to be looked inside must not seem to be what the next verb is meant for.
        if matches!(overlay, Overlay::Card(_)) && desk.focus != Pane::Sockets {
            desk.selected = None;
        }
        return;
    }
    if !desk.find.text.value().is_empty() {
        desk.find.text.reset();
    } else if desk.picture != Picture::Table {
        if desk.picture == Picture::Compare {
            desk.marked = None;
        }
        show(desk, Picture::Table);
    } else if desk.look.big {
        desk.look.big = false;
    } else if desk.marked.take().is_none() {
        desk.selected = None;
    }
}

fn go(state: &mut State, steps: i64) {
    if let Some(Overlay::Help(line)) = &mut state.desk.overlay {
        *line = moved(*line, steps, HELP_LINES);
        return;
    }
    if let Some(Overlay::Card(_)) = state.desk.overlay {
        choose_row(state, steps);
        state.desk.overlay = state.desk.selected.map(Overlay::Card);
        return;
    }
    match state.desk.focus {
        Pane::Computers | Pane::Listener => {
            let last = state.clients.computers.len() - 1;
            state.clients.chosen = moved(state.clients.chosen, steps, last);
            state.desk.stale = true;
        }
        Pane::Notices => {
            let last = state.notices.len().saturating_sub(1);
            state.notices.back = moved(state.notices.back, -steps, last);
        }
        Pane::Sockets => choose_row(state, steps),
    }
}

fn choose_row(state: &mut State, steps: i64) {
    state.arrange();
    let Some(last) = state.desk.shown.len().checked_sub(1) else {
        state.notices.say(
            state.now,
            Tone::Plain,
            "there is no row to choose yet; press l, then c",
        );
        return;
    };
    let chosen = state.desk.selected;
    let place = chosen.and_then(|name| state.desk.shown.iter().position(|shown| *shown == name));
    let next = place.map_or(if steps > 0 { 0 } else { last }, |place| {
        moved(place, steps, last)
    });
    state.desk.selected = Some(state.desk.shown[next]);
}

fn moved(place: usize, steps: i64, last: usize) -> usize {
    let distance = usize::try_from(steps.unsigned_abs()).unwrap_or(usize::MAX);
    if steps < 0 {
        place.saturating_sub(distance)
    } else {
        place.saturating_add(distance).min(last)
    }
}

/// Shows a picture in place of the table; the key that brought it takes it away again.
fn show(desk: &mut Desk, picture: Picture) {
    desk.picture = if desk.picture == picture {
        Picture::Table
    } else {
        picture
    };
    desk.zoom = 0;
    desk.look.big = false;
    desk.focus = Pane::Sockets;
}

fn zoom(state: &mut State, steps: i64) {
    let most = state.desk.picture.zooms();
    let next = moved(usize::from(state.desk.zoom), steps, usize::from(most));
    let next = u8::try_from(next).unwrap_or(most);
    if next == state.desk.zoom {
        let why = match (most, steps > 0) {
            (0, _) => "this cannot be zoomed; z makes the type big",
            (_, true) => "it is zoomed in as far as it goes",
            (_, false) => "all of it is shown already",
        };
        state.notices.say(state.now, Tone::Plain, why);
    }
    state.desk.zoom = next;
}

fn look_inside(state: &mut State) {
    if state.desk.focus == Pane::Computers && state.desk.selected.is_none() {
        state.desk.selected = state.clients.computer().ends.newest_first().next();
    }
    state.arrange();
    let chosen = state
        .desk
        .selected
        .filter(|name| state.sockets.get(*name).is_some());
    match chosen.or_else(|| state.desk.shown.last().copied()) {
        Some(name) => {
            state.desk.selected = Some(name);
            state.desk.overlay = Some(Overlay::Card(name));
        }
        None => state.notices.say(
            state.now,
            Tone::Plain,
            "there is no row to look inside; press l, then c",
        ),
    }
}

/// Stops the table, or asks for all of it and goes on.
pub(crate) fn pause(state: &mut State) -> Vec<Effect> {
    let now = state.now;
    if state.desk.paused.take().is_some() {
        state
            .notices
            .say(now, Tone::Plain, "the table is live again");
        return vec![Effect::Watch(wanted(state))];
    }
    state.desk.paused = Some(now);
    state.notices.say(
        now,
        Tone::Plain,
        "the table stands still; the sockets live on. p goes on",
    );
    vec![]
}
