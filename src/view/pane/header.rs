use std::net::IpAddr;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Holder, PointOfView, Role, Server};
use crate::tcp::{LocalAddress, TcpState};
use crate::view::ThemeRole::{Banner, Dim, Gauge, KeyCap, Name, Strong};
use crate::view::lab::wire;
use crate::view::style::glyphs::glyph;
use crate::view::{Painter, Scene, past, text, width};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let room = usize::from(area.width);
    let tries = [
        (WHOLE, 0),
        (HeaderText { gap: 2, ..WHOLE }, 0),
        (NAMELESS, 0),
        (NAMELESS, 1),
        (SYMBOL, 0),
        (SYMBOL, 1),
        (TIGHT, 1),
        (HeaderText { counts: false, ..NAMELESS }, 0),
        (LEAST, 0),
        (LEAST, 1),
        (LEAST, 2),
    ];
    // Beside an overlay one letter of a full line would stick out.
    let is_open = scene.state.ui.overlay.is_some();
    let tries = tries.into_iter();
    let tries = tries.filter(|(words, _)| words.gap != TIGHT.gap || !is_open);
    let mut both = tries.map(|(words, shrunk)| (left(scene, words), right(scene, (words, shrunk))));
    let fits = |both: &(Vec<Span>, Vec<Span>)| width(&both.0) + width(&both.1) < room;
    let Some((left, right)) = both.find(fits) else {
        return painter.render(Line::from(left(scene, LEAST)), area);
    };
    painter.put(area, [Line::from(left)]);
    painter.render(Line::from(right).right_aligned(), area);
}

#[derive(Clone, Copy)]
struct HeaderText {
    gap: usize,
    name: bool,
    words: bool,
    counts: bool,
}

const WHOLE: HeaderText = HeaderText { gap: 4, name: true, words: true, counts: true };
const NAMELESS: HeaderText = HeaderText { gap: 2, name: false, ..WHOLE };
const SYMBOL: HeaderText = HeaderText { words: false, ..NAMELESS };
const TIGHT: HeaderText = HeaderText { gap: 1, ..SYMBOL };
const LEAST: HeaderText = HeaderText { counts: false, ..SYMBOL };

fn left(scene: Scene<'_>, words: HeaderText) -> Vec<Span<'static>> {
    let gap = " ".repeat(words.gap);
    let mut spans = if words.name {
        vec![scene.span(Name, " fivetuple "), Span::raw(gap.clone())]
    } else {
        vec![Span::raw(" ")]
    };
    spans.extend(place(scene, words));
    spans.push(Span::raw(gap));
    let sockets = scene.state.seen();
    spans.push(scene.span(Strong, text::plural(sockets.connections(), "connection")));
    if !words.counts {
        return spans;
    }
    // The whole table is counted, whatever part of it is shown.
    let all = scene.state.ui.row_filter.view == PointOfView::BothEnds;
    let mut before = match (words.words, all) {
        (true, true) => " · rows: ",
        (true, false) => " · rows at both ends: ",
        (false, true) => " · ",
        (false, false) => " · both ends: ",
    };
    let after = if words.gap == TIGHT.gap { " " } else { ", " };
    for state in TcpState::ALL {
        let many = text::number(sockets.count(state));
        if many == "0" {
            continue;
        }
        let whose =
            Some(state).filter(|state| *state == TcpState::Listen).and_then(|_| whose(scene));
        spans.push(Span::raw(before));
        spans.push(Span::styled(format!("{many} {state}"), scene.theme.state(state)));
        spans.extend(whose.map(|whose| Span::raw(format!(" ({whose})"))));
        before = after;
    }
    spans
}

/// Whose the LISTEN rows are while the server does not listen.
fn whose(scene: Scene<'_>) -> Option<String> {
    let state = scene.state;
    if state.listened() {
        return None;
    }
    if state.held_sockets.iter().any(|socket| !socket.name.tuple.is_connected()) {
        return Some(String::from("staged by S"));
    }
    let mut rows = state.seen().in_order().take_while(|line| line.row.state == TcpState::Listen);
    let first = rows.next().map(|line| Role::of(state, &line.row));
    match first {
        Some(Role::OtherListener(program)) if rows.next().is_none() => Some(text::safe(&program)),
        Some(_) => Some(String::from("other programs")),
        None => None,
    }
}

fn place(scene: Scene<'_>, words: HeaderText) -> Vec<Span<'static>> {
    let mut listening = scene.state.then_listening();
    let Some(server) = listening.next() else {
        return vec![scene.span(Dim, "not listening")];
    };
    let listens = if words.words {
        Span::raw("listening on ")
    } else {
        let symbol = format!("{} ", glyph(TcpState::Listen));
        Span::styled(symbol, scene.theme.state(TcpState::Listen))
    };
    let more = match listening.count() {
        0 => String::new(),
        more if words.words => format!(" and {more} more"),
        more => format!(" +{more}"),
    };
    let whose = Some(Holder::Server(server.spec.id));
    vec![listens, scene.end(whose, server.at().to_string()), Span::raw(more)]
}

fn right(scene: Scene<'_>, (words, shrunk): (HeaderText, u8)) -> Vec<Span<'static>> {
    let state = scene.state;
    let mut spans = Vec::new();
    let mut scope =
        if state.ui.row_filter.whole_machine { "whole machine" } else { "demo sockets" };
    if state.lab.is_up() {
        // The settings of the wire, for views that do not show it.
        let most = match shrunk {
            0 => 4,
            1 => 1,
            _ => 0,
        };
        let settings = wire::status(scene).into_iter().filter(|(part, _)| *part != Dim);
        let settings = settings.take(most);
        spans.extend(settings.flat_map(|(part, words)| [Span::raw(" "), scene.span(part, words)]));
        spans.push(Span::raw("  "));
        scope = "lab";
    }
    match shrunk {
        0 => spans.push(scene.span(Dim, format!(" {scope}   "))),
        1 => (),
        _ => spans.push(scene.span(Dim, format!("{scope}  "))),
    }
    match past::short(state) {
        Some(words) => spans.push(scene.span(KeyCap, words)),
        // The counts matter more.
        None if words.gap == TIGHT.gap => (),
        None => spans.push(scene.span(Gauge, "live ")),
    }
    spans
}

pub(crate) fn draw_warning(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let open = scene.state.servers.all.iter().filter(|server| server.is_open_to_others());
    let open = open.map(|server| {
        // The port comes first: the last of many addresses may be cut.
        format!("port {} is reachable on {}", server.at().port, reachable_on(scene, server))
    });
    let warning = format!(" OPEN TO THE NETWORK: {}", open.collect::<Vec<_>>().join("; "));
    let line = Line::from(text::cut(&warning, usize::from(area.width)));
    painter.render(line.style(scene.style(Banner)), area);
}

fn reachable_on(scene: Scene<'_>, server: &Server) -> String {
    let at = server.at();
    if !at.ip.is_unspecified() {
        return at.ip.to_string();
    }
    let only_v6 = server.running.as_ref().is_some_and(|spec| spec.only_v6);
    let is_reached = |own: &&LocalAddress| match at.ip {
        _ if own.ip.is_loopback() => false,
        IpAddr::V4(_) => own.ip.is_ipv4(),
        IpAddr::V6(_) => own.ip.is_ipv6() || !only_v6,
    };
    let addresses = scene.state.machine.addresses.iter().filter(is_reached);
    let addresses = addresses.map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if addresses.is_empty() { String::from("any address of this machine") } else { addresses }
}
