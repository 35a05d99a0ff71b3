//! Comparing two rows.

use crate::app::{MainView, Pane, State, Statement};
use crate::tcp::{SocketId, TcpState};

pub(crate) fn mark(state: &mut State) {
    if state.ui.main_view == MainView::Compare {
        state.ui.marked = None;
        state.ui.main_view = MainView::Table;
        return;
    }
    let newest = state.ui.shown.last().copied();
    let chosen = state.ui.selected.or(newest);
    let Some(chosen) = chosen.filter(|name| state.seen().get(*name).is_some()) else {
        return state.say(Statement::new("no-row").when("mark", true));
    };
    let ui = &mut state.ui;
    match ui.marked {
        Some(marked) if marked == chosen => {
            ui.marked = None;
            state.say("mark-removed");
        }
        Some(marked) => show(state, marked, chosen),
        None => {
            ui.selected = Some(chosen);
            ui.marked = Some(chosen);
            ui.focus = Pane::Sockets;
            let local = chosen.tuple.local.at(&state.sockets.interfaces.suffix(chosen));
            let ends = format!("{local} {}", chosen.tuple.remote);
            state.say(Statement::new("marked").with("row", ends));
        }
    }
}

/// Compares the newest connection with the one before it, by the server's rows where they are shown.
pub(crate) fn newest(state: &mut State) {
    state.arrange();
    let pair = [false, true].into_iter().find_map(|client| {
        let newest = state.ui.shown.iter().rev().copied();
        let mut ends = newest.filter(|name| {
            let there = state.seen().get(*name);
            let lives = there.is_some_and(|line| line.row.state != TcpState::Listen);
            lives && name.tuple.is_connected() && state.seen().is_client(*name) == client
        });
        Some((ends.next()?, ends.next()?))
    });
    if let Some((newer, older)) = pair {
        return show(state, older, newer);
    }
    state.say("compare-needs-two");
}

/// The picture itself says how they differ, and goes on saying it while other rows are selected.
fn show(state: &mut State, marked: SocketId, chosen: SocketId) {
    let ui = &mut state.ui;
    (ui.marked, ui.selected) = (Some(marked), Some(chosen));
    ui.main_view = MainView::Compare;
    ui.look.big = false;
    ui.focus = Pane::Sockets;
}
