use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType};

use super::arrange;
use super::columns;
use super::glyphs::{ARROW, CUT, glyph};
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
    let lines = lines(scene, name, room);
    let height = u16::try_from(lines.len() + 3 + 2).unwrap_or(u16::MAX);
    let area = arrange::middle(screen, width, height.min(screen.height));
    let title = if name.tuple.is_connected() {
        "Inside this connection"
    } else {
        "Inside this socket"
    };
    let mut inner = scene.sheet(frame, area, title, scene.keys(&[("Esc", "close")]));
    scroll.visible.push(name);
    let mirror = scene.state.sockets.mirror(name);
    scroll.visible.extend(mirror.map(|line| line.row.name()));
    let boxes = arrange::take_top(&mut inner, 3);
    draw_boxes(frame, boxes, scene, name);
    put(frame, inner, lines);
}

fn lines(scene: Scene<'_>, name: RowName, room: usize) -> Vec<Line<'static>> {
    let sockets = &scene.state.sockets;
    let Some(line) = sockets.get(name) else {
        let gone = "The kernel has this row no more.";
        return vec![Line::default(), Line::from(scene.span(Part::Dim, gone))];
    };
    let mut lines = sentence(scene, line, room);
    lines.extend(ends(scene, line, sockets.mirror(name), room));
    lines
}

/// The five numbers in a box each; in one line of text where the boxes do not fit.
fn draw_boxes(frame: &mut Frame<'_>, area: Rect, scene: Scene<'_>, name: RowName) {
    let (local, remote) = (name.tuple.local, name.tuple.remote);
    let numbers = [
        ("protocol", "", columns::proto(&name)),
        ("local address", "local", local.ip.to_string()),
        ("local port", "port", local.port.to_string()),
        ("foreign address", "foreign", remote.ip.to_string()),
        ("foreign port", "port", remote.port.to_string()),
    ];
    let widths = |long: bool| {
        numbers.clone().map(|(title, short, number)| {
            let title = if long { title } else { short };
            text::width(title).max(text::width(&number)) + 4
        })
    };
    let room = usize::from(area.width);
    let long = widths(true).iter().sum::<usize>() <= room;
    let widths = widths(long);
    if widths.iter().sum::<usize>() > room {
        let texts = numbers.map(|(_, _, number)| number);
        let lines = text::wrap(&texts.join("  "), room).into_iter();
        put(
            frame,
            area,
            lines.map(|line| Line::from(scene.span(Part::Strong, line))),
        );
        return;
    }
    let mut x = area.x;
    for ((title, short, number), width) in numbers.into_iter().zip(widths) {
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        let place = Rect { x, width, ..area };
        let title = if long { title } else { short };
        let title = if title.is_empty() {
            String::new()
        } else {
            format!(" {title} ")
        };
        let block = Block::bordered()
            .border_type(BorderType::Rounded)
            .border_style(scene.style(Part::Border))
            .title_top(Line::from(scene.span(Part::Dim, title)).centered());
        frame.render_widget(block, place);
        let number = Line::from(scene.span(Part::Strong, number)).centered();
        frame.render_widget(number, arrange::inside(place));
        x += width;
    }
}

fn sentence(scene: Scene<'_>, line: &TableLine, room: usize) -> Vec<Line<'static>> {
    let state = line.row.state;
    let (port, name) = (line.row.tuple.local.port, line.row.name());
    let words = if line.gone.is_some() {
        String::from("The kernel has this row no more: its five numbers are free again.")
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
    let lines = lines.map(|words| Line::from(scene.span(Part::Dim, words)));
    lines.chain([Line::default()]).collect()
}

/// This end at the left, the other at the right.
fn ends(
    scene: Scene<'_>,
    line: &TableLine,
    mirror: Option<&TableLine>,
    room: usize,
) -> Vec<Line<'static>> {
    const LABEL: usize = 8;
    let column = room.saturating_sub(LABEL) / 2;
    let column = column.saturating_sub(1);
    let heads = if line.row.tuple.is_connected() {
        ["this end", "the other end"]
    } else {
        ["this socket", ""]
    };
    let mut lines = vec![Line::from(vec![
        Span::raw(" ".repeat(LABEL)),
        scene.span(Part::Heading, text::fit(heads[0], column + 1)),
        scene.span(Part::Heading, heads[1]),
    ])];
    let here = facts(scene, Some(line), column);
    let there = if line.row.tuple.is_connected() {
        facts(scene, mirror, column)
    } else {
        here.iter()
            .map(|(label, _)| (*label, Span::raw("")))
            .collect()
    };
    for ((label, here), (_, there)) in here.into_iter().zip(there) {
        let pad = (column + 1).saturating_sub(here.width());
        lines.push(Line::from(vec![
            scene.span(Part::Dim, text::fit(label, LABEL)),
            here,
            Span::raw(" ".repeat(pad)),
            there,
        ]));
    }
    lines
}

type Fact = (&'static str, Span<'static>);

fn facts(scene: Scene<'_>, line: Option<&TableLine>, room: usize) -> Vec<Fact> {
    let labels = [
        "role", "state", "", "since", "before", "Recv-Q", "Send-Q", "owner", "end",
    ];
    let Some(line) = line else {
        let mut none = labels.map(|label| (label, Span::raw(""))).to_vec();
        none[0].1 = scene.span(Part::Dim, text::cut("not in this machine's table", room));
        return none;
    };
    let row = &line.row;
    let state = scene.state;
    let listens = row.state == TcpState::Listen;
    let queue = |value: u32, what: &str| {
        let unit = if listens { what } else { "B" };
        Span::raw(text::cut(&format!("{value} {unit}"), room))
    };
    let plain = |text: &str| Span::raw(text::cut(text, room));
    let seen = format!("{} {}", glyph(row.state), row.state);
    let since = text::clock(state.started, line.passed_since());
    let ends = match line.gone {
        Some(gone) => gone.why.words().to_owned(),
        None => row::time_left(scene, line).unwrap_or_default(),
    };
    let values = [
        scene.span(Part::Strong, text::cut(&row::role(scene, line, room), room)),
        Span::styled(text::cut(&seen, room), scene.theme.state(row.state)),
        scene.span(Part::Dim, text::cut(row.state.meaning(), room)),
        plain(&since),
        plain(&passed(line, room)),
        queue(row.queues.recv, "waiting for accept()"),
        queue(row.queues.send, "may wait (backlog)"),
        plain(&columns::owner(state, line, 40)),
        plain(&ends),
    ];
    labels.into_iter().zip(values).collect()
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
