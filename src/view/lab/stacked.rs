//! The lab on a narrow screen: the server's table, the wire and the client's table below each other.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tcp::SocketId;
use crate::view::ThemeRole::{Border, Dim, Title};
use crate::view::lab::titles::titles;
use crate::view::lab::{pairs, wire};
use crate::view::style::glyphs::DASH;
use crate::view::table::{columns, narrow, netstat, titles};
use crate::view::{Painter, Scene, ThemeRole, Titles, rect, text, width};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let state = scene.state;
    let mut rest = rect::inside(area);
    let Some(server) = state.lab.server() else { return };
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
    let [(at_server, server_part), (at_client, client_part)] =
        [(server.host, of_server), (client, of_client)].map(|(host, lines)| {
            let places = pairs::of_one(state, host, lines);
            let rows: Vec<SocketId> = places.iter().map(|place| state.ui.shown[*place]).collect();
            (rows, pairs::part(state, host, &places))
        });
    let [mut server_title, client_titles] = titles(scene, area.width);
    server_title.right.extend(titles::found(scene).into_iter().chain(server_part));
    painter.pane(area, server_title);
    draw_table(painter, &mut rest, &at_server, (of_server, head));
    let mut spans = vec![scene.span(Title, " The wire ")];
    let status = wire::status_lines(scene, room.saturating_sub(20));
    spans.extend(status.into_iter().take(1).flat_map(|line| line.spans));
    rule(painter, rect::take_top(&mut rest, 1), spans);
    let place = rect::take_top(&mut rest, rect::len(of_wire));
    painter.put(place, wire::lines(scene, room, of_wire));
    let client_title = client_title(scene, client_titles, usize::from(area.width), client_part);
    rule(painter, rect::take_top(&mut rest, 1), client_title);
    let head = if state.ui.netstat { 2 } else { 0 };
    draw_table(painter, &mut rest, &at_client, (of_client, head));
}

fn client_title(
    scene: Scene<'_>,
    titles: Titles,
    width: usize,
    part: Option<(ThemeRole, String)>,
) -> Vec<Span<'static>> {
    let state = scene.state;
    let place = match state.clients.computers.len() {
        2.. if titles.right.is_empty() => {
            let all = state.clients.computers.len();
            format!("{DASH} {} of {all} ", state.clients.chosen + 1)
        }
        _ => String::new(),
    };
    let name = format!(" {}", titles.name);
    let about = format!(" {} ", titles.about);
    let tries = match part {
        Some((_, part)) => vec![
            format!("{place}{DASH} rows {part} "),
            format!("{DASH} rows {part} "),
            format!("{DASH} {part} "),
        ],
        None => vec![place, String::new()],
    };
    let left = width.saturating_sub(5 + text::width(&name) + text::width(&about));
    let about = about + &text::fitting(left, tries);
    let right = titles.right.into_iter();
    let right = right.map(|(part, words)| scene.span(part, format!("{words} ")));
    [scene.span(Title, name), scene.span(Dim, about)].into_iter().chain(right).collect()
}

fn rule(painter: &mut Painter<'_>, place: Rect, title: Vec<Span<'static>>) {
    let scene = painter.scene;
    let left = usize::from(place.width).saturating_sub(2 + width(&title));
    let rest = format!(" {}", DASH.repeat(left.saturating_sub(1)));
    let mut line = scene.line(Border, DASH.repeat(2));
    line.spans.extend(title.into_iter().chain([scene.span(Border, rest)]));
    painter.put(place, [line]);
}

/// From this width on roles have room beside whole addresses.
const ROLES: usize = 68;

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
        painter.render(scene.cut(Dim, &format!("   {}", no_row(scene)), room), place);
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
    let server = scene.state.server();
    let key = if server.is_listening() { "Press c to connect." } else { "Press l to listen." };
    format!("No rows with port {}. {key}", server.at().port)
}

/// Divides `all` lines among three areas, one line each in turn.
fn shares(wanted: [usize; 3], all: usize) -> [usize; 3] {
    let mut given = [1, 1, 0];
    let mut left = all.saturating_sub(2);
    while left > 0 && given.iter().zip(wanted).any(|(given, wanted)| *given < wanted) {
        for (given, wanted) in given.iter_mut().zip(wanted) {
            if *given < wanted && left > 0 {
                *given += 1;
                left -= 1;
            }
        }
    }
    given[2] += left;
    given
}
