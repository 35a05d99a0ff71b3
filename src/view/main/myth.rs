use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::{Action, MythCall, Statement, binding_of, explain};
use crate::tcp::{Endpoint, Port, SocketId, TcpState};
use crate::view::ThemeRole::{Dim, Error, Heading, New, Strong, Text};
use crate::view::style::big_letters::BigLetters;
use crate::view::style::glyphs::{ARROW, DASH, REFUSED, WORKS, glyph};
use crate::view::table::columns::longest_address;
use crate::view::table::{columns, narrow};
use crate::view::{Painter, Scene, Scroll, Titles, past, rect, text};

const BESIDE: u16 = 110;

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let titles = Titles {
        name: "The myth",
        about: format!("{DASH} {}", about(scene)),
        ..past::titles(scene.state, Vec::new())
    };
    let mut inner = painter.pane(area, titles);
    let room = usize::from(inner.width);
    let tried = trial(scene, room);
    let mut below = tried.len();
    if refuted(scene).is_some() && below + 8 <= usize::from(inner.height) {
        below += text::wrap(&CONCLUSION.join(" "), room.saturating_sub(1)).len();
    }
    let above = Rect { height: inner.height.saturating_sub(rect::len(below)), ..inner };
    let used = models(painter, above);
    rect::take_top(&mut inner, used + u16::from(used < above.height));
    let lines = rect::len(tried.len());
    painter.put(rect::take_top(&mut inner, lines), tried);
    if refuted(scene).is_some() {
        conclude(painter, inner);
    }
}

fn about(scene: Scene<'_>) -> String {
    refuted(scene).map_or_else(
        || String::from("\"a connected client occupies the server's port\""),
        |port| format!("{port} {ARROW} {port} works once per client address"),
    )
}

/// The server's port, once the kernel has refuted the myth on it.
fn refuted(scene: Scene<'_>) -> Option<Port> {
    let myth = scene.state.ui.myth.as_ref();
    myth.filter(|myth| myth.is_as_usual()).map(|myth| myth.port)
}

const CONCLUSION: [&str; 2] = [
    "It works, but only once per client address.",
    "That is why the kernel picks a different source port each time.",
];

fn conclude(painter: &mut Painter<'_>, mut area: Rect) {
    let scene = painter.scene;
    let [found, why] = CONCLUSION;
    let room = usize::from(area.width).saturating_sub(1);
    let size = BigLetters::SENTENCE;
    let has_room = size.width(found.len()) <= room && area.height > size.height() + 2;
    if scene.theme.is_ascii() || !has_room {
        let both = scene.wrapped(Strong, &CONCLUSION.join(" "), room);
        return painter.put(Rect { x: area.x + 1, ..area }, both);
    }
    rect::take_top(&mut area, 1);
    let large = rect::take_top(&mut area, size.height() + 1);
    painter.letters((large, 1), size, &scene.span(Strong, found));
    painter.put(area, [scene.line(Text, format!(" {why}"))]);
}

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
    let above = rect::len(wrong.len()).min(believed.height);
    let mut real = area;
    if is_beside {
        real = rect::take_right(&mut real, area.width - WRONG - 1);
    } else {
        rect::take_top(&mut real, above);
    }
    let right = right(scene, &rows, real, painter.scroll);
    let below = rect::len(right.len()).min(real.height);
    painter.put(believed, wrong);
    painter.put(real, right);
    if is_beside { above.max(below) } else { above + below }
}

const WRONG: u16 = 52;

fn server_rows(scene: Scene<'_>, most: usize) -> Vec<SocketId> {
    let sockets = scene.state.seen();
    let server = sockets.places().filter(|place| !place.is_client);
    // With the whole machine shown, other ports are left out.
    let names = server.map(|place| place.name);
    let names = names.filter(|name| scene.state.servers.ports.contains(&name.tuple.local.port));
    let alive = names.filter(|name| sockets.get(*name).is_some_and(|line| line.gone.is_none()));
    alive.take(most).collect()
}

fn wrong(scene: Scene<'_>, rows: &[SocketId], place: Rect) -> Vec<Line<'static>> {
    let room = usize::from(place.width);
    let is_refuted = refuted(scene).is_some();
    let (symbol, look) = if is_refuted { (REFUSED, Error) } else { (" ", Heading) };
    let head = format!("{symbol} Common belief: \"the port is taken\"");
    let mut lines = vec![scene.cut(look, &head, room)];
    let mut connections = rows.iter().filter(|row| row.tuple.is_connected()).peekable();
    if connections.peek().is_none() {
        lines.push(scene.cut(Dim, "  LISTEN would become the connection: press c", room));
        return lines;
    }
    if place.height > 5 {
        let head = format!("  {:17} {:17} State", "Local Address", "Foreign Address");
        lines.push(scene.cut(Heading, &head, room));
    }
    if place.height > 2 {
        lines.push(scene.line(Dim, format!("{symbol} no LISTEN row any more")));
    }
    for (n, row) in
        connections.enumerate().take(usize::from(place.height).saturating_sub(lines.len()))
    {
        let port = row.tuple.local.port;
        let same_port = Endpoint { port, ..row.tuple.remote };
        let words = if n == 0 {
            let ends = [row.tuple.local, same_port].map(|end| text::fit(&text::end(end, 17), 17));
            format!("{symbol} {} {} ESTABLISHED", ends[0], ends[1])
        } else {
            format!("{symbol} {}: port {port} would be taken", row.tuple.remote.ip)
        };
        lines.push(scene.cut(Dim, &words, room));
    }
    if is_refuted {
        let spans = lines.iter_mut().flat_map(|line| &mut line.spans);
        spans.for_each(|span| span.style = span.style.crossed_out());
    }
    lines
}

fn right(
    scene: Scene<'_>,
    rows: &[SocketId],
    place: Rect,
    scroll: &mut Scroll,
) -> Vec<Line<'static>> {
    let room = usize::from(place.width);
    let head =
        format!("{} The kernel's rows on the server's computer", glyph(TcpState::Established));
    let mut lines = vec![scene.cut(New, &head, room)];
    if rows.is_empty() {
        lines.push(scene.cut(Dim, "  The port is unused: press l, then c", room));
        return lines;
    }
    let mut columns = columns::fitting(scene, room, rows);
    // The addresses matter here: where they would be cut, other columns are left out.
    if longest_address(scene, rows) > columns.width_of("Local Address") {
        columns = narrow::wide();
    }
    if place.height > 4 {
        lines.push(columns.head(scene));
    }
    let left = usize::from(place.height).saturating_sub(lines.len());
    let cut = rows.len() > left && left > 2;
    let shown = &rows[..rows.len().min(left - usize::from(cut))];
    let mut below = place;
    rect::take_top(&mut below, rect::len(lines.len()));
    scroll.list(below, shown.iter().copied(), 1);
    lines.extend(columns.lines(scene, shown));
    if cut {
        let port = rows[0].tuple.local.port;
        let words = format!("   ... and more, all on the same local port {port}");
        lines.push(scene.cut(Dim, &words, room));
    }
    lines
}

fn trial(scene: Scene<'_>, room: usize) -> Vec<Line<'static>> {
    let Some(myth) = &scene.state.ui.myth else {
        let key = binding_of(Action::TryMyth).map(|binding| binding.keys[0].to_string());
        let key = key.unwrap_or_default();
        let tries = explain::forms(&Statement::new("test-myth"));
        let words = text::fitting(room.saturating_sub(text::width(&key) + 3), tries);
        return vec![scene.keys(&[(&key, &words)])];
    };
    let head = format!("Tested: {port} {ARROW} {port}", port = myth.port);
    let mut lines = vec![scene.cut(Strong, &head, room)];
    let calls = myth.calls.iter().enumerate();
    lines.extend(calls.map(|(n, call)| call_line(scene, call, n == 1, room)));
    lines
}

fn call_line(scene: Scene<'_>, call: &MythCall, is_again: bool, room: usize) -> Line<'static> {
    let who = text::safe(&call.who) + if is_again { " again" } else { "" };
    let room = room.saturating_sub(18);
    let (symbol, part, said) = match call.answer {
        None => ("~", Dim, String::from("connecting ...")),
        Some(Ok(row)) => {
            let (local, remote) = (row.tuple.local, row.tuple.remote);
            (WORKS, New, format!("connected: {local} {ARROW} {remote}"))
        }
        Some(Err(why)) => {
            let name = why.errno.symbol().unwrap_or("failed");
            let long = format!("{} failed: {} ({name})", why.call, why.errno.words());
            (REFUSED, Error, text::fitting(room, [long, format!("{} failed: {name}", why.call)]))
        }
    };
    let who = scene.named(Text, &text::fit(&who, 15));
    let said = scene.named(part, &text::cut(&said, room));
    [scene.span(part, format!(" {symbol} "))].into_iter().chain(who).chain(said).collect()
}
