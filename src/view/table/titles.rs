use std::collections::BTreeSet;

use ratatui::layout::Rect;

use crate::app::{PointOfView, State};
use crate::tcp::{Host, Port, Protocol};
use crate::view::past;
use crate::view::scene::{Scene, Titles};
use crate::view::style::glyphs::DASH;
use crate::view::style::theme::ThemeRole;
use crate::view::table::window::Window;
use crate::view::text;

/// The command that shows the same rows in a shell.
pub(crate) fn command(state: &State) -> String {
    let rows = state.ui.shown.iter();
    let udp = rows.rev().any(|row| row.tuple.protocol == Protocol::Udp);
    let netstat = format!("netstat -at{}np", if udp { "u" } else { "" });
    let listener = state.server.at().port;
    let ports = (state.server.ports.iter()).chain(&state.clients.called);
    let ports: BTreeSet<Port> = ports.copied().chain([listener]).collect();
    let named: Vec<String> =
        (ports.iter()).filter(|port| **port != Port::ANY).map(ToString::to_string).collect();
    match named.as_slice() {
        _ if state.ui.lens.whole_machine => format!("`{netstat}`"),
        [] => format!("`{netstat}`"),
        [port] => format!("`{netstat} | grep ':{port} '`"),
        ports => format!("`{netstat} | grep -E ':({}) '`", ports.join("|")),
    }
}

pub(crate) fn titles(scene: Scene<'_>, area: Rect, window: &Window) -> Titles {
    let state = scene.state;
    let right = status(scene, window);
    let taken: usize = right.iter().map(|(_, text)| text::width(text) + 2).sum();
    let room = usize::from(area.width).saturating_sub(taken + 16);
    let view = match state.ui.lens.view {
        PointOfView::BothEnds => String::from("both ends"),
        PointOfView::Server => String::from("the server's computer"),
        PointOfView::Client => format!("{}'s computer", state.clients.computer().name),
    };
    let command = command(state);
    // In netstat's own layout its heading stands above the rows, though grep lets no heading through.
    let [long, short] = if state.ui.netstat {
        let heading = format!("netstat's heading, and the rows of {command}");
        [heading, String::from("in netstat's layout")]
    } else {
        [format!("the rows of {command}"), command]
    };
    let about = [
        format!("{DASH} {long} {DASH} {view}"),
        format!("{DASH} {short} {DASH} {view}"),
        format!("{DASH} {view}"),
    ];
    let fits = |text: &String| text::width(text) <= room;
    Titles {
        name: "Sockets",
        about: about.into_iter().find(fits).unwrap_or_default(),
        right,
        border: state.is_past().then_some(ThemeRole::Warning),
        ..Titles::default()
    }
}

/// What else is to be known of the table: where it comes from, what is missing, which part is shown.
fn status(scene: Scene<'_>, window: &Window) -> Vec<(ThemeRole, String)> {
    let state = scene.state;
    let sockets = &state.sockets;
    let mut pieces = Vec::new();
    let mut say = |part, text: &str| pieces.push((part, text.to_owned()));
    for host in sockets.blind.keys() {
        let whose =
            if state.lab.is_up() { format!("{} ", state.table_name(*host)) } else { String::new() };
        let unread = unread(state, *host).unwrap_or_default();
        say(ThemeRole::Error, &format!("{whose}{unread}"));
    }
    if sockets.torn {
        say(ThemeRole::Warning, "~ rows may be missing");
    }
    if sockets.source == "procfs" {
        say(ThemeRole::Dim, "read from /proc");
    }
    if let Some((part, words)) = found(scene) {
        say(part, &words);
    }
    let count = state.ui.shown.len();
    if count > window.len() {
        let (part, words) = part_shown(window.rest.start + 1, window.rest.end, count);
        say(part, &words);
    }
    if let Some(words) = past::title(state) {
        say(ThemeRole::KeyCap, &words);
    }
    pieces
}

/// How long a computer's table could not be read, if it cannot.
pub(crate) fn unread(state: &State, host: Host) -> Option<String> {
    let (since, _) = state.sockets.blind.get(&host)?;
    let ago = text::age(state.now.since(*since));
    Some(format!("not read for {ago}"))
}

/// How many rows contain the text to find, while there is one.
pub(crate) fn found(scene: Scene<'_>) -> Option<(ThemeRole, String)> {
    let find = scene.state.ui.find.text.value();
    let rows = text::plural(scene.state.ui.shown.len(), "row");
    let words = format!("/{}: {rows}", text::cut(&scene.own(find), 16));
    (!find.is_empty()).then_some((ThemeRole::Key, words))
}

/// Which part of so many rows is shown.
pub(crate) fn part_shown(from: usize, to: usize, count: usize) -> (ThemeRole, String) {
    let [from, to, count] = [from, to, count].map(text::number);
    (ThemeRole::Dim, format!("{from}-{to} of {count}"))
}
