use std::collections::BTreeSet;

use ratatui::layout::Rect;

use crate::app::{PointOfView, State, Statement, explain};
use crate::tcp::{Host, Port};
use crate::view::ThemeRole::{Dim, Error, Key, Warning};
use crate::view::style::glyphs::DASH;
use crate::view::table::window::Window;
use crate::view::{Scene, ThemeRole, Titles, past, text};

pub(crate) fn command(state: &State) -> String {
    let netstat = format!("netstat -at{}np", if state.ui.shows_udp { "u" } else { "" });
    let listener = state.server().at().port;
    let ports = state.servers.ports.iter().chain(&state.clients.called).chain([&listener]);
    let ports = ports.filter(|port| **port != Port::ANY && !state.ui.row_filter.whole_machine);
    let ports: BTreeSet<Port> = ports.copied().collect();
    let ports: Vec<String> = ports.iter().map(ToString::to_string).collect();
    match ports.as_slice() {
        [] => format!("`{netstat}`"),
        [port] => format!("`{netstat} | grep ':{port} '`"),
        ports => format!("`{netstat} | grep -E ':({}) '`", ports.join("|")),
    }
}

pub(crate) fn titles(scene: Scene<'_>, area: Rect, window: &Window) -> Titles {
    let state = scene.state;
    let titles = past::titles(state, status(scene, window));
    let room = usize::from(area.width).saturating_sub(titles.right_width() + 16);
    let view = match state.ui.row_filter.view {
        PointOfView::BothEnds => String::from("both ends"),
        PointOfView::Server => String::from("the server's computer"),
        PointOfView::Client => format!("{}'s computer", state.clients.computer().name),
    };
    // netstat's own layout has a heading above the rows, though grep would not show it.
    let what = Statement::new("table-shows")
        .when("Netstat", state.ui.netstat)
        .with("command", command(state))
        .with("view", view);
    let about = explain::forms(&what).into_iter().map(|words| format!("{DASH} {words}"));
    let about = about.chain([String::new()]);
    Titles { name: "Sockets", about: text::fitting(room, about), ..titles }
}

fn status(scene: Scene<'_>, window: &Window) -> Vec<(ThemeRole, String)> {
    let state = scene.state;
    let sockets = &state.sockets;
    let mut pieces = Vec::new();
    for host in sockets.blind.keys() {
        let name =
            if state.lab.is_up() { format!("{} ", state.table_name(*host)) } else { String::new() };
        let unread = unread(state, *host).unwrap_or_default();
        pieces.push((Error, format!("{name}{unread}")));
    }
    if sockets.interrupted {
        pieces.push((Warning, String::from("~ rows may be missing")));
    }
    if sockets.source == "procfs" {
        pieces.push((Dim, String::from("read from /proc")));
    }
    pieces.extend(found(scene));
    let count = state.ui.shown.len();
    if count > window.len() {
        pieces.push(part_shown(window.rest.start + 1, window.rest.end, count));
    }
    pieces
}

pub(crate) fn unread(state: &State, host: Host) -> Option<String> {
    let (since, _) = state.sockets.blind.get(&host)?;
    Some(format!("not read for {}", text::age(state.now.since(*since))))
}

pub(crate) fn found(scene: Scene<'_>) -> Option<(ThemeRole, String)> {
    let find = scene.state.ui.find.text.value();
    let rows = text::plural(scene.state.ui.shown.len(), "row");
    let words = format!("/{}: {rows}", text::cut(&scene.own(find), 16));
    (!find.is_empty()).then_some((Key, words))
}

pub(crate) fn part_shown(from: usize, to: usize, count: usize) -> (ThemeRole, String) {
    let [from, to, count] = [from, to, count].map(text::number);
    (Dim, format!("{from}-{to} of {count}"))
}
