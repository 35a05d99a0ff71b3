use ratatui::layout::Rect;

use crate::app::{Action, Pane, State};
use crate::view::Scroll;
use crate::view::layout::{PaneLayout, places};
use crate::view::pane::{computers, listeners};
use crate::view::rect::inside;

/// Where the panes are; none under an overlay.
fn uncovered(area: Rect, state: &State) -> Option<PaneLayout> {
    places(area, state).filter(|_| state.ui.overlay.is_none())
}

/// The actions of a click: select the row, computer or listener at that point, or go to the sentences.
pub fn hit(area: Rect, state: &State, scroll: &Scroll, x: u16, y: u16) -> Vec<Action> {
    let Some(places) = uncovered(area, state) else { return Vec::new() };
    let at = (x, y).into();
    if places.views.iter().any(|(_, place)| place.contains(at)) {
        let row = scroll.cells.iter().find(|(place, _)| place.contains(at));
        let select = row.map(|(_, name)| Action::SelectRow(*name));
        return [Some(Action::Focus(Pane::Sockets)), select].into_iter().flatten().collect();
    }
    if places.computers.contains(at) {
        return Vec::from_iter(computer_at(places.computers, state, scroll, y));
    }
    if places.server.contains(at) {
        return Vec::from_iter(listener_at(places.server, state, scroll, y));
    }
    Vec::from_iter(places.notices.contains(at).then_some(Action::Focus(Pane::Notices)))
}

/// The actions of the wheel: it goes on in what is at that point, or in the overlay.
pub fn wheel(area: Rect, state: &State, (x, y): (u16, u16), down: bool) -> Vec<Action> {
    let (at, places) = ((x, y).into(), uncovered(area, state).unwrap_or_default());
    let pick = |next, previous| if down { next } else { previous };
    if places.computers.contains(at) {
        vec![pick(Action::NextComputer, Action::PreviousComputer)]
    } else if places.notices.contains(at) {
        vec![Action::Focus(Pane::Notices), pick(Action::PageDown, Action::PageUp)]
    } else if places.server.contains(at) {
        Vec::new()
    } else {
        vec![pick(Action::Next, Action::Previous)]
    }
}

fn computer_at(place: Rect, state: &State, scroll: &Scroll, y: u16) -> Option<Action> {
    let down = usize::from(y.checked_sub(inside(place).y)?);
    let (n, count) = (scroll.computers.top + down, state.clients.computers.len());
    let is_entry = down < computers::list_height(place, count) && n < count;
    is_entry.then_some(Action::SelectComputer(n))
}

fn listener_at(place: Rect, state: &State, scroll: &Scroll, y: u16) -> Option<Action> {
    let down = usize::from(y.checked_sub(inside(place).y)?);
    let (n, count) = (scroll.listeners.top + down, state.servers.all.len());
    let is_entry = count > 1 && down < listeners::list_height(place) && n < count;
    is_entry.then_some(Action::SelectListener(n))
}
