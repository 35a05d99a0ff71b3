use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Holder, State, Statement, TableRow, explain};
use crate::tcp::{Host, ListenSpec, OnData, Port, ServerCloses, TcpState, escape};
use crate::view::ThemeRole::{Dim, Error, Gauge, Strong, Text, Warning};
use crate::view::pane::{gauge, listeners};
use crate::view::scene::{RankedLines, leave_out};
use crate::view::style::glyphs::glyph;
use crate::view::{Painter, Scene, push_fitting, text, width};

pub(crate) fn draw(painter: &mut Painter<'_>, area: Rect) {
    let scene = painter.scene;
    let inner = listeners::draw(painter, area);
    let room = usize::from(inner.width);
    let server = scene.state.server();
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
    lines.extend(payload(scene, room));
    leave_out(&mut lines, usize::from(inner.height));
    painter.put(inner, lines.into_iter().flat_map(|(_, lines)| lines));
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
    push_fitting(&mut first, Span::raw(format!("   {}", reach(running))), room);
    let mut first = vec![Line::from(first)];
    first.extend(scene.state.server().pending().map(|next| pending(scene, (running, next), room)));
    let queue = queue(scene, running, room);
    vec![(0, first), mode(scene, running, room), (1, vec![queue])]
}

/// What the form has been set to since.
fn pending(
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

fn mode(scene: Scene<'_>, running: &ListenSpec, room: usize) -> RankedLines {
    let server = scene.state.server();
    let (rank, accepts) = match server.pausing(scene.state.now) {
        Some(why) => {
            let words = format!("paused: {}", why.errno);
            (1, scene.span(Error, text::cut(&words, room.saturating_sub(1))))
        }
        None if server.held => (1, scene.span(Warning, "accept() is held: a resumes")),
        None => (4, Span::raw("accepts at once")),
    };
    let mut spans = vec![Span::raw(" "), accepts];
    let mut more = vec![format!("backlog {}", text::number(running.backlog))];
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

fn queue(scene: Scene<'_>, running: &ListenSpec, room: usize) -> Line<'static> {
    const GAUGE: usize = 20;
    let state = scene.state;
    let (waiting, most) = listen_rows(state).fold((0, 0), |sum: (u32, u32), line| {
        let queues = line.row.queues;
        (sum.0.saturating_add(queues.recv), sum.1.saturating_add(queues.send))
    });
    let asked = running.backlog.min(state.machine.somaxconn);
    let most = if most == 0 { asked } else { most };
    let words = format!(" {} of {}", text::number(waiting), text::number(most));
    let label = if room < 44 { " queue  " } else { " accept queue  " };
    let is_room = label.len() + words.len() + 8 <= room;
    let held = if state.server().held && is_room { "  held" } else { "" };
    let spare = room.saturating_sub(label.len() + words.len() + held.len() + 3);
    let (part, number) = match waiting {
        0 => (Gauge, Text),
        waiting if waiting >= most => (Error, Error),
        _ => (Gauge, Strong),
    };
    let mut spans = vec![Span::raw(label)];
    spans.extend(gauge(scene, part, (waiting, most), GAUGE.min(spare)));
    spans.extend([scene.span(number, words), scene.span(Warning, held)]);
    Line::from(spans)
}

/// The LISTEN rows of the server; LISTEN rows come first in the table.
fn listen_rows(state: &State) -> impl Iterator<Item = &TableRow> {
    let listens = |line: &&TableRow| line.row.state == TcpState::Listen;
    let is_own = |line: &&TableRow| {
        let name = line.row.name();
        state.server().sockets.iter().any(|socket| socket.name == name)
    };
    state.sockets.in_order().take_while(listens).filter(is_own)
}

fn idle_lines(scene: Scene<'_>, room: usize) -> Vec<RankedLines> {
    let spec = &scene.state.server().spec;
    let label = " will listen on ";
    let at = text::end(spec.at, room.saturating_sub(label.len()));
    let mut would = vec![scene.span(Dim, format!("{label}{at}"))];
    push_fitting(&mut would, scene.span(Dim, format!(", {}", reach(spec))), room);
    let what = Statement::new("not-listening")
        .with_some("seconds", scene.state.retries_in())
        .when("Others", scene.state.sockets.ports.is_listening(spec.at.port))
        .when("AnyPort", spec.at.port == Port::ANY)
        .with("port", spec.at.port);
    let idle = text::fitting(room.saturating_sub(1), explain::forms(&what));
    vec![
        (0, vec![Line::from(format!(" {idle}"))]),
        (2, vec![Line::from(would)]),
        (1, vec![scene.keys(&[("l", "listen"), ("L", "options")])]),
    ]
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
