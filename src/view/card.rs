use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::arrange;
use super::columns;
use super::five;
use super::glyphs::{ARROW, CUT, HOLLOW, glyph};
use super::paint::{Scene, put};
use super::row;
use super::scroll::Scroll;
use super::text;
use super::theme::Part;
use crate::app::Line as TableLine;
use crate::tcp::{RowName, TcpState};

/// One connection: its five numbers, both ends, and the states that they passed.
pub(super) fn draw(
    frame: &mut Frame<'_>,
    screen: Rect,
    scene: Scene<'_>,
    name: RowName,
    scroll: &mut Scroll,
) {
    let width = 100.min(screen.width - 2);
    let room = usize::from(width.saturating_sub(4));
    let most = usize::from(screen.height).saturating_sub(3 + 2);
    let lines = lines(scene, name, (room, most));
    let height = u16::try_from(lines.len() + 3 + 2).unwrap_or(u16::MAX);
    let area = arrange::middle(screen, width, height.min(screen.height));
    let title = if name.tuple.is_connected() {
        "Inside this connection"
    } else {
        "Inside this socket"
    };
    let mut inner = scene.sheet(frame, area, title, scene.keys(&[("Esc", "close")]));
    scroll.visible.push(name);
    let mirror = scene.state.seen().mirror(name);
    scroll.visible.extend(mirror.map(|line| line.row.name()));
    let boxes = arrange::take_top(&mut inner, 3);
    five::draw(frame, boxes, scene, name);
    put(frame, inner, lines);
}

/// How little some lines are needed, and the lines.
type Ranked = (u8, Vec<Line<'static>>);

/// What is to be said, in at most so many columns and lines: what is needed least goes first.
fn lines(scene: Scene<'_>, name: RowName, (room, most): (usize, usize)) -> Vec<Line<'static>> {
    let sockets = scene.state.seen();
    let Some(line) = sockets.get(name) else {
        let gone = "The kernel has this row no more.";
        return vec![Line::default(), Line::from(scene.span(Part::Dim, gone))];
    };
    let mirror = sockets.mirror(name);
    let mut groups: Vec<Ranked> = vec![
        (1, sentence(scene, line, mirror, room)),
        (9, vec![Line::default()]),
    ];
    groups.extend(ends(scene, line, mirror, room));
    while groups.iter().map(|(_, lines)| lines.len()).sum::<usize>() > most {
        let least = (0..groups.len()).max_by_key(|n| groups[*n].0);
        groups.remove(least.unwrap_or(0));
    }
    groups.into_iter().flat_map(|(_, lines)| lines).collect()
}

fn sentence(
    scene: Scene<'_>,
    line: &TableLine,
    mirror: Option<&TableLine>,
    room: usize,
) -> Vec<Line<'static>> {
    let state = line.row.state;
    let (port, name) = (line.row.tuple.local.port, line.row.name());
    let words = if line.gone.is_some() {
        gone_words(state, mirror)
    } else if state == TcpState::Listen {
        format!(
            "A listening socket has no other end: it is the door at port {port}, and stays when somebody comes in."
        )
    } else if !name.tuple.is_connected() {
        format!("Bound to port {port}, without another end.")
    } else if state == TcpState::TimeWait {
        String::from(
            "No process holds it any more; the kernel keeps the five numbers reserved, so that late segments harm nobody.",
        )
    } else if columns::is_unaccepted(scene.state, line) {
        String::from(
            "The kernel has made this connection by itself; it waits until the server calls accept().",
        )
    } else {
        String::from("These five numbers tell it from every other connection.")
    };
    let lines = text::wrap(&words, room).into_iter();
    lines
        .map(|words| Line::from(scene.span(Part::Dim, words)))
        .collect()
}

/// What is left of a row that is gone.
fn gone_words(last: TcpState, mirror: Option<&TableLine>) -> String {
    let alive = mirror.filter(|line| line.gone.is_none());
    match alive.map(|line| line.row.state) {
        Some(TcpState::TimeWait) => {
            "The kernel has this row no more; the other end keeps the five numbers, in TIME_WAIT."
        }
        Some(_) => "The kernel has this row no more; the other end is still there.",
        None if last == TcpState::Listen => {
            "The kernel has this row no more: nobody listens through this socket."
        }
        None => "The kernel has this row no more: its five numbers are free again.",
    }
    .to_owned()
}

/// This end at the left, the other at the right.
fn ends(
    scene: Scene<'_>,
    line: &TableLine,
    mirror: Option<&TableLine>,
    room: usize,
) -> Vec<Ranked> {
    const LABEL: usize = 8;
    let connected = line.row.tuple.is_connected();
    let room = room.saturating_sub(LABEL);
    let (heads, column) = if connected {
        (["this end", "the other end"], (room / 2).saturating_sub(1))
    } else {
        (["this socket", ""], room)
    };
    let head = vec![
        Span::raw(" ".repeat(LABEL)),
        scene.span(Part::Heading, text::fit(heads[0], column + 1)),
        scene.span(Part::Heading, heads[1]),
    ];
    let here = facts(scene, line, column);
    let there = match mirror {
        Some(mirror) => facts(scene, mirror, column),
        None if connected => elsewhere(scene, line, column),
        None => Vec::new(),
    };
    let mut groups = vec![(1, vec![Line::from(head)])];
    for (n, (rank, label)) in FACTS.into_iter().enumerate() {
        let [mut here, mut there] = [&here, &there].map(|facts| {
            let lines = facts.get(n).cloned().unwrap_or_default();
            lines.into_iter()
        });
        let mut label = text::fit(label, LABEL);
        let mut lines = Vec::new();
        loop {
            let (here, there) = (here.next(), there.next());
            if here.is_none() && there.is_none() {
                break;
            }
            let here = here.unwrap_or_default();
            let pad = (column + 1).saturating_sub(here.width());
            let label = std::mem::replace(&mut label, " ".repeat(LABEL));
            lines.push(Line::from(vec![
                scene.span(Part::Dim, label),
                here,
                Span::raw(" ".repeat(pad)),
                there.unwrap_or_default(),
            ]));
        }
        groups.push((rank, lines));
    }
    groups
}

/// What is told of each end, and how little it is needed.
const FACTS: [(u8, &str); 10] = [
    (1, "role"),
    (1, "state"),
    (8, ""),
    (6, "since"),
    (7, "before"),
    (4, "Recv-Q"),
    (5, "Send-Q"),
    (2, "owner"),
    (3, "timer"),
    (3, "end"),
];

/// An end that the table does not have: it is gone, unless it is another machine's.
fn elsewhere(scene: Scene<'_>, line: &TableLine, room: usize) -> Vec<Vec<Span<'static>>> {
    let ip = line.row.tuple.remote.ip.to_canonical();
    let ours = ip.is_loopback() || scene.state.machine.addresses.contains(&ip);
    let words = if ours { "gone" } else { "on another machine" };
    vec![vec![scene.span(Part::Dim, text::cut(words, room))]]
}

/// The lines of each fact of one end.
fn facts(scene: Scene<'_>, line: &TableLine, room: usize) -> Vec<Vec<Span<'static>>> {
    let row = &line.row;
    let state = scene.state;
    let listens = row.state == TcpState::Listen;
    let plain = |text: &str| {
        let cut = text::cut(text, room);
        Vec::from_iter(Some(Span::raw(cut)).filter(|_| !text.is_empty()))
    };
    let queue = |value: u32, what: &str| {
        let unit = if listens { what } else { "B" };
        plain(&format!("{value} {unit}"))
    };
    let (sign, style, meaning) = if line.gone.is_some() {
        let meaning = "the last state that was seen";
        (HOLLOW.to_owned(), scene.style(Part::Gone), meaning)
    } else {
        let sign = glyph(row.state).to_string();
        (sign, scene.theme.state(row.state), row.state.meaning())
    };
    let seen = Span::styled(text::cut(&format!("{sign} {}", row.state), room), style);
    let meaning = text::wrap(meaning, room).into_iter();
    let ends = match line.gone {
        Some(gone) => gone.why.words().to_owned(),
        None => row::time_left(scene, line).unwrap_or_default(),
    };
    let tries = row::tries(scene, line).filter(|_| line.gone.is_none());
    let tries = text::wrap(&tries.unwrap_or_default(), room).into_iter();
    let tries = tries.filter(|words| !words.is_empty());
    let role = text::cut(&row::role(scene, line, room), room);
    vec![
        vec![scene.span(Part::Strong, role)],
        vec![seen],
        meaning.map(|words| scene.span(Part::Dim, words)).collect(),
        plain(&text::clock(state.started, line.passed_since())),
        plain(&passed(line, room)),
        queue(row.queues.recv, "waiting for accept()"),
        queue(row.queues.send, "may wait (backlog)"),
        plain(&columns::owner(state, line, room)),
        tries
            .map(|words| scene.span(Part::Warning, words))
            .collect(),
        plain(&ends),
    ]
}

/// The states before the present one, and how long each was seen; the oldest are left out where there is no room.
fn passed(line: &TableLine, room: usize) -> String {
    let mut text = String::new();
    let mut until = line.passed_since();
    for sighting in line.passed.iter().rev() {
        let lasted = text::short(until.since(sighting.since));
        until = sighting.since;
        let piece = format!("{} {lasted}", sighting.state);
        let longer = if text.is_empty() {
            piece
        } else {
            format!("{piece} {ARROW} {text}")
        };
        if text::width(&longer) + 2 > room && !text.is_empty() {
            return format!("{CUT} {text}");
        }
        text = longer;
    }
    if text.is_empty() {
        String::from("-")
    } else {
        text
    }
}
