use ratatui::layout::Rect;

use crate::app::{Action, Pane, State};
use crate::view::Scroll;
use crate::view::layout::places;
use crate::view::pane::{computers, listeners};
use crate::view::rect::inside;

/// The pane at that point, for the wheel; `None` under an overlay.
pub fn pane_at(area: Rect, state: &State, x: u16, y: u16) -> Option<Pane> {
    let places = places(area, state).filter(|_| state.ui.overlay.is_none())?;
    let panes = [
        (Pane::Server, places.server),
        (Pane::Computers, places.computers),
        (Pane::Sockets, places.sockets),
        (Pane::Notices, places.notices),
    ];
    let found = panes.into_iter().find(|(_, place)| place.contains((x, y).into()));
    found.map(|(pane, _)| pane)
}

/// The actions of a click: focus the pane, and select the row, computer or listener at that point.
pub fn hit(area: Rect, state: &State, scroll: &Scroll, x: u16, y: u16) -> Vec<Action> {
    let Some(pane) = pane_at(area, state, x, y) else { return Vec::new() };
    let below = match pane {
        Pane::Sockets => {
            let row = scroll.cells.iter().find(|(place, _)| place.contains((x, y).into()));
            row.map(|(_, name)| Action::SelectRow(*name))
        }
        Pane::Computers => computer_at(area, state, scroll, y),
        Pane::Server => listener_at(area, state, scroll, y),
        Pane::Notices => None,
    };
    [Some(Action::Focus(pane)), below].into_iter().flatten().collect()
}

fn computer_at(area: Rect, state: &State, scroll: &Scroll, y: u16) -> Option<Action> {
    let place = places(area, state)?.computers;
    let down = usize::from(y.checked_sub(inside(place).y)?);
    let (n, count) = (scroll.computers.top + down, state.clients.computers.len());
    let is_entry = down < computers::list_height(place, count) && n < count;
    is_entry.then_some(Action::SelectComputer(n))
}

fn listener_at(area: Rect, state: &State, scroll: &Scroll, y: u16) -> Option<Action> {
    let place = places(area, state)?.server;
    let down = usize::from(y.checked_sub(inside(place).y)?);
    let (n, count) = (scroll.listeners.top + down, state.servers.all.len());
    let is_entry = count > 1 && down < listeners::list_height(place) && n < count;
    is_entry.then_some(Action::SelectListener(n))
}
