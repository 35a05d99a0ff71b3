//! The lab on a narrow screen: the server's table, the wire and the client's table below each other.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::Pane;
use crate::tcp::SocketId;
use crate::view::ThemeRole::{Border, Dim, Title};
use crate::view::lab::titles::titles;
use crate::view::lab::{pairs, wire};
use crate::view::style::glyphs::{DASH, SELECTED};
use crate::view::table::{columns, narrow, netstat, titles};
use crate::view::{Painter, Scene, ThemeRole, rect, text, width};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let state = scene.state;
    let mut rest = rect::inside(area);
    let Some(server) = state.lab.server() else {
        return;
    };
    let (room, client) = (usize::from(rest.width), state.clients.computer().host);
    let most = usize::from(rest.height.saturating_sub(2));
    let head = if state.ui.netstat { 2 } else { usize::from(most > 8) };
    let spare = most.saturating_sub(head * if state.ui.netstat { 2 } else { 1 });
    let wanted = [
        pairs::of_one(state, server.host, spare).len(),
        pairs::of_one(state, client, spare).len(),
        wire::lines(scene, room, spare).len(),
    ];
    let [of_server, of_client, of_wire] = shares(wanted, spare);
    let places = [(server.host, of_server), (client, of_client)]
        .map(|(host, lines)| pairs::of_one(state, host, lines));
    let rows = [0, 1].map(|side: usize| {
        let places = places[side].iter();
        let names = places.map(|place| state.ui.shown[*place]);
        names.collect::<Vec<SocketId>>()
    });
    let mut title = titles(scene, true, area.width);
    title.right.extend(titles::found(scene));
    let part = pairs::part(state, server.host, &places[0]);
    title.right.extend(part);
    painter.pane(Pane::Sockets, area, title);
    let part = pairs::part(state, client, &places[1]);
    draw_table(painter, &mut rest, &rows[0], (of_server, head));
    let mut spans = vec![scene.span(Title, " The wire ")];
    let status = wire::status_lines(scene, room.saturating_sub(20));
    spans.extend(status.into_iter().take(1).flat_map(|line| line.spans));
    rule(painter, rect::take_top(&mut rest, 1), spans);
    let place = rect::take_top(&mut rest, rect::len(of_wire));
    painter.put(place, wire::lines(scene, room, of_wire));
    rule(painter, rect::take_top(&mut rest, 1), client_title(scene, area, part));
    let head = if state.ui.netstat { 2 } else { 0 };
    draw_table(painter, &mut rest, &rows[1], (of_client, head));
}

/// The title of the client's table, and which part of it is shown.
fn client_title(
    scene: Scene<'_>,
    area: Rect,
    part: Option<(ThemeRole, String)>,
) -> Vec<Span<'static>> {
    let state = scene.state;
    let titles = titles(scene, false, area.width);
    let symbol = if state.ui.focus == Pane::Computers { SELECTED } else { "" };
    let place = match state.clients.computers.len() {
        1 => String::new(),
        _ if !titles.right.is_empty() => String::new(),
        all => format!("{DASH} {} of {all} ", state.clients.chosen + 1),
    };
    let spans = |place: &str| {
        vec![
            scene.span(Title, format!(" {symbol}{}", titles.name)),
            scene.span(Dim, format!(" {} {place}", titles.about)),
        ]
    };
    let tries = match part {
        Some((_, part)) => vec![
            format!("{place}{DASH} rows {part} "),
            format!("{DASH} rows {part} "),
            format!("{DASH} {part} "),
        ],
        None => vec![place, String::new()],
    };
    let room = usize::from(area.width).saturating_sub(5);
    let fitting = tries.iter().find(|words| width(&spans(words)) <= room);
    let mut title = spans(fitting.or(tries.last()).map_or("", String::as_str));
    let right = titles.right.into_iter();
    title.extend(right.map(|(part, words)| scene.span(part, format!("{words} "))));
    title
}

/// A title on a line across the pane.
fn rule(painter: &mut Painter<'_>, place: Rect, mut spans: Vec<Span<'static>>) {
    let scene = painter.scene;
    let room = usize::from(place.width);
    spans.insert(0, scene.span(Border, DASH.repeat(2)));
    let left = room.saturating_sub(width(&spans));
    spans.push(scene.span(Border, format!(" {}", DASH.repeat(left.saturating_sub(1)))));
    painter.render(Line::from(spans), place);
}

/// From this width on roles have room beside whole addresses.
const ROLES: usize = 68;

/// Draws a table of so many lines at the top of `rest`.
fn draw_table(
    painter: &mut Painter<'_>,
    rest: &mut Rect,
    rows: &[SocketId],
    (lines, head): (usize, usize),
) {
    let scene = painter.scene;
    let mut place = rect::take_top(rest, rect::len(lines + head));
    let room = usize::from(place.width);
    if scene.state.ui.netstat {
        netstat::draw(painter, place, (2, rows));
    } else if rows.is_empty() {
        let words = text::cut(&format!("   {}", no_row(scene)), room);
        painter.render(scene.span(Dim, words), place);
    } else {
        let columns =
            if room < ROLES { narrow::wide() } else { columns::fitting(scene, room, rows) };
        let head = (head > 0).then(|| columns.head(scene));
        painter.put(place, head.into_iter().chain(columns.lines(scene, rows)));
    }
    rect::take_top(&mut place, rect::len(head));
    painter.scroll.list(place, rows.iter().copied(), 1);
}

fn no_row(scene: Scene<'_>) -> String {
    let find = scene.state.ui.find.text.value();
    if !find.is_empty() {
        return format!("No row contains \"{}\". Press Esc for all rows.", scene.own(find));
    }
    let key = if scene.state.server.is_listening() {
        "Press c to connect."
    } else {
        "Press l to listen."
    };
    format!("No rows with port {}. {key}", scene.state.server.at().port)
}

/// Divides `all` lines among three areas, one line each in turn.
fn shares(wanted: [usize; 3], all: usize) -> [usize; 3] {
    let mut given = [1, 1, 0];
    let mut left = all.saturating_sub(2);
    loop {
        let before = left;
        for (given, wanted) in given.iter_mut().zip(wanted) {
            if *given < wanted && left > 0 {
                *given += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    given[2] += left;
    given
}
