use std::collections::BTreeSet;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Scrollbar, ScrollbarOrientation, ScrollbarState};

use super::arrange;
use super::columns::{Columns, longest_address};
use super::glyphs::DASH;
use super::paint::{Scene, Titles, put};
use super::row::{self, Bracket};
use super::scroll::Scroll;
use super::text;
use super::theme::Part;
use super::window::Window;
use super::{empty, netstat, past};
use crate::app::{Pane, PointOfView, State};
use crate::tcp::{Host, Port, Protocol, RowName};

/// The kernel's table: the rows that fit, whatever there is beyond.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, scroll: &mut Scroll) {
    let desk = &scene.state.desk;
    let body = body(area, scene.state);
    let window = Window::of(scene.state, scroll, (usize::from(body.height), LEFT));
    let inner = scene.pane(frame, Pane::Sockets, area, titles(scene, area, &window));
    if window.len() == 0 {
        empty::draw(frame, inner, scene);
        return;
    }
    let rows = window.names(&scene.state.desk.shown);
    if desk.netstat {
        netstat::draw(frame, inner, scene, (netstat::head_lines(inner.height), &rows));
    } else {
        let lines = rows.iter().filter_map(|row| scene.state.seen().get(*row));
        let waits = lines.map(|line| line.row.queues.recv).any(|recv| recv > 0);
        let room = usize::from(inner.width);
        let columns = Columns::fitting(room, longest_address(&rows), waits);
        let head = [row::head(scene, &columns)];
        let lines = window.rows().map(|n| line(scene, &columns, n));
        put(frame, inner, head.into_iter().chain(lines));
        empty::hint(frame, inner, scene, rows.len() + 1);
    }
    scrollbar(frame, area, scene, &window);
}

/// So many rows must fit below those that stay at the top.
const LEFT: usize = 2;

/// Where the rows stand inside the pane.
pub(super) fn body(area: Rect, state: &State) -> Rect {
    let mut inner = arrange::inside(area);
    let head = if state.desk.netstat { netstat::head_lines(inner.height) } else { 1 };
    arrange::take_top(&mut inner, head);
    inner
}

/// One row, with the bracket that joins it to its neighbour.
fn line(scene: Scene<'_>, columns: &Columns, n: usize) -> Line<'static> {
    let shown = &scene.state.desk.shown;
    let name = shown[n];
    let above = n.checked_sub(1).and_then(|n| shown.get(n));
    let below = shown.get(n + 1);
    let bracket = match (above, below) {
        (_, Some(below)) if are_one_connection(name, *below) => Bracket::Upper,
        (Some(above), _) if are_one_connection(*above, name) => Bracket::Lower,
        _ => Bracket::None,
    };
    row::line(scene, columns, name, bracket)
}

/// Whether both are ends of one connection; each computer has a loopback of its own.
pub(super) fn are_one_connection(one: RowName, other: RowName) -> bool {
    let may_meet = one.host == other.host || !one.tuple.local.ip.to_canonical().is_loopback();
    one.tuple.is_connected()
        && may_meet
        && one.tuple.canonical() == other.tuple.canonical().mirrored()
}

fn scrollbar(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, window: &Window) {
    let (count, height) = (scene.state.desk.shown.len(), window.len());
    if count <= height {
        return;
    }
    let beside = Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area };
    let mut position = ScrollbarState::new(count - height + 1)
        .viewport_content_length(height)
        .position(window.rest.end.saturating_sub(height));
    let bar = Scrollbar::new(ScrollbarOrientation::VerticalRight)
        .begin_symbol(None)
        .end_symbol(None)
        .track_symbol(Some("│"))
        .thumb_symbol("█")
        .track_style(scene.style(Part::Border))
        .thumb_style(scene.style(Part::FocusBorder));
    frame.render_stateful_widget(bar, beside, &mut position);
}

/// The command that shows the same rows in a shell.
pub(super) fn command(state: &State) -> String {
    let rows = state.desk.shown.iter();
    let udp = rows.rev().any(|row| row.tuple.protocol == Protocol::Udp);
    let netstat = format!("netstat -at{}np", if udp { "u" } else { "" });
    let listener = state.listener.at().port;
    let ports = (state.listener.ports.iter()).chain(&state.clients.called);
    let ports: BTreeSet<Port> = ports.copied().chain([listener]).collect();
    let named: Vec<String> =
        (ports.iter()).filter(|port| **port != Port::ANY).map(ToString::to_string).collect();
    match named.as_slice() {
        _ if state.desk.lens.whole_machine => format!("`{netstat}`"),
        [] => format!("`{netstat}`"),
        [port] => format!("`{netstat} | grep ':{port} '`"),
        ports => format!("`{netstat} | grep -E ':({}) '`", ports.join("|")),
    }
}

fn titles(scene: Scene<'_>, area: Rect, window: &Window) -> Titles {
    let state = scene.state;
    let right = status(scene, window);
    let taken: usize = right.iter().map(|(_, text)| text::width(text) + 2).sum();
    let room = usize::from(area.width).saturating_sub(taken + 16);
    let view = match state.desk.lens.view {
        PointOfView::BothEnds => String::from("both ends"),
        PointOfView::Server => String::from("the server's computer"),
        PointOfView::Client => format!("{}'s computer", state.clients.computer().name),
    };
    let command = command(state);
    // In netstat's own layout its heading stands above the rows, though grep lets no heading through.
    let [long, short] = if state.desk.netstat {
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
        border: state.is_past().then_some(Part::Warning),
        ..Titles::default()
    }
}

/// How long a computer's table could not be read, if it cannot.
pub(super) fn unread(state: &State, host: Host) -> Option<String> {
    let (since, _) = state.sockets.blind.get(&host)?;
    let ago = text::age(state.now.since(*since));
    Some(format!("not read for {ago}"))
}

/// How many rows contain the text to find, while there is one.
pub(super) fn found(scene: Scene<'_>) -> Option<(Part, String)> {
    let find = scene.state.desk.find.text.value();
    let rows = text::plural(scene.state.desk.shown.len(), "row");
    let words = format!("/{}: {rows}", text::cut(&scene.own(find), 16));
    (!find.is_empty()).then_some((Part::Key, words))
}

/// Which part of so many rows is shown.
pub(super) fn part_shown(from: usize, to: usize, count: usize) -> (Part, String) {
    let [from, to, count] = [from, to, count].map(text::number);
    (Part::Dim, format!("{from}-{to} of {count}"))
}

/// What else is to be known of the table: where it comes from, what is missing, which part is shown.
fn status(scene: Scene<'_>, window: &Window) -> Vec<(Part, String)> {
    let state = scene.state;
    let sockets = &state.sockets;
    let mut pieces = Vec::new();
    let mut say = |part, text: &str| pieces.push((part, text.to_owned()));
    for host in sockets.blind.keys() {
        let whose =
            if state.lab.is_up() { format!("{} ", state.table_name(*host)) } else { String::new() };
        let unread = unread(state, *host).unwrap_or_default();
        say(Part::Error, &format!("{whose}{unread}"));
    }
    if sockets.torn {
        say(Part::Warning, "~ rows may be missing");
    }
    if sockets.source == "procfs" {
        say(Part::Dim, "read from /proc");
    }
    if let Some((part, words)) = found(scene) {
        say(part, &words);
    }
    let count = state.desk.shown.len();
    if count > window.len() {
        let (part, words) = part_shown(window.rest.start + 1, window.rest.end, count);
        say(part, &words);
    }
    if let Some(words) = past::title(state) {
        say(Part::KeyCap, &words);
    }
    pieces
}
