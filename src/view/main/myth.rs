use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Action, MythCall, Pane, binding_of};
use crate::tcp::{Endpoint, SocketId, TcpState};
use crate::view::ThemeRole::{Dim, Error, Heading, New, Strong, Text};
use crate::view::past;
use crate::view::style::glyphs::{ARROW, DASH, REFUSED, glyph};
use crate::view::table::columns::longest_address;
use crate::view::table::{columns, narrow};
use crate::view::{Painter, Scene, Scroll, Titles, rect, text};

/// From this width on both models fit beside each other.
const BESIDE: u16 = 110;

/// The myth beside the kernel's rows; below, the myth tried for real.
pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let titles = Titles {
        name: "The myth",
        about: format!("{DASH} \"a connected client occupies the server's port\""),
        ..past::titles(scene.state, Vec::new())
    };
    let inner = painter.pane(Pane::Sockets, area, titles);
    let room = usize::from(inner.width);
    let tried = trial(scene, (room, usize::from(inner.height)));
    let below = rect::len(tried.len());
    let above = Rect { height: inner.height.saturating_sub(below), ..inner };
    let used = models(painter, above);
    let gap = u16::from(used < above.height);
    let below =
        Rect { y: inner.y + used + gap, height: inner.height.saturating_sub(used + gap), ..inner };
    painter.put(below, tried);
}

/// Draws both models; returns the number of lines.
fn models(painter: &mut Painter<'_>, area: Rect) -> u16 {
    let scene = painter.scene;
    let rows = server_rows(scene, usize::from(area.height));
    let is_beside = area.width >= BESIDE;
    let believed = if is_beside {
        Rect { width: WRONG, ..area }
    } else {
        Rect { height: if area.height < 9 { 2 } else { 4 }.min(area.height), ..area }
    };
    let wrong = wrong(scene, &rows, believed);
    let above = lines_of(&wrong).min(believed.height);
    let real = if is_beside {
        Rect { x: area.x + WRONG + 1, width: area.width - WRONG - 1, ..area }
    } else {
        Rect { y: area.y + above, height: area.height - above, ..area }
    };
    let right = right(scene, &rows, real, painter.scroll);
    let below = lines_of(&right).min(real.height);
    painter.put(believed, wrong);
    painter.put(real, right);
    if is_beside { above.max(below) } else { above + below }
}

/// The width of the wrong model beside the right one.
const WRONG: u16 = 52;

fn lines_of(lines: &[Line<'_>]) -> u16 {
    rect::len(lines.len())
}

/// The rows of the server: LISTEN, and its ends of connections.
fn server_rows(scene: Scene<'_>, most: usize) -> Vec<SocketId> {
    let sockets = scene.state.seen();
    let server = sockets.places().filter(|place| !place.is_client);
    // With the whole machine shown, other ports are left out.
    let names = server.map(|place| place.name);
    let names = names.filter(|name| scene.state.server.watches(name.tuple.local.port));
    let alive = names.filter(|name| sockets.get(*name).is_some_and(|line| line.gone.is_none()));
    alive.take(most).collect()
}

/// The table as the myth has it.
fn wrong(scene: Scene<'_>, rows: &[SocketId], place: Rect) -> Vec<Line<'static>> {
    let room = usize::from(place.width);
    let most = usize::from(place.height);
    let head = format!("{REFUSED} Common belief: \"the port is taken\"");
    let mut lines = vec![scene.line(Error, text::cut(&head, room))];
    let connections = rows.iter().filter(|row| row.tuple.is_connected());
    let connections: Vec<SocketId> = connections.copied().collect();
    if connections.is_empty() {
        let words = "  LISTEN would become the connection: press c";
        lines.push(scene.line(Dim, text::cut(words, room)));
        return lines;
    }
    if place.height > 3 {
        let columns = ["Local Address", "Foreign Address"].map(|head| text::fit(head, 17));
        let head = format!("  {} {} State", columns[0], columns[1]);
        lines.push(scene.line(Heading, text::cut(&head, room)));
    }
    if place.height > 5 {
        let words = format!("{REFUSED} no LISTEN row any more");
        lines.push(scene.line(Dim, words));
    }
    for (n, row) in connections.iter().enumerate() {
        if lines.len() + 1 > most {
            break;
        }
        let port = row.tuple.local.port;
        let same_port = Endpoint { port, ..row.tuple.remote };
        let words = if n == 0 {
            let ends = [row.tuple.local, same_port].map(|end| text::fit(&text::end(end, 17), 17));
            format!("{REFUSED} {} {} ESTABLISHED", ends[0], ends[1])
        } else {
            format!("{REFUSED} {}: port {port} would be taken", row.tuple.remote.ip)
        };
        lines.push(scene.line(Dim, text::cut(&words, room)));
    }
    lines
}

/// The table as the kernel has it.
fn right(
    scene: Scene<'_>,
    rows: &[SocketId],
    place: Rect,
    scroll: &mut Scroll,
) -> Vec<Line<'static>> {
    let room = usize::from(place.width);
    let head =
        format!("{} The kernel's rows on the server's computer", glyph(TcpState::Established));
    let mut lines = vec![scene.line(New, text::cut(&head, room))];
    if rows.is_empty() {
        let words = "  The port is unused: press l, then c";
        lines.push(scene.line(Dim, text::cut(words, room)));
        return lines;
    }
    let longest = longest_address(rows);
    let mut columns = columns::fitting(scene, room, rows);
    // The addresses matter here: where they would be cut, other columns are left out.
    if longest > columns.width_of("Local Address") {
        columns = narrow::wide();
    }
    if place.height > 4 {
        lines.push(columns.head(scene));
    }
    let left = usize::from(place.height).saturating_sub(lines.len());
    let cut = rows.len() > left && left > 2;
    let shown = &rows[..rows.len().min(left - usize::from(cut))];
    let mut below = place;
    rect::take_top(&mut below, lines_of(&lines));
    scroll.list(below, shown.iter().copied(), 1);
    lines.extend(columns.lines(scene, shown));
    if cut {
        let port = rows[0].tuple.local.port;
        let words = format!("   ... and more, all on the same local port {port}");
        lines.push(scene.line(Dim, text::cut(&words, room)));
    }
    lines
}

/// The trial of the myth.
fn trial(scene: Scene<'_>, (room, height): (usize, usize)) -> Vec<Line<'static>> {
    let head = |words: &str| scene.line(Strong, text::cut(words, room));
    let Some(myth) = &scene.state.ui.myth else {
        let keys = binding_of(Action::TryMyth).map(|binding| (binding.keys[0].to_string(), room));
        let (key, room) = keys.unwrap_or_default();
        let long = "test it: clients connect from the server's own port number";
        let short = "test it from the server's own port number";
        let fits = text::width(long) + text::width(&key) + 3 <= room;
        return vec![scene.keys(&[(&key, if fits { long } else { short })])];
    };
    let port = myth.port;
    let mut lines = vec![head(&format!("Tested: {port} {ARROW} {port}"))];
    for (n, call) in myth.calls.iter().enumerate() {
        let again = if n == 1 { " again" } else { "" };
        lines.push(call_line(scene, call, again, room));
    }
    let sum = "So it works, but only once per client address. That is why the kernel picks a different source port each time.";
    let sum = text::wrap(sum, room.saturating_sub(1));
    if myth.is_as_usual() && lines.len() + sum.len() + 6 <= height {
        let sum = sum.into_iter().map(|words| format!(" {words}"));
        lines.extend(sum.map(|words| scene.line(Text, words)));
    }
    lines
}

/// One connect() of the trial and its result.
fn call_line(scene: Scene<'_>, call: &MythCall, again: &str, room: usize) -> Line<'static> {
    let who = format!("{}{again}", text::safe(&call.who));
    let (symbol, part, said) = match call.answer {
        None => ("~", Dim, String::from("connecting ...")),
        Some(Ok(row)) => {
            let (local, remote) = (row.tuple.local, row.tuple.remote);
            ("+", New, format!("connected: {local} {ARROW} {remote}"))
        }
        Some(Err(why)) => {
            let errno = why.errno;
            let name = errno.symbol().unwrap_or("failed");
            let words = format!("{} failed: {} ({name})", why.call, errno.words());
            let words = if text::width(&words) + 18 > room {
                format!("{} failed: {name}", why.call)
            } else {
                words
            };
            (REFUSED, Error, words)
        }
    };
    let words = text::cut(&said, room.saturating_sub(18));
    Line::from(vec![
        scene.span(part, format!(" {symbol} ")),
        Span::raw(text::fit(&who, 15)),
        scene.span(part, words),
    ])
}
