use ratatui::layout::Rect;

use crate::app::{MainView, Pane, Server, State};
use crate::view::pane::notices;
use crate::view::rect::{self, take_bottom, take_right, take_top};
use crate::view::table::window::rows_wanted;

/// The areas of the panes, from top to bottom. A rectangle without height is not drawn.
#[derive(Default)]
pub(crate) struct PaneLayout {
    pub(crate) header: Rect,
    pub(crate) banner: Rect,
    pub(crate) server: Rect,
    pub(crate) computers: Rect,
    pub(crate) sockets: Rect,
    pub(crate) notices: Rect,
    pub(crate) footer: Rect,
}

/// The smallest screen, in columns and lines.
pub const LEAST: (u16, u16) = (60, 16);

/// Lines that a main view keeps when a notice is long.
const MAIN_VIEW: u16 = 12;
/// Lines that the table keeps while the notices have the focus: frame, heading, two rows.
const TABLE: u16 = 5;

pub(crate) fn places(area: Rect, state: &State) -> Option<PaneLayout> {
    if area.width < LEAST.0 || area.height < LEAST.1 {
        return None;
    }
    let mut rest = area;
    let header = take_top(&mut rest, 1);
    let banner =
        take_top(&mut rest, u16::from(state.servers.all.iter().any(Server::is_open_to_others)));
    let footer = take_bottom(&mut rest, 1);
    if state.ui.look.big {
        return Some(PaneLayout { header, banner, sockets: rest, footer, ..PaneLayout::default() });
    }
    // Other main views take the lines of the panes above: they show the effect of the keys themselves.
    let hides_top = if state.ui.main_view == MainView::Table {
        state.shows_both_tables() && area.height < 30
    } else {
        area.height < 40
    };
    let top = if hides_top { 0 } else { 2 + top_lines(area.height, state) };
    let mut server = take_top(&mut rest, top);
    let computers = take_right(&mut server, area.width / 2);
    let (usual, most) = if hides_top { (1, 3) } else { notice_lines(area.height) };
    let (most, spare) = if state.ui.focus == Pane::Notices {
        // With the focus, notices may take almost all.
        let all = rest.height.saturating_sub(2 + TABLE);
        (most.max(all), all)
    } else {
        (most, spare_lines(state, (area.height, rest.height), usual))
    };
    let lines = notices::height(state, area.width - 2, (usual, most), spare);
    let notices = take_bottom(&mut rest, 2 + lines);
    Some(PaneLayout { header, banner, server, computers, sockets: rest, notices, footer })
}

/// Lines that the table does not need; on a low screen a long notice may also take the line of a row that is gone.
fn spare_lines(state: &State, (screen, rest): (u16, u16), usual: u16) -> u16 {
    const HEAD: u16 = 3;
    const LEFT: u16 = 4;
    let is_table = state.ui.main_view == MainView::Table;
    let rows = if is_table { rows_wanted(state) } else { rows_wanted(state).clamp(4, MAIN_VIEW) };
    let least = HEAD + LEFT + 2 + usual;
    let one_more = is_table && screen < 22 && rest > least && has_ghost(state);
    rest.saturating_sub(HEAD + rows + 2 + usual).max(u16::from(one_more))
}

fn has_ghost(state: &State) -> bool {
    const NEARLY: usize = 8;
    let shown = &state.ui.shown;
    let is_gone = |name| state.seen().get(name).is_some_and(|line| line.gone.is_some());
    shown.len() <= NEARLY && shown.iter().any(|name| is_gone(*name))
}

fn top_lines(height: u16, state: &State) -> u16 {
    let computers = rect::len(state.clients.computers.len());
    match height {
        0..22 => 2,
        22..28 => 4,
        28..40 => 5,
        40.. => computers.saturating_add(1).clamp(5, 7),
    }
}

const fn notice_lines(height: u16) -> (u16, u16) {
    match height {
        0..18 => (1, 4),
        18..22 => (2, 5),
        22..34 => (4, 6),
        34..40 => (5, 8),
        40..50 => (6, 8),
        50.. => (8, 10),
    }
}
