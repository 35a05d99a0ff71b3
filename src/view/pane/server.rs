use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Holder, Statement, explain};
use crate::tcp::{Host, ListenSpec, OnData, Port, ServerCloses, TcpState, escape};
use crate::view::ThemeRole::{Dim, Error, Strong, Text, Warning};
use crate::view::pane::{listeners, numbers, queues};
use crate::view::scene::{RankedLines, leave_out};
use crate::view::style::glyphs::glyph;
use crate::view::{Painter, Scene, push_fitting, rect, text, width};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let inner = listeners::draw(painter, area);
    let server = scene.state.server();
    let are_several = scene.state.servers.are_several();
    // Trouble has all columns for its words, and so have several sockets.
    let is_sound = server.is_listening() && server.pausing(scene.state.now).is_none();
    let has_list = are_several || listeners::spread(server).is_some();
    let port = (is_sound && !has_list).then(|| server.at().port.to_string());
    let kept = 11 + server.at().to_string().len().max(19);
    let style = scene.theme.end(Some(Holder::SERVERS));
    let [text, bottom] = numbers::draw(painter, inner, (port, "port"), (style, kept));
    // One column stays blank before the frame.
    let [room, bottom_room] =
        [text, bottom].map(|place| usize::from(place.width).saturating_sub(1));
    let mut lines = if server.is_listening() {
        running_lines(scene, server.running.as_ref().unwrap_or(&server.spec), room)
    } else {
        idle_lines(scene, room)
    };
    if scene.state.servers.are_several() {
        // The list has its address.
        lines[0].1.remove(0);
    }
    lines.extend(totals(scene, room));
    let is_last =
        lines.iter().map(|(_, lines)| lines.len()).sum::<usize>() + 1 >= inner.height.into();
    lines.extend(payload(scene, if is_last { bottom_room } else { room }));
    leave_out(&mut lines, usize::from(inner.height), 0);
    for (n, line) in (0..).zip(lines.into_iter().flat_map(|(_, lines)| lines)) {
        painter.put(if n + 1 == inner.height { bottom } else { rect::line(text, n) }, [line]);
    }
}

fn running_lines(scene: Scene<'_>, running: &ListenSpec, room: usize) -> Vec<RankedLines> {
    let symbol = glyph(TcpState::Listen);
    let long = format!(" {symbol} LISTEN ");
    let spread = listeners::spread(scene.state.server());
    let after = spread.as_ref().map_or(0, |spread| spread.len() + 2);
    let fits = text::width(&long) + running.at.to_string().len() + after <= room;
    let label = if fits { long } else { format!(" {symbol} ") };
    let at = text::end(running.at, room.saturating_sub(text::width(&label)));
    let label = Span::styled(label, scene.theme.state(TcpState::Listen));
    let whose = Some(Holder::Server(scene.state.server().spec.id));
    let mut first = vec![label, scene.end(whose, at)];
    if let Some(spread) = spread {
        let spare = room.saturating_sub(width(&first));
        let tries = [format!("   accepted {spread}"), format!("  {spread}"), String::new()];
        first.push(Span::raw(text::fitting(spare, tries)));
    }
    let reach = reach(running);
    let is_beside = width(&first) + 3 + text::width(&reach) <= room;
    let below = (!is_beside).then(|| (5, vec![scene.cut(Text, &format!(" {reach}"), room)]));
    push_fitting(&mut first, Span::raw(format!("   {reach}")), room);
    let mut first = vec![Line::from(first)];
    first.extend(scene.state.server().pending().map(|next| pending(scene, (running, next), room)));
    let mut lines = vec![(0, first), mode(scene, running, room)];
    lines.extend(below);
    lines.extend(queues::lines(scene, running, room));
    lines
}

/// What the form has been set to since.
pub(crate) fn pending(
    scene: Scene<'_>,
    (running, next): (&ListenSpec, &ListenSpec),
    room: usize,
) -> Line<'static> {
    let what = if next.at == running.at { "other options".into() } else { next.at.to_string() };
    let what = format!(" pending: {what}");
    let words = text::cut_to_fit([format!("{what}, press l l"), what], room);
    scene.line(Warning, words)
}

fn reach(spec: &ListenSpec) -> String {
    let ip = spec.at.ip.to_canonical();
    let what = Statement::new("reach")
        .when("Lab", spec.host != Host::THIS)
        .when("Loopback", ip.is_loopback())
        .when("AnyAddress", ip.is_unspecified());
    explain::words(&what)
}

/// What accept() does.
pub(crate) fn accepts(scene: Scene<'_>, room: usize) -> Span<'static> {
    let server = scene.state.server();
    match server.pausing(scene.state.now) {
        Some(why) => scene.span(Error, text::cut(&format!("paused: {}", why.errno), room)),
        None if server.held => {
            let words = ["accept() is held: a resumes", "accept() is held"];
            scene.span(Warning, text::fitting(room, words))
        }
        None => Span::raw("accepts at once"),
    }
}

pub(crate) fn backlog(running: &ListenSpec) -> String {
    format!("backlog {}", text::number(running.backlog))
}

fn mode(scene: Scene<'_>, running: &ListenSpec, room: usize) -> RankedLines {
    let server = scene.state.server();
    let is_usual = !server.held && server.pausing(scene.state.now).is_none();
    let rank = if is_usual { 4 } else { 1 };
    let mut spans = vec![Span::raw(" "), accepts(scene, room.saturating_sub(1))];
    let mut more = vec![backlog(running)];
    match running.on_data {
        OnData::Read => (),
        OnData::LeaveUnread => more.push("leaves data unread".to_owned()),
        OnData::Echo => more.push("echoes".to_owned()),
    }
    match running.closes {
        ServerCloses::WithClient => (),
        ServerCloses::After(time) => more.push(format!("closes after {}", text::age(time))),
        ServerCloses::Never => more.push("never closes".to_owned()),
    }
    if running.reuse_addr {
        more.push("SO_REUSEADDR".to_owned());
    }
    if running.listeners > 1 {
        more.push(format!("{} sockets", running.listeners));
    }
    for text in more {
        push_fitting(&mut spans, scene.span(Dim, format!("   {text}")), room);
    }
    (rank, vec![Line::from(spans)])
}

fn idle_lines(scene: Scene<'_>, room: usize) -> Vec<RankedLines> {
    let spec = &scene.state.server().spec;
    let label = " will listen on ";
    let at = text::end(spec.at, room.saturating_sub(label.len()));
    let mut would = vec![scene.span(Dim, format!("{label}{at}"))];
    push_fitting(&mut would, scene.span(Dim, format!(", {}", reach(spec))), room);
    vec![
        (0, vec![Line::from(format!(" {}", idle(scene, room.saturating_sub(1))))]),
        (2, vec![Line::from(would)]),
        (1, vec![scene.keys(&[("l", "listen"), ("L", "options")])]),
    ]
}

/// That nothing listens, and why.
pub(crate) fn idle(scene: Scene<'_>, room: usize) -> String {
    let port = scene.state.server().spec.at.port;
    let what = Statement::new("not-listening")
        .with_some("seconds", scene.state.retries_in())
        .when("Others", scene.state.sockets.ports.is_listening(port))
        .when("AnyPort", port == Port::ANY)
        .with("port", port);
    text::fitting(room, explain::forms(&what))
}

fn totals(scene: Scene<'_>, room: usize) -> Option<RankedLines> {
    let server = scene.state.server();
    let totals = server.totals;
    if !server.is_listening() && totals.accepted == 0 {
        return None;
    }
    let (incoming, outgoing) = if room < 50 { ("in", "out") } else { ("received", "sent") };
    // The first line has the sockets of a single listener.
    let accepted = if scene.state.servers.are_several() {
        listeners::accepted(server)
    } else {
        text::number(totals.accepted)
    };
    let numbers = [
        ("accepted", accepted),
        ("open", text::number(scene.state.ends.count(Holder::Server(server.spec.id)))),
        (incoming, text::bytes(totals.received)),
        (outgoing, text::bytes(totals.sent)),
    ];
    // A number is shown whole, or not at all.
    let shorter: [&[usize]; 4] = [&[0, 1, 2, 3], &[0, 2, 3], &[0, 2], &[0]];
    let lines = shorter.into_iter().map(|which| {
        let spans = which.iter().map(|n| &numbers[*n]).flat_map(|(label, value)| {
            [scene.span(Dim, format!(" {label} ")), scene.span(Strong, format!("{value} "))]
        });
        spans.collect::<Line<'static>>()
    });
    let fitting = lines.into_iter().find(|line| line.width() <= room + 1);
    Some((2, vec![fitting.unwrap_or_default()]))
}

fn payload(scene: Scene<'_>, room: usize) -> Option<RankedLines> {
    let (from, bytes) = scene.state.server().last_payload.as_ref()?;
    let who = scene.state.peer_name(*from);
    let said = format!(" {} sent \"{}\"", text::safe(&who), escape(bytes));
    Some((3, vec![Line::from(scene.named(Text, &text::cut(&said, room)))]))
}
