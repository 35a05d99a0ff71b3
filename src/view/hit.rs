use ratatui::layout::Rect;

use crate::app::query::lab_tables;
use crate::app::{Action, MainView, Pane, State};
use crate::view::Scroll;
use crate::view::layout::{PaneLayout, places};
use crate::view::main::big_type;
use crate::view::pane::computers;
use crate::view::rect::inside;
use crate::view::table;

/// The pane at that point, for the wheel; `None` under an overlay.
pub fn pane_at(area: Rect, state: &State, x: u16, y: u16) -> Option<Pane> {
    let places = places(area, state).filter(|_| state.ui.overlay.is_none());
    places?.pane_at(x, y)
}

/// The actions of a click: focus the pane, and select the row or computer at that point.
pub fn hit(area: Rect, state: &State, scroll: &Scroll, x: u16, y: u16) -> Vec<Action> {
    let Some((places, pane)) = places(area, state).zip(pane_at(area, state, x, y)) else {
        return Vec::new();
    };
    let below = match pane {
        Pane::Sockets => row_at(&places, state, scroll, (x, y)),
        Pane::Computers => computer_at(&places, state, scroll, y),
        Pane::Listener | Pane::Notices => None,
    };
    [Some(Action::Focus(pane)), below].into_iter().flatten().collect()
}

fn row_at(
    places: &PaneLayout,
    state: &State,
    scroll: &Scroll,
    (x, y): (u16, u16),
) -> Option<Action> {
    let is_picture = state.ui.picture != MainView::Table;
    if (is_picture || lab_tables::is_shown(state)) && !state.ui.look.big {
        let mut cells = scroll.cells.iter();
        let cell = cells.find(|(place, _)| place.contains((x, y).into()));
        return cell.map(|(_, name)| Action::SelectRow(*name));
    }
    let (body, high) = if state.ui.look.big {
        (scroll.body, big_type::ROW)
    } else {
        (table::body(places.sockets, state), 1)
    };
    let down = y.checked_sub(body.y).filter(|down| *down < body.height)?;
    let name = scroll.visible().get(usize::from(down / high))?;
    Some(Action::SelectRow(*name))
}

fn computer_at(places: &PaneLayout, state: &State, scroll: &Scroll, y: u16) -> Option<Action> {
    let down = usize::from(y.checked_sub(inside(places.computers).y)?);
    let n = scroll.computers.top + down;
    let is_entry = down < computers::list_height(places.computers, state.clients.computers.len())
        && n < state.clients.computers.len();
    is_entry.then_some(Action::SelectComputer(n))
}
