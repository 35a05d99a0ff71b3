use ratatui::text::{Line, Span};

use super::columns::{BRACKET, Columns, LONG_AGE, ROOMY, is_unaccepted, owner, proto};
use super::glyphs::{BLAMED, CHOSEN, LOWER, MARKED, UPPER, glyph, mark};
use super::leaving::{self, countdown, ghost};
use super::paint::Scene;
use super::text;
use super::theme::Part;
use crate::app::{Line as TableLine, Mark, Role};
use crate::tcp::{Protocol, RowName, TcpState, TimerKind};

/// How a row is joined to its neighbour: both are ends of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    /// To the one below.
    Upper,
    /// To the one above.
    Lower,
    /// Not at all.
    None,
}

/// The names of the columns.
pub(super) fn head(scene: Scene<'_>, columns: &Columns) -> Line<'static> {
    let mut text = String::from("   ");
    let mut add = |title: &str, width: usize| {
        if width > 0 {
            text += &text::fit(title, width);
            text += " ";
        }
    };
    add("Proto", columns.proto);
    add("Recv-Q", columns.recv);
    add("Send-Q", columns.send);
    add("Local Address", columns.address);
    add("Foreign Address", columns.address);
    add("State", columns.state);
    add("Role", columns.role + BRACKET);
    add("Age", columns.age);
    add("Owner", columns.owner);
    Line::from(text).style(scene.style(Part::Heading))
}

/// One row of the table.
pub(super) fn line(
    scene: Scene<'_>,
    columns: &Columns,
    name: RowName,
    bracket: Bracket,
) -> Line<'static> {
    let state = scene.state;
    let Some(line) = state.seen().get(name) else {
        return Line::default();
    };
    let mut spans = signs(scene, line);
    spans.push(Span::raw(numbers(columns, line)));
    spans.extend(tail(scene, columns, line, bracket));
    let whole = line.gone.map(|_| Part::Gone);
    if state.desk.selected == Some(name) {
        one_style(spans).style(scene.style(Part::Selected))
    } else if let Some(part) = whole {
        let signs = spans.remove(0);
        let mut line = one_style(spans);
        line.spans.iter_mut().for_each(|span| span.style = scene.style(part));
        line.spans.insert(0, signs);
        line
    } else {
        Line::from(spans)
    }
}

pub(super) fn one_style(spans: Vec<Span<'static>>) -> Line<'static> {
    let text: String = spans.into_iter().map(|span| span.content).collect();
    Line::from(text)
}

/// Whether the row is chosen, and its mark.
pub(super) fn signs(scene: Scene<'_>, line: &TableLine) -> Vec<Span<'static>> {
    let name = line.row.name();
    let state = scene.state;
    let chosen = if state.desk.selected == Some(name) { CHOSEN } else { " " };
    let fresh = line.mark(state.then());
    let (part, sign) = if state.blamed().contains(&name) {
        (Part::Error, BLAMED)
    } else {
        let part = match fresh {
            Mark::New => Part::New,
            Mark::Changed => Part::Changed,
            Mark::Gone => Part::Gone,
            Mark::Told => Part::Told,
            Mark::Plain => Part::Text,
        };
        (part, mark(fresh))
    };
    let marked = if state.desk.marked == Some(name) { MARKED } else { " " };
    vec![scene.span(part, format!("{chosen}{sign}{marked}"))]
}

/// Protocol, queues and both addresses.
fn numbers(columns: &Columns, line: &TableLine) -> String {
    let row = &line.row;
    let mut text = String::with_capacity(96);
    if columns.proto > 0 {
        text += &text::fit(&proto(&row.name()), columns.proto);
        text += " ";
    }
    let queues = [(row.queues.recv, columns.recv), (row.queues.send, columns.send)];
    for (queue, width) in queues.into_iter().filter(|(_, width)| *width > 0) {
        text.extend([format!("{queue:>width$} ")]);
    }
    for end in [row.tuple.local, row.tuple.remote] {
        let width = columns.address;
        text += &text::fit(&text::end(end, width), width);
        text += " ";
    }
    text
}

/// State, role, bracket, age and owner; or why the row is gone, or for how long it stays.
fn tail(
    scene: Scene<'_>,
    columns: &Columns,
    line: &TableLine,
    bracket: Bracket,
) -> Vec<Span<'static>> {
    let row = &line.row;
    let join = match bracket {
        Bracket::Upper => UPPER,
        Bracket::Lower => LOWER,
        Bracket::None => " ",
    };
    if let Some(gone) = line.gone {
        return ghost(columns, row.state, gone.why, join);
    }
    let style = scene.theme.state(row.state);
    let left = time_left(scene, line);
    if columns.age == 0
        && let Some(left) = &left
    {
        let mut spans = countdown(scene, columns, line, (left, join));
        spans[0].style = style;
        return spans;
    }
    let state = Span::styled(format!("{} {:<11} ", glyph(row.state), row.state), style);
    let is_roomy = columns.age >= LONG_AGE;
    let mut role = role(scene, line, columns.role);
    if columns.proto == 0 && row.tuple.protocol == Protocol::Udp {
        role = udp(&role, columns.role);
    }
    let beside = left.as_ref().filter(|_| !is_roomy);
    let beside = beside.and_then(|left| leaving::beside(&role, left, columns.role));
    let is_told = beside.is_some();
    role = text::fit(&beside.unwrap_or(role), columns.role);
    let mut spans = vec![state, Span::raw(role), scene.span(Part::Dim, join)];
    if columns.age > 0 {
        let again = || unanswered(line).filter(|_| is_roomy);
        let left = left.map(|left| match left.strip_suffix(" left") {
            Some(left) if !is_roomy => format!("-{left}"),
            Some(_) | None => left,
        });
        let age = || text::age(scene.state.then().since(line.born));
        let mut age = left.or_else(again).unwrap_or_else(age);
        if is_told {
            age.clear();
        }
        if age.len() > columns.age {
            age = age.replace(' ', "");
        }
        spans.push(Span::raw(text::fit(&format!(" {age}"), columns.age + 1)));
    }
    if columns.owner > 0 {
        let owner = owner(scene.state, line, columns.owner);
        spans.push(scene.span(Part::Dim, format!(" {}", text::cut(&owner, columns.owner))));
    }
    spans
}

/// The role of a UDP row where no column tells the protocol, in at most `room` columns.
fn udp(role: &str, room: usize) -> String {
    let whole = format!("{} {role}", Protocol::Udp);
    if text::width(&whole) > room {
        return Protocol::Udp.to_string();
    }
    whole
}

/// Whose server end it is, in at most `room` columns where that can be.
fn server_of(peer: &str, room: usize) -> String {
    let tries = [format!("server ({peer})"), format!("server {peer}")];
    let fits = |text: &String| text::width(text) <= room;
    tries.into_iter().find(fits).unwrap_or_else(|| format!("of {peer}"))
}

/// How long a row that the kernel keeps by itself still stays.
pub(super) fn time_left(scene: Scene<'_>, line: &TableLine) -> Option<String> {
    let keeps = line.row.timer?.kind == TimerKind::TimeWait && line.gone.is_none();
    if !keeps {
        return None;
    }
    line.time_left(scene.state.then()).map(text::left)
}

/// How often the kernel has sent something in vain, while it tries.
fn unanswered(line: &TableLine) -> Option<String> {
    let timer = line.row.timer.filter(|timer| timer.tries > 0)?;
    match timer.kind {
        TimerKind::Retransmit => Some(format!("resent {}", timer.tries)),
        TimerKind::ZeroWindowProbe => Some(format!("probe {}", timer.tries)),
        TimerKind::KeepAlive | TimerKind::TimeWait => None,
    }
}

/// The same in more words, and when it is tried the next time.
pub(super) fn tries(scene: Scene<'_>, line: &TableLine) -> Option<String> {
    unanswered(line)?;
    let timer = line.row.timer?;
    let what = match timer.kind {
        TimerKind::ZeroWindowProbe => "asked for room",
        TimerKind::Retransmit | TimerKind::KeepAlive | TimerKind::TimeWait => "sent again",
    };
    let often = crate::app::words::many(u64::from(timer.tries), "time", "times");
    let left = text::short(line.time_left(scene.state.then())?);
    Some(format!("{what} {often} in vain, next in {left}"))
}

/// What the row is in this demonstration, in at most about `room` columns.
pub(super) fn role(scene: Scene<'_>, line: &TableLine, room: usize) -> String {
    let role = Role::of(scene.state, &line.row);
    let unaccepted = is_unaccepted(scene.state, line);
    let text = match &role {
        Role::ServerEnd(_) if unaccepted && room >= ROOMY => String::from("server, not accepted"),
        Role::ServerEnd(_) if unaccepted => String::from("not accepted"),
        Role::ServerEnd(_) if room < 10 => String::from("server"),
        Role::ServerEnd(peer) if room < ROOMY => server_of(peer, room),
        Role::Unknown if line.row.state != TcpState::TimeWait => role.to_string(),
        Role::Unknown if room < 17 => String::from("nobody's"),
        Role::Unknown => String::from("nobody's any more"),
        Role::Listener
        | Role::ServerEnd(_)
        | Role::Client(_)
        | Role::OtherListener(_)
        | Role::Other(_) => role.to_string(),
    };
    text::safe(&text)
}
